import { spawnSync } from 'node:child_process';
import { frameArguments } from '../../../src/streaming/ffmpeg/arguments.js';
import type { Ffmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import { FILES } from '../../../src/streaming/ffmpeg/needs.js';
import { FrameProcess, type FfmpegPicture } from '../../../src/streaming/ffmpeg/frame-process.js';
import { CLIP } from './clips.js';

/** Pictures of a decoder: their times in microseconds with a digest of their pixels, in the order of presentation. */
export type Decoded = readonly (readonly [ptsUs: number, md5: string])[];

/** How many pictures of a damaged clip differ from the sound clip's, and how many are judged wrongly. */
export type Judgement = {
  readonly different: number;
  /** Differ and are not reported as damaged. */
  readonly missed: number;
  readonly equal: number;
  /** Equal and are reported as damaged. */
  readonly blamed: number;
};

/** What ffmpeg logs of damage. */
const COMPLAINT =
  /^\[(?:h264|hevc|mpeg4|mpeg2video|mjpeg|vp9)[^\]]*\] \[(?:warning|error)\]|Packet corrupt|corrupt decoded frame|concealing/m;

/**
 * Decodes a file with ffmpeg alone.
 * @returns the pictures, and whether ffmpeg logs damage of any kind: many codecs cannot tell a changed bit from another
 * picture
 */
export function decode(path: string): { readonly pictures: Decoded; readonly isComplaining: boolean } {
  const { stdout, stderr } = spawnSync(
    'ffmpeg',
    [
      ...['-nostdin', '-hide_banner', '-nostats', '-v', 'repeat+level+info', '-i', path, '-map', '0:V:0'],
      ...['-fps_mode', 'passthrough', '-enc_time_base', '1:1000000', '-f', 'framemd5', '-'],
    ],
    { encoding: 'utf8' },
  );
  const pictures = stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/, */))
    .map(([, , pts, , , md5]) => [Number(pts), md5] as const);
  return { pictures, isComplaining: COMPLAINT.test(stderr.slice(stderr.indexOf('Stream mapping:'))) };
}

/** The damage that Nowcast reports of each picture, in the order of presentation. */
export async function judge(ffmpeg: Ffmpeg, path: string): Promise<readonly FfmpegPicture[]> {
  const pictures: FfmpegPicture[] = [];
  const input = { width: CLIP.width, height: CLIP.height };
  await new FrameProcess({
    ffmpeg,
    args: frameArguments(ffmpeg.version, { url: path, input }),
    needs: FILES,
    getTarget: (byteLength) => new Uint8Array(byteLength),
    onPicture: (picture) => pictures.push(picture),
  }).closed;
  return pictures;
}

/**
 * Compares the judgement of pictures with their pixels.
 * @param isSound whether a picture equals the sound clip's
 */
export function compare(
  decoded: Decoded,
  pictures: readonly FfmpegPicture[],
  isSound: (ptsUs: number, md5: string) => boolean,
): Judgement {
  const [counts, wrong] = [
    { different: 0, equal: 0 },
    { missed: 0, blamed: 0 },
  ];
  for (const [i, [ptsUs, md5]] of decoded.entries()) {
    const isEqual = isSound(ptsUs, md5);
    counts[isEqual ? 'equal' : 'different']++;
    if (pictures[i].corrupt === isEqual) wrong[isEqual ? 'blamed' : 'missed']++;
  }
  return { ...counts, ...wrong };
}
