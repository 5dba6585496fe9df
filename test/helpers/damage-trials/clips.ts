import { execFileSync } from 'node:child_process';
import type { ClipFolder } from '../clips.js';

export type ClipKind = {
  readonly encoder: string;
  /** Options of the encoder, one word each. */
  readonly options: readonly string[];
  /** Endings of the files that it is put into. */
  readonly containers: readonly ('mkv' | 'mp4' | 'ts')[];
};

/** In pixels and pictures a second; every picture differs from every other. */
export const CLIP = { width: 192, height: 112, fps: 25, pictures: 75 } as const;

const X265 = 'log-level=error:pools=none';

/** The ways in which pictures depend on each other. */
export const CLIPS: Readonly<Record<string, ClipKind>> = {
  'H.264': {
    encoder: 'libx264',
    options: ['-g', '25', '-bf', '0'],
    containers: ['ts', 'mp4'],
  },
  'H.264 with B-pictures': {
    encoder: 'libx264',
    options: ['-g', '25', '-bf', '3', '-x264-params', 'scenecut=0'],
    containers: ['ts', 'mp4'],
  },
  'H.264 with open groups': {
    encoder: 'libx264',
    options: ['-g', '20', '-bf', '3', '-x264-params', 'open-gop=1:scenecut=0'],
    containers: ['ts', 'mp4'],
  },
  'H.264 with gradual refresh': {
    encoder: 'libx264',
    options: ['-g', '25', '-bf', '0', '-x264-params', 'intra-refresh=1:scenecut=0'],
    containers: ['ts', 'mkv'],
  },
  'H.264 in slices': {
    encoder: 'libx264',
    options: ['-g', '25', '-tune', 'zerolatency', '-x264-params', 'slices=4:scenecut=0'],
    containers: ['ts', 'mp4'],
  },
  'H.265': {
    encoder: 'libx265',
    options: ['-g', '25', '-bf', '3', '-x265-params', `${X265}:open-gop=0:scenecut=0`],
    containers: ['ts', 'mp4'],
  },
  'H.265 with open groups': {
    encoder: 'libx265',
    options: ['-g', '20', '-bf', '3', '-x265-params', `${X265}:open-gop=1:scenecut=0`],
    containers: ['ts', 'mkv'],
  },
  'MPEG-4': { encoder: 'mpeg4', options: ['-q:v', '6', '-g', '25', '-bf', '2'], containers: ['mp4', 'mkv'] },
  'MPEG-2': { encoder: 'mpeg2video', options: ['-q:v', '6', '-g', '12', '-bf', '2'], containers: ['ts'] },
  MJPEG: { encoder: 'mjpeg', options: ['-q:v', '5'], containers: ['mkv'] },
  VP9: {
    encoder: 'libvpx-vp9',
    options: ['-b:v', '400k', '-g', '25', '-cpu-used', '8', '-deadline', 'realtime'],
    containers: ['mkv'],
  },
};

/** Names of the video encoders of the installed ffmpeg. */
export function encoders(): ReadonlySet<string> {
  const list = execFileSync('ffmpeg', ['-v', 'error', '-encoders'], { encoding: 'utf8' });
  return new Set([...list.matchAll(/^ V\S+ (\S+)/gm)].map(([, name]) => name));
}

/** Encodes a clip once, and puts it into each of its containers; returns the paths by container. */
export function makeClips(folder: ClipFolder, name: string, kind: ClipKind): ReadonlyMap<string, string> {
  const { width, height, fps, pictures } = CLIP;
  const stem = name.replaceAll(/\W+/g, '-');
  const scene = `testsrc2=s=${width}x${height}:r=${fps}:d=${pictures / fps},noise=alls=8:allf=t`;
  const [first, ...others] = kind.containers;
  const made = folder.make(
    '-f',
    'lavfi',
    '-i',
    scene,
    '-pix_fmt',
    pixelFormat(kind),
    '-c:v',
    kind.encoder,
    ...kind.options,
    ...(first === 'mp4' ? ['-movflags', '+faststart'] : []),
    `${stem}.${first}`,
  );
  return new Map([
    [first, made],
    ...others.map(
      (container) =>
        [
          container,
          folder.make(
            '-i',
            made,
            '-c',
            'copy',
            ...(container === 'mp4' ? ['-movflags', '+faststart'] : []),
            `${stem}.${container}`,
          ),
        ] as const,
    ),
  ]);
}

function pixelFormat({ encoder }: ClipKind): string {
  return encoder === 'mjpeg' ? 'yuvj420p' : 'yuv420p';
}
