import type { UnitCodec } from './coded-unit.js';

/** An object that a service remembers, as people look it up. Times are ISO 8601. */
export type LoggedObject = {
  /** That of its events; unique within a run. */
  readonly id: string;
  readonly camera: string;
  readonly className: string;
  /** Capture of the first frame that shows it. */
  readonly startedAt: string;
  /** Capture of the last frame that shows it; absent while it is there. */
  readonly endedAt?: string;
  readonly topScore: number;
  /** Every zone that it was ever in. */
  readonly zones: readonly string[];
  /** Whether the service has a picture of its best view. */
  readonly hasSnapshot: boolean;
  /** Whether the service keeps a video that shows it. */
  readonly hasClip: boolean;
  /** Codec of the clip; absent without one. */
  readonly clipCodec?: UnitCodec;
};
