import type { UnitCodec } from '../../core/coded-unit.js';
import { SampleFormat, type AnnexBPicture } from '../nal/sample-format.js';
import { NutReader } from './nut-reader.js';

/** A coded picture of an input, in the order of sending. */
export type CopiedPicture = AnnexBPicture & {
  readonly codec: UnitCodec;
  readonly isKey: boolean;
  /** ffmpeg's presentation time in microseconds, as of the decoded picture but for rounding. */
  readonly ptsUs: number;
};

export type CodedCopyEvents = {
  readonly onPicture: (picture: CopiedPicture) => void;
  /** Called once at most: there are no pictures to come. @param why for people */
  readonly onNone: (why: string) => void;
};

/** By the tags of NUT, and by those of MP4, which a copy of one keeps. */
const CODECS: Readonly<Record<string, UnitCodec>> = {
  ...{ H264: 'h264', avc1: 'h264', avc3: 'h264' },
  ...{ HEVC: 'h265', hvc1: 'h265', hev1: 'h265' },
  ...{ MJPG: 'mjpeg', jpeg: 'mjpeg', mjpg: 'mjpeg' },
};
/** Beyond this, a picture's length is taken for an error. */
const MOST_PICTURE_BYTES = 32 * 2 ** 20;

/** Reads the coded pictures from ffmpeg's copy of an input. Bytes are pushed as they come from the pipe. */
export class CodedCopy {
  readonly #events: CodedCopyEvents;
  readonly #reader: NutReader;
  #codec: UnitCodec | undefined;
  #format: SampleFormat | undefined;
  /** Pictures depend on a key picture that could not be read. */
  #needsKey = true;
  #isOver = false;

  constructor(events: CodedCopyEvents) {
    this.#events = events;
    this.#reader = new NutReader({
      getTarget: (byteLength) =>
        this.#isOver || byteLength > MOST_PICTURE_BYTES ? undefined : new Uint8Array(byteLength),
      onFrame: ({ target, isKey, ptsUs }) => this.#read(target, isKey, ptsUs),
    });
  }

  push(piece: Uint8Array): void {
    if (this.#isOver) return;
    try {
      this.#reader.push(piece);
    } catch (error) {
      this.#none((error as Error).message);
    }
  }

  #read(bytes: Uint8Array | undefined, isKey: boolean, ptsUs: number): void {
    if (this.#isOver) return;
    this.#codec ??= this.#begin();
    if (this.#codec === undefined) return;
    const codec = this.#codec;
    const picture = bytes && (this.#format?.read(bytes, isKey) ?? (codec === 'mjpeg' ? { data: bytes } : undefined));
    if (picture === undefined) this.#needsKey = true;
    else if (isKey) this.#needsKey = false;
    if (picture !== undefined && !this.#needsKey) this.#events.onPicture({ ...picture, codec, isKey, ptsUs });
  }

  /** Looks at the header of the stream. */
  #begin(): UnitCodec | undefined {
    const { tag = '', codecData = new Uint8Array(0) } = this.#reader.codec ?? {};
    const codec = CODECS[tag];
    if (codec === undefined) this.#none('its video is neither H.264 nor H.265 nor Motion JPEG');
    else if (codec !== 'mjpeg') this.#format = new SampleFormat(codec, codecData);
    return codec;
  }

  #none(why: string): void {
    this.#isOver = true;
    this.#events.onNone(why);
  }
}
