import type { Detector } from '../core/detector.js';
import type { PerceptEvent, PipelineEvent, StatusEvent } from '../core/events.js';
import { RuntimeEstimator } from '../scheduling/runtime-profile.js';
import type { DetectorLosses } from './detector-outage.js';
import type { Run } from './passed-over.js';
import { Workers } from './workers.js';

/**
 * A detector that several pipelines share. They may begin and end at any time, and an error of one leaves the others
 * alone. The stream with the fewest turns of all has the next one. The detector stays open; it belongs to the caller.
 *
 * ```ts
 * const shared = new SharedDetector(detector);
 * createPipeline({ sources: [front], detector: shared, clock, latencyBudgetMs: 100 }).subscribe(show);
 * createPipeline({ sources: [yard], detector: shared, clock, priority: 2 }).subscribe(show);
 * ```
 */
export class SharedDetector {
  readonly detector: Detector;
  /** Of all pipelines. */
  readonly runtimes = new RuntimeEstimator();
  /** @internal */
  readonly losses: DetectorLosses = { count: 0, open: new Set() };
  /** @internal */
  readonly runs = new Set<Run>();
  /** @internal */
  readonly workers: Workers<Exclude<PipelineEvent, PerceptEvent>>;

  /** The reason why it will never work again. */
  #failure: unknown;

  constructor(detector: Detector) {
    this.detector = detector;
    this.workers = new Workers(detector.hosts);
  }

  /** The reason why it will never work again, which ended all its pipelines; undefined while there is none. */
  get failure(): unknown {
    return this.#failure;
  }

  /** True from a loss until the detector is back. */
  get isDown(): boolean {
    return this.losses.open.size > 0;
  }

  /** Crashes and hangs so far. */
  get lossCount(): number {
    return this.losses.count;
  }

  /**
   * Tells one pipeline, for a pipeline that has ended meanwhile.
   * @internal
   */
  tell(status: StatusEvent): void {
    this.workers.tell(status);
  }

  /**
   * Ends all pipelines: the detector will never work again.
   * @internal
   */
  fail(error: unknown): void {
    this.#failure ??= error;
    this.workers.fail(error);
  }
}
