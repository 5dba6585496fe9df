import { UsageError } from '../core/errors.js';
import type { PerceptEvent } from '../core/events.js';
import { shown } from '../core/extension.js';
import type { Tracker, TrackerFactory } from '../track/tracker.js';

/** Trackers count time in frames of this length, because their noise was measured at 30 frames per second. */
const FRAME_MS = 1000 / 30;

/** The trackers of every stream, or a choice of them; undefined leaves a stream untracked. */
export type StreamTrackers = TrackerSet | ((streamId: string) => TrackerSet | undefined);

export function trackersOf(trackers: StreamTrackers, streamId: string): TrackerSet | undefined {
  return typeof trackers === 'function' ? trackers(streamId) : trackers;
}

/** One tracker for each stream, replaced by a new one when the stream was interrupted. */
export class TrackerSet {
  readonly factory: TrackerFactory;
  readonly #trackers = new Map<string, { readonly tracker: Tracker; epoch: number }>();

  /** @throws UsageError if the factory is not one */
  constructor(factory: TrackerFactory) {
    const { name, create } = (factory ?? {}) as Partial<TrackerFactory>;
    if (typeof name !== 'string' || typeof create !== 'function') {
      throw new UsageError(`tracker must be { name, create }, such as trackerByName('nowcast'), got ${shown(factory)}`);
    }
    this.factory = factory;
  }

  /** The tracker of the percept's stream. */
  of({ streamId, epoch }: PerceptEvent): Tracker {
    let entry = this.#trackers.get(streamId);
    if (entry === undefined) {
      entry = { tracker: this.factory.create({ frameIntervalMs: FRAME_MS }), epoch };
      this.#trackers.set(streamId, entry);
    } else if (entry.epoch !== epoch) {
      entry.tracker.reset();
      entry.epoch = epoch;
    }
    return entry.tracker;
  }
}
