import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { UnitCodec } from '../../../src/core/coded-unit.js';
import { ffmpegFedBy } from './encoder.js';
import { numberedPictures, worldPictures } from './pictures.js';

/** The pictures that a test camera repeats. */
export type LoopSpec = {
  readonly codec: UnitCodec;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Pictures from one key picture to the next. */
  readonly gop: number;
  readonly bFrames: number;
  /** The pictures repeat after this time, so an older picture looks like a young one. */
  readonly loopSeconds: number;
  /** Shows a drive of this seed through the synthetic world, without numbers; undefined shows numbered pictures. */
  readonly worldSeed: number | undefined;
};

export type LoopPicture = {
  /** Its position in presentation order; burnt into it. */
  readonly index: number;
  readonly isKey: boolean;
  /** Annex B, or a JPEG file. */
  readonly data: Buffer;
};

/**
 * Pictures in the order in which they are decoded; the first is a key picture, and none refers past the last key
 * picture before it.
 */
export type PictureLoop = {
  readonly pictures: readonly LoopPicture[];
  /** Least number of intervals from capture to sending: 0 without B-pictures. */
  readonly delay: number;
};

/** Change it when the same spec would give other pictures. */
const VERSION = 1;
const FOLDER = join(tmpdir(), 'nowcast-test-pictures');
const BITS_PER_PIXEL = 0.14;

/** The loop of a spec: encoded once, then kept in the system's temporary folder. */
export async function pictureLoop(spec: LoopSpec): Promise<PictureLoop> {
  const base = pathOf(spec);
  const [stream, list] = [`${base}.bin`, `${base}.txt`];
  const read = async (): Promise<PictureLoop> => parse(await readFile(stream), await readFile(list, 'utf8'));
  return read().catch(async () => {
    await encode(spec, stream, list);
    return read();
  });
}

function pathOf({ codec, width, height, fps, gop, bFrames, loopSeconds, worldSeed }: LoopSpec): string {
  const world = worldSeed === undefined ? '' : `-world${worldSeed}`;
  return join(
    FOLDER,
    `v${VERSION}-${codec}-${width}x${height}-${fps}fps-gop${gop}-b${bFrames}-${loopSeconds}s${world}`,
  );
}

/** Whole groups of pictures, so that the loop restarts with a key picture. */
export function pictureCount({ fps, gop, loopSeconds }: Pick<LoopSpec, 'fps' | 'gop' | 'loopSeconds'>): number {
  return Math.ceil((loopSeconds * fps) / gop) * gop;
}

async function encode(spec: LoopSpec, stream: string, list: string): Promise<void> {
  const { width, height, fps, worldSeed } = spec;
  await mkdir(FOLDER, { recursive: true });
  // Another process may encode it too: each writes its own files, and the last one to finish wins.
  const [newStream, newList] = [`${stream}.${process.pid}`, `${list}.${process.pid}`];
  const count = pictureCount(spec);
  const muxer = { h264: 'h264', h265: 'hevc', mjpeg: 'mjpeg' }[spec.codec];
  try {
    await ffmpegFedBy(worldSeed === undefined ? numberedPictures(spec, count) : worldPictures(spec, worldSeed, count), [
      '-f',
      'rawvideo',
      '-pix_fmt',
      worldSeed === undefined ? 'gray' : 'rgba',
      '-s',
      `${width}x${height}`,
      '-r',
      `${fps}`,
      '-i',
      'pipe:0',
      ...encoderOptions(spec),
      '-map',
      '0:v',
      '-f',
      'tee',
      `[f=${muxer}]${newStream}|[f=framecrc]${newList}`,
    ]);
    await rename(newStream, stream);
    await rename(newList, list);
  } finally {
    await Promise.all([newStream, newList].map((path) => rm(path, { force: true })));
  }
}

function encoderOptions({ codec, width, height, fps, gop, bFrames }: LoopSpec): string[] {
  const bits = Math.round(width * height * fps * BITS_PER_PIXEL);
  const rate = ['-b:v', `${bits}`, '-maxrate', `${bits}`, '-bufsize', `${Math.round(bits / 2)}`];
  const zeroLatency = bFrames === 0 ? ['-tune', 'zerolatency'] : [];
  switch (codec) {
    case 'h264':
      return [
        '-pix_fmt',
        'yuv420p',
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        ...zeroLatency,
        '-g',
        `${gop}`,
        '-bf',
        `${bFrames}`,
        ...rate,
        '-x264-params',
        'repeat-headers=1:scenecut=0:open-gop=0:sliced-threads=0',
      ];
    case 'h265':
      return [
        '-pix_fmt',
        'yuv420p',
        '-c:v',
        'libx265',
        '-preset',
        'ultrafast',
        ...zeroLatency,
        '-g',
        `${gop}`,
        '-bf',
        `${bFrames}`,
        ...rate,
        '-x265-params',
        `repeat-headers=1:scenecut=0:open-gop=0:keyint=${gop}:min-keyint=${gop}:bframes=${bFrames}:log-level=error`,
      ];
    // RTP carries JPEGs with the standard Huffman tables alone (RFC 2435 §3.1.2).
    case 'mjpeg':
      return ['-pix_fmt', 'yuvj420p', '-c:v', 'mjpeg', '-huffman', 'default', '-q:v', '6', '-threads', '1'];
  }
}

/**
 * @param list ffmpeg's framecrc: for each packet its stream, decoding and presentation time, duration, size, checksum,
 * and flags of those that are no key pictures
 */
function parse(stream: Buffer, list: string): PictureLoop {
  const lines = list
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').map((field) => field.trim()));
  const firstPts = Math.min(...lines.map(([, , pts]) => Number(pts)));
  let at = 0;
  const pictures = lines.map(([, , pts, , size, , ...rest]) => {
    const data = stream.subarray(at, (at += Number(size)));
    return { index: Number(pts) - firstPts, isKey: !rest.some((flag) => flag.startsWith('F=')), data };
  });
  if (at !== stream.length || pictures.length === 0)
    throw new Error(`a list of ${at} bytes does not fit a stream of ${stream.length}`);
  return { pictures, delay: Math.max(...pictures.map(({ index }, place) => index - place)) };
}

/** Mean time of this machine's ffmpeg for the decoding of one picture of the loop, in milliseconds. */
export async function decodeMs(spec: LoopSpec): Promise<number> {
  await pictureLoop(spec);
  const demuxer = { h264: 'h264', h265: 'hevc', mjpeg: 'mjpeg' }[spec.codec];
  const { stderr } = await promisify(execFile)('ffmpeg', [
    '-nostdin',
    '-threads',
    '1',
    '-benchmark',
    '-f',
    demuxer,
    '-i',
    `${pathOf(spec)}.bin`,
    '-frames:v',
    '300',
    '-f',
    'null',
    '-',
  ]);
  const seconds = Number(/rtime=([\d.]+)s/.exec(stderr)?.[1]);
  return (seconds * 1000) / Math.min(300, pictureCount(spec));
}
