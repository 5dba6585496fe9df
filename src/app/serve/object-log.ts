import type { Observable } from 'rxjs';

/** An object as people look it up. Times are ISO 8601. */
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
  /** Whether {@link ObjectLog.snapshot} has its picture. */
  readonly hasSnapshot: boolean;
  readonly hasClip: boolean;
};

export type ObjectFilter = {
  readonly camera?: string;
  readonly className?: string;
  /** It was in this zone at some time. */
  readonly zone?: string;
  /** Default 50, at most 1000. */
  readonly limit?: number;
  /** It started before this time, in ISO 8601: the `startedAt` of the last object of the page before. */
  readonly before?: string;
};

/** The newest objects of all cameras, bounded in number. */
export type ObjectLog = {
  /** The newest first. */
  list(filter: ObjectFilter): readonly LoggedObject[];
  get(id: string): LoggedObject | undefined;
  /** A JPEG of the best view; undefined if there is none. */
  snapshot(id: string): Promise<Buffer | undefined>;
  /** Each object that is new, changed, ended, or got a better picture. */
  readonly changes: Observable<LoggedObject>;
};
