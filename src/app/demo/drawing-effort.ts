import { upperMedian } from '../../core/quantile.js';
import type { DrawingDetail } from '../../../synth/live/drive-messages.js';

type Level = {
  readonly scale: number;
  /** One picture for people for so many frames. */
  readonly jpegEvery: number;
};

const LEVELS: readonly Level[] = [
  { scale: 1, jpegEvery: 1 },
  { scale: 0.75, jpegEvery: 2 },
  { scale: 0.5, jpegEvery: 3 },
];
/** Number of pictures whose median decides; fewer, if these took as long as twice as many frames last. */
const WINDOW = 15;
const LEAST_WINDOW = 3;
/** Shares of a frame interval: above the first, drawing takes too long; below the second, it may do more. */
const TOO_LONG = 0.9;
const SHORT = 0.3;
/** More work is tried after this many quick windows, so that the detail does not swing. */
const QUICK_WINDOWS = 10;

/** Draws less while drawing takes longer than a frame lasts: smaller, and fewer pictures for people. */
export class DrawingEffort {
  readonly #intervalMs: number;
  readonly #onChange: (scale: number) => void;
  #level = 0;
  #quickWindows = 0;
  #drawn = 0;
  /** Of the window that is not complete yet. */
  #tookMs: number[] = [];

  /** @param onChange receives the share of the full size at which pictures are drawn from now on */
  constructor(intervalMs: number, onChange: (scale: number) => void) {
    this.#intervalMs = intervalMs;
    this.#onChange = onChange;
  }

  /** Of the next picture. */
  detail(): DrawingDetail {
    const { scale, jpegEvery } = LEVELS[this.#level];
    return { scale, withJpeg: this.#drawn++ % jpegEvery === 0 };
  }

  /** Takes the time that a picture took. */
  drew(tookMs: number): void {
    this.#tookMs.push(tookMs);
    if (!this.#isWindowComplete()) return;
    const typicalMs = upperMedian(this.#tookMs);
    this.#tookMs = [];
    if (typicalMs > TOO_LONG * this.#intervalMs) this.#change(1);
    else if (typicalMs > SHORT * this.#intervalMs) this.#quickWindows = 0;
    else if (++this.#quickWindows >= QUICK_WINDOWS) this.#change(-1);
  }

  #isWindowComplete(): boolean {
    const { length } = this.#tookMs;
    if (length < LEAST_WINDOW) return false;
    return length >= WINDOW || upperMedian(this.#tookMs) * length > 2 * WINDOW * this.#intervalMs;
  }

  #change(by: 1 | -1): void {
    this.#quickWindows = 0;
    const level = this.#level + by;
    if (level < 0 || level >= LEVELS.length) return;
    this.#level = level;
    this.#onChange(LEVELS[level].scale);
  }
}
