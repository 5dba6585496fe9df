import type { PerceptEvent } from '../core/events.js';
import { createTracker, type TrackerKind } from '../track/create-tracker.js';
import type { Tracker } from '../track/tracker.js';

/** Trackers count time in frames of this length: their noise was measured at 30 frames a second. */
const FRAME_MS = 1000 / 30;

/** One tracker for each stream, begun anew when the stream was interrupted. */
export class TrackerSet {
  readonly kind: TrackerKind;
  readonly #trackers = new Map<string, { readonly tracker: Tracker; epoch: number }>();

  constructor(kind: TrackerKind) {
    this.kind = kind;
  }

  /** The tracker of the percept's stream. */
  of({ streamId, epoch }: PerceptEvent): Tracker {
    let entry = this.#trackers.get(streamId);
    if (entry === undefined) {
      entry = { tracker: createTracker(this.kind, { frameIntervalMs: FRAME_MS }), epoch };
      this.#trackers.set(streamId, entry);
    } else if (entry.epoch !== epoch) {
      entry.tracker.reset();
      entry.epoch = epoch;
    }
    return entry.tracker;
  }
}
