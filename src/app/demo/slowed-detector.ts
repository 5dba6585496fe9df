import { setTimeout as wait } from 'node:timers/promises';
import type { DetectorResult, ModelDetector, ModelDetectorInfo } from '../../core/detector.js';
import type { Picture } from '../../core/picture.js';

/** A detector that takes longer than it does: what a larger model would be like, or a smaller machine. */
export class SlowedDetector implements ModelDetector {
  /** Milliseconds that are added to every run. */
  extraMs: number;
  readonly #detector: ModelDetector;

  constructor(detector: ModelDetector, extraMs: number) {
    this.#detector = detector;
    this.extraMs = extraMs;
  }

  get info(): ModelDetectorInfo {
    return this.#detector.info;
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
