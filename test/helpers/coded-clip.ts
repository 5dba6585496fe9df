import { execFileSync } from 'node:child_process';
import { type UnitCodec } from '../../src/core/coded-unit.js';
import { annexBPictures, splitJpegs } from './rtp-packetizer.js';

export type CodedClipOptions = {
  /** WxH, default 320x240. */
  readonly size?: string;
  readonly fps?: number;
  readonly seconds?: number;
  /** Pictures from key to key, default 10. */
  readonly keyEvery?: number;
  /** Slices a picture, default 1; H.264 and H.265. */
  readonly slices?: number;
  /** Default 0, as cameras do. */
  readonly bPictures?: number;
  /** B-pictures before a key picture depend on those of the previous group. */
  readonly openGroups?: boolean;
  /** H.264 alone. */
  readonly interlaced?: boolean;
  readonly pixelFormat?: string;
  /** Further options of x264 or x265. */
  readonly more?: string;
};

const ENCODERS = { h264: 'libx264', h265: 'libx265', mjpeg: 'mjpeg' } as const;
const FORMATS = { h264: 'h264', h265: 'hevc', mjpeg: 'mjpeg' } as const;

/** A moving test pattern as a raw stream: Annex B with parameter sets before each key picture, or JPEG after JPEG. */
export function codedClip(codec: UnitCodec, options: CodedClipOptions = {}): Buffer {
  return encode(codec, options, FORMATS[codec]);
}

/** The position of each picture of such a clip in presentation order, listed in the order of sending. */
export function shownPlaces(codec: UnitCodec, options: CodedClipOptions = {}): number[] {
  const lines = encode(codec, options, 'framecrc')
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => Number(line.split(',')[2]));
}

function encode(codec: UnitCodec, options: CodedClipOptions, format: string): Buffer {
  const {
    size = '320x240',
    fps = 25,
    seconds = 1,
    keyEvery = 10,
    slices = 1,
    bPictures = 0,
    openGroups = false,
    interlaced = false,
    pixelFormat = 'yuv420p',
    more = '',
  } = options;
  const common = `keyint=${keyEvery}:min-keyint=${keyEvery}:scenecut=0:slices=${slices}:bframes=${bPictures}:repeat-headers=1:open-gop=${openGroups ? 1 : 0}${more === '' ? '' : `:${more}`}`;
  const arguments_ = {
    h264: [
      '-preset',
      'veryfast',
      '-pix_fmt',
      pixelFormat,
      '-x264-params',
      `${common}:sliced-threads=0${interlaced ? ':tff=1' : ''}`,
    ],
    h265: ['-preset', 'ultrafast', '-pix_fmt', pixelFormat, '-x265-params', `${common}:log-level=none:pools=1`],
    mjpeg: ['-huffman', 'default', '-pix_fmt', 'yuvj420p', '-q:v', '4'],
  }[codec];
  return execFileSync(
    'ffmpeg',
    [
      '-nostdin',
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      `testsrc2=s=${size}:r=${fps}:d=${seconds}`,
      '-c:v',
      ENCODERS[codec],
      '-threads',
      '1',
      ...arguments_,
      '-f',
      format,
      'pipe:1',
    ],
    { maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] },
  );
}

/** The parts of each picture in the order in which they are sent: its NAL units, or the one JPEG. */
export function clipPictures(codec: UnitCodec, clip: Buffer): Buffer[][] {
  return codec === 'mjpeg' ? splitJpegs(clip).map((file) => [file]) : annexBPictures(codec, clip);
}

/** The MD5 of each decoded picture of a raw stream, in the order in which they are shown. */
export function decodedPictures(codec: UnitCodec, stream: Uint8Array): string[] {
  const printed = execFileSync(
    'ffmpeg',
    [
      '-nostdin',
      '-v',
      'error',
      '-f',
      FORMATS[codec],
      '-i',
      'pipe:0',
      '-fps_mode',
      'passthrough',
      '-autoscale',
      '0',
      '-f',
      'framemd5',
      'pipe:1',
    ],
    { input: stream, encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  return printed
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').at(-1)!.trim());
}
