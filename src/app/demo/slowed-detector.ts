import { setTimeout as wait } from 'node:timers/promises';
import type { DetectorResult, ModelDetector, ModelDetectorInfo, UnusableBoxes } from '../../core/detector.js';
import type { Picture } from '../../core/picture.js';

/** A detector with a delay added to every run, as of a larger model or a smaller machine. */
export class SlowedDetector implements ModelDetector {
  /** Delay in milliseconds. */
  extraMs: number;
  readonly #detector: ModelDetector;

  constructor(detector: ModelDetector, extraMs: number) {
    this.#detector = detector;
    this.extraMs = extraMs;
  }

  get info(): ModelDetectorInfo {
    return this.#detector.info;
  }

  get unusable(): UnusableBoxes {
    return this.#detector.unusable;
  }

  get hosts(): number {
    return this.#detector.hosts;
  }

  async detect(picture: Picture): Promise<DetectorResult> {
    const { extraMs } = this;
    const result = await this.#detector.detect(picture);
    if (extraMs === 0) return result;
    await wait(extraMs);
    const { inferStartMs, inferEndMs, doneAtMs } = result.times;
    return { ...result, times: { inferStartMs, inferEndMs: inferEndMs + extraMs, doneAtMs: doneAtMs + extraMs } };
  }

  ready(): Promise<void> {
    return this.#detector.ready();
  }

  close(): Promise<void> {
    return this.#detector.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
