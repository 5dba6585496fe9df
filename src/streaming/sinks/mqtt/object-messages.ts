import type { Box } from '../../../core/box.js';
import { round3 } from '../../../core/round.js';
import type { ObjectEvent } from '../../../core/scene-events.js';

/**
 * An object under the names of Frigate's `events`, for automations that people have. Times are Unix seconds, boxes are
 * whole pixels of the source picture. Keys without a meaning here, such as speed, are absent.
 */
export type ObjectState = {
  readonly id: string;
  readonly camera: string;
  readonly frame_time: number;
  readonly label: string;
  readonly sub_label: null;
  readonly top_score: number;
  readonly score: number;
  readonly false_positive: boolean;
  readonly start_time: number;
  readonly end_time: number | null;
  readonly box: readonly number[];
  readonly area: number;
  readonly ratio: number;
  readonly region: readonly number[];
  readonly active: boolean;
  readonly stationary: boolean;
  readonly position_changes: number;
  readonly current_zones: readonly string[];
  readonly entered_zones: readonly string[];
  readonly has_snapshot: boolean;
  readonly has_clip: boolean;
  readonly attributes: Readonly<Record<string, never>>;
  readonly current_attributes: readonly never[];
  readonly snapshot: {
    readonly frame_time: number;
    readonly box: readonly number[];
    readonly area: number;
    readonly region: readonly number[];
    readonly score: number;
    readonly attributes: readonly never[];
  };
};

export type ObjectMessage = {
  readonly type: 'new' | 'update' | 'end';
  readonly before: ObjectState;
  readonly after: ObjectState;
};

/** What is kept of an object. */
export type Kept = { readonly hasSnapshot: boolean; readonly hasClip: boolean };

const TYPES = { start: 'new', update: 'update', end: 'end' } as const;

/** Makes the messages of objects. Each has the object as the message before it had it. */
export class ObjectMessages {
  readonly #toUnixMs: (monotonicMs: number) => number;
  readonly #objects = new Map<string, ObjectState>();

  /** @param toUnixMs of a time on the monotonic clock */
  constructor(toUnixMs: (monotonicMs: number) => number) {
    this.#toUnixMs = toUnixMs;
  }

  /** Number of objects that are remembered: those that have not ended. */
  get size(): number {
    return this.#objects.size;
  }

  next(event: ObjectEvent, kept: Kept): ObjectMessage {
    const known = this.#objects.get(event.id);
    const moves = (known?.position_changes ?? 0) + (event.why.includes('moved') ? 1 : 0);
    const after = this.#stateOf(event, kept, moves);
    // Before its first message, an object was none: automations compare the zones of both.
    const before = known ?? { ...after, false_positive: true, current_zones: [], entered_zones: [] };
    if (event.phase === 'end') this.#objects.delete(event.id);
    else this.#objects.set(event.id, after);
    return { type: TYPES[event.phase], before, after };
  }

  /** Forgets the objects of a camera that is gone. */
  forget(camera: string): void {
    for (const [id, object] of this.#objects) if (object.camera === camera) this.#objects.delete(id);
  }

  #stateOf(event: ObjectEvent, { hasSnapshot, hasClip }: Kept, positionChanges: number): ObjectState {
    const seconds = (monotonicMs: number): number => round3(this.#toUnixMs(monotonicMs) / 1000);
    const { best, size, endedAtMs, isStationary } = event;
    const region = [0, 0, size.width, size.height];
    return {
      id: event.id,
      camera: event.streamId,
      frame_time: seconds(event.atMs),
      label: event.className,
      sub_label: null,
      top_score: round3(event.topScore),
      score: round3(event.score),
      false_positive: false,
      start_time: seconds(event.startedAtMs),
      end_time: endedAtMs === undefined ? null : seconds(endedAtMs),
      box: cornersOf(event.box),
      area: areaOf(event.box),
      ratio: round3(event.ratio),
      region,
      active: !isStationary,
      stationary: isStationary,
      position_changes: positionChanges,
      current_zones: event.currentZones,
      entered_zones: event.enteredZones,
      has_snapshot: hasSnapshot,
      has_clip: hasClip,
      attributes: {},
      current_attributes: [],
      snapshot: {
        frame_time: seconds(best.capturedAtMs),
        box: cornersOf(best.box),
        area: areaOf(best.box),
        region,
        score: round3(best.score),
        attributes: [],
      },
    };
  }
}

function cornersOf({ x1, y1, x2, y2 }: Box): number[] {
  return [x1, y1, x2, y2].map(Math.round);
}

function areaOf(box: Box): number {
  const [x1, y1, x2, y2] = cornersOf(box);
  return (x2 - x1) * (y2 - y1);
}
