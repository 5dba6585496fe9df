import { Subject, type Observable } from 'rxjs';
import type { Clock, WallClock } from '../../core/clock.js';
import type { UnitCodec } from '../../core/coded-unit.js';
import { UsageError } from '../../core/errors.js';
import type { LoggedObject } from '../../core/logged-object.js';
import type { ObjectEvent, SceneEvent } from '../../core/scene-events.js';
import type { KeptUse } from '../../files/kept-folder.js';
import { BestPictures, type BestPicturesOptions } from './best-pictures.js';
import type { ObjectPictures } from './object-pictures.js';

/** A video that shows an object. */
export type KeptClip = {
  readonly path: string;
  readonly codec: UnitCodec;
  /** False once it was removed. */
  isKept(): boolean;
};

export type ObjectFilter = {
  readonly camera?: string;
  readonly className?: string;
  /** It was in this zone at some time. */
  readonly zone?: string;
  /** Default 50, at most 1000. */
  readonly limit?: number;
  /** The id of an object, or a time in ISO 8601: lists those that started earlier. */
  readonly before?: string;
};

/** The newest objects of all cameras, bounded in number. */
export type ObjectLog = {
  /**
   * The newest first.
   * @throws UsageError for a `before` that is neither a known id nor a time
   */
  list(filter: ObjectFilter): readonly LoggedObject[];
  get(id: string): LoggedObject | undefined;
  /** A JPEG of the best view; undefined if there is none. */
  snapshot(id: string): Promise<Buffer | undefined>;
  /** The video of an object, also one that was removed; undefined if none is complete. */
  clip(id: string): KeptClip | undefined;
  /** Each object that is new, changed, ended, or got a better picture. */
  readonly changes: Observable<LoggedObject>;
};

export type ObjectLogOptions = Omit<BestPicturesOptions, 'onPicture'> & {
  readonly pictures: ObjectPictures;
  readonly clock: Clock & WallClock;
};

/** Some 400 bytes each, pictures left out. */
const MOST_OBJECTS = 1000;
const DEFAULT_LIMIT = 50;
const ISO_TIME = /^\d{4}-\d\d-\d\dT/;

/** Follows the objects of all cameras, and has their pictures taken. It belongs to the service: close it. */
export class LoggedObjects implements ObjectLog {
  readonly #clock: WallClock;
  readonly #pictures: ObjectPictures;
  readonly #best: BestPictures;
  /** The last event of each object, in the order of their starts. */
  readonly #events = new Map<string, ObjectEvent>();
  readonly #clips = new Map<string, KeptClip>();
  readonly #changes = new Subject<LoggedObject>();

  constructor({ pictures, clock, ...rest }: ObjectLogOptions) {
    this.#clock = clock;
    this.#pictures = pictures;
    this.#best = new BestPictures({
      ...rest,
      clock,
      onPicture: (event, jpeg) => {
        // The log may be past it.
        if (!this.#events.has(event.id)) return;
        pictures.put(event, jpeg);
        this.#changes.next(this.get(event.id)!);
      },
    });
  }

  /** How full the folder of pictures is; undefined without one. */
  get use(): KeptUse | undefined {
    return this.#pictures.use;
  }

  get changes(): Observable<LoggedObject> {
    return this.#changes;
  }

  seen(event: SceneEvent): void {
    if (event.type !== 'object') return;
    // A camera that was started again may count from the beginning.
    if (event.phase === 'start') this.#forget(event.id);
    this.#events.set(event.id, event);
    while (this.#events.size > MOST_OBJECTS) this.#forget(this.#events.keys().next().value!);
    this.#best.seen(event);
    this.#changes.next(this.#logged(event));
  }

  list({ camera, className, zone, limit = DEFAULT_LIMIT, before }: ObjectFilter): readonly LoggedObject[] {
    const newestFirst = [...this.#events.values()].sort((a, b) => b.startedAtMs - a.startedAtMs);
    const isBefore = this.#startedBefore(newestFirst, before);
    return newestFirst
      .filter(
        (event, i) =>
          (camera === undefined || event.streamId === camera) &&
          (className === undefined || event.className === className) &&
          (zone === undefined || event.enteredZones.includes(zone)) &&
          isBefore(event, i),
      )
      .slice(0, Math.min(limit, MOST_OBJECTS))
      .map((event) => this.#logged(event));
  }

  get(id: string): LoggedObject | undefined {
    const event = this.#events.get(id);
    return event && this.#logged(event);
  }

  snapshot(id: string): Promise<Buffer | undefined> {
    return this.#pictures.get(id);
  }

  clip(id: string): KeptClip | undefined {
    return this.#clips.get(id);
  }

  /** A clip of these objects is complete. */
  clipped(ids: readonly string[], clip: KeptClip): void {
    for (const id of ids) {
      if (!this.#events.has(id)) continue;
      this.#clips.set(id, clip);
      this.#changes.next(this.get(id)!);
    }
  }

  /** Resolves when every picture is where it belongs. */
  async close(): Promise<void> {
    await this.#best.close();
    await this.#pictures.close();
    this.#changes.complete();
  }

  #forget(id: string): void {
    this.#events.delete(id);
    this.#clips.delete(id);
    this.#pictures.forget(id);
  }

  #startedBefore(
    newestFirst: readonly ObjectEvent[],
    before: string | undefined,
  ): (event: ObjectEvent, i: number) => boolean {
    if (before === undefined) return () => true;
    const at = newestFirst.findIndex(({ id }) => id === before);
    if (at >= 0) return (_, i) => i > at;
    const beforeMs = ISO_TIME.test(before) ? Date.parse(before) : NaN;
    if (Number.isNaN(beforeMs))
      throw new UsageError(
        `before is "${before}"; it must be the id of an object among the last ${MOST_OBJECTS}, or a time such as 2026-11-27T20:00:00Z`,
      );
    return ({ startedAtMs }) => this.#clock.toUnixMs(startedAtMs) < beforeMs;
  }

  #logged({ id, streamId, className, startedAtMs, endedAtMs, topScore, enteredZones }: ObjectEvent): LoggedObject {
    const clip = this.#clips.get(id);
    const hasClip = clip?.isKept() === true;
    const iso = (monotonicMs: number): string => new Date(this.#clock.toUnixMs(monotonicMs)).toISOString();
    return {
      id,
      camera: streamId,
      className,
      startedAt: iso(startedAtMs),
      ...(endedAtMs !== undefined && { endedAt: iso(endedAtMs) }),
      topScore,
      zones: enteredZones,
      hasSnapshot: this.#pictures.has(id),
      hasClip,
      ...(hasClip && { clipCodec: clip.codec }),
    };
  }
}
