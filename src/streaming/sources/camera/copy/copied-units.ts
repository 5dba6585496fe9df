import type { CopiedPicture } from '../../../ffmpeg/coded-copy.js';
import type { KeptUnit } from '../../../originals/kept-units.js';

/** A decoded picture: its time in ffmpeg, and in the stream, both in microseconds. */
export type DecodedTimes = { readonly ptsUs: number; readonly streamUs: number; readonly isDamaged: boolean };

type Waiting = { readonly picture: CopiedPicture; readonly arrivedAtMs: number };

/** The two outputs of ffmpeg round times each in its own way. */
const SAME_US = 1.5;
/** Decoded pictures that are remembered: a copy may come later than they do. */
const MOST_DECODED = 64;
/** Coded pictures that wait for their decoded ones. */
const MOST_WAITING = 256;
const MOST_WAITING_BYTES = 16 * 2 ** 20;

/**
 * Gives coded pictures of ffmpeg's copy the times of the stream, which the decoded ones have. A coded picture leaves
 * once its own picture was decoded, or one that was sent later.
 */
export class CopiedUnits {
  readonly #onUnit: (unit: KeptUnit) => void;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  readonly #decoded: DecodedTimes[] = [];
  #hasLost = false;

  constructor(onUnit: (unit: KeptUnit) => void) {
    this.#onUnit = onUnit;
  }

  /** In the order of sending. */
  coded(picture: CopiedPicture, arrivedAtMs: number): void {
    this.#waiting.push({ picture, arrivedAtMs });
    this.#waitingBytes += picture.data.length;
    if (this.#waiting.length > MOST_WAITING || this.#waitingBytes > MOST_WAITING_BYTES) this.#forget();
    else if (this.#timesOf(picture) !== undefined) this.#release();
  }

  /** In the order of showing. */
  decoded(times: DecodedTimes): void {
    this.#decoded.push(times);
    if (this.#decoded.length > MOST_DECODED) this.#decoded.shift();
    if (this.#waiting.length > 0) this.#release();
  }

  #timesOf({ ptsUs }: CopiedPicture): DecodedTimes | undefined {
    return this.#decoded.findLast((decoded) => Math.abs(decoded.ptsUs - ptsUs) <= SAME_US);
  }

  /** Those up to the last one whose picture was decoded. */
  #release(): void {
    const last = this.#waiting.findLastIndex(({ picture }) => this.#timesOf(picture) !== undefined);
    if (last < 0) return;
    const newestUs = this.#decoded.at(-1)!.ptsUs;
    const lastTimes = this.#timesOf(this.#waiting[last].picture)!;
    for (const { picture, arrivedAtMs } of this.#waiting.splice(0, last + 1)) {
      this.#waitingBytes -= picture.data.length;
      const own = this.#timesOf(picture);
      // Of one that was passed over, the decoder made no picture. One that is shown later is on its way.
      const isMissing = own === undefined && picture.ptsUs < newestUs;
      const ptsUs = own?.streamUs ?? picture.ptsUs + lastTimes.streamUs - lastTimes.ptsUs;
      // Joined at an open group, a stream has pictures that are shown before its first decoded one, so before its time.
      if (ptsUs < 0) {
        this.#hasLost = true;
        continue;
      }
      this.#onUnit({
        ...picture,
        ptsUs,
        damaged: own?.isDamaged ?? isMissing,
        lostBefore: this.#hasLost,
        arrivedAtMs,
      });
      this.#hasLost = false;
    }
  }

  /** The decoder makes nothing of all this. */
  #forget(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#hasLost = true;
  }
}
