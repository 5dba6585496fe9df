import type { Box } from './box.js';
import type { Size } from './size.js';

/** The facts that every event of a scene begins with. */
export type SceneMoment = {
  readonly streamId: string;
  /** Number of the newest frame that was detected on. */
  readonly seq: number;
  /** Capture time of that frame, on the monotonic clock, in whole microseconds. */
  readonly atMs: number;
};

/** The view of an object from which a person sees most of it: large, certain, and not cut off by the border. */
export type BestView = {
  readonly seq: number;
  /** Names its picture among the originals, together with the stream and `seq`. */
  readonly ptsMs: number;
  readonly capturedAtMs: number;
  readonly box: Box;
  readonly score: number;
};

export const OBJECT_PHASES = ['start', 'update', 'end'] as const;
export type ObjectPhase = (typeof OBJECT_PHASES)[number];

export const OBJECT_REASONS = [
  /** It passes the filters for the first time. */
  'new',
  /** Its zones changed. */
  'zones',
  /** Its class changed. */
  'class',
  /** It moved more than 5 % of the picture's diagonal since its last event. */
  'moved',
  'stationary',
  'active',
  /** There is a better view of it than the one last reported; at most every 5 s. */
  'best',
  /** A minute passed since its last event. */
  'minute',
  /** It has not been seen for longer than a track outlives its last sighting. */
  'lost',
  /** The stream was interrupted, and tracks begin anew with the next connection; or detection was switched off. */
  'interrupted',
  /** The run ended. */
  'run-ended',
] as const;
export type ObjectReason = (typeof OBJECT_REASONS)[number];

/** An object appears, changes or goes. Each object has one `start`, then updates, and one `end`. */
export type ObjectEvent = SceneMoment & {
  readonly type: 'object';
  readonly phase: ObjectPhase;
  readonly why: readonly ObjectReason[];
  /** Unique within a run, and the same whenever its recording is replayed. */
  readonly id: string;
  readonly trackId: number;
  /** The class with the greatest sum of scores among the last ten sightings. */
  readonly classId: number;
  readonly className: string;
  /** Of the latest sighting. */
  readonly score: number;
  readonly topScore: number;
  /** Of the latest sighting, in pixels of a picture of `size`. */
  readonly box: Box;
  readonly size: Size;
  /** Area of the box as a fraction of the picture. */
  readonly area: number;
  /** Width of the box over its height. */
  readonly ratio: number;
  /** Capture times of the first sighting, and of the last one if the object has ended. */
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  readonly isStationary: boolean;
  readonly currentZones: readonly string[];
  /** Every zone that it was ever in, in the order of its first entries. */
  readonly enteredZones: readonly string[];
  readonly best: BestView;
};

/** An object crossed a line. */
export type CrossingEvent = SceneMoment & {
  readonly type: 'crossing';
  readonly line: string;
  /** The line's name for this direction. */
  readonly direction: string;
  readonly objectId: string;
  readonly classId: number;
  readonly className: string;
  /** Capture time of the first frame that shows it beyond the line; the decision may come later. */
  readonly crossedAtMs: number;
  /** Crossings of this line in this direction since the start of the run, this one included. */
  readonly total: number;
};

export type SceneCount = {
  /** Absent: the whole picture. */
  readonly zone?: string;
  readonly classId: number;
  readonly className: string;
  /** Number of objects. */
  readonly present: number;
  /** Those among them that are not stationary. */
  readonly active: number;
};

/** All counts of a stream, whenever one of them changes. A zone and class once counted stays in the list, with 0. */
export type CountEvent = SceneMoment & {
  readonly type: 'count';
  readonly counts: readonly SceneCount[];
};

/** What happens in a scene. It follows from percepts alone, so a recording replays to the same events. */
export type SceneEvent = ObjectEvent | CrossingEvent | CountEvent;

/** True for an event of a scene among those of a pipeline. */
export function isSceneEvent(event: { readonly type: string }): event is SceneEvent {
  return event.type === 'object' || event.type === 'crossing' || event.type === 'count';
}
