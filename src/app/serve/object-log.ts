import { Subject, type Observable } from 'rxjs';
import type { Clock, WallClock } from '../../core/clock.js';
import type { UnitCodec } from '../../core/coded-unit.js';
import { UsageError } from '../../core/errors.js';
import type { LoggedObject } from '../../core/logged-object.js';
import type { ObjectEvent, SceneEvent } from '../../core/scene-events.js';
import type { KeptUse } from '../../files/kept-folder.js';
import { timeName } from '../../core/time-name.js';
import { BestPictures, type BestPicturesOptions } from './best-pictures.js';
import type { KeptObject, ObjectJournal } from './object-journal.js';
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
  /** Absent: objects are forgotten at the end. */
  readonly journal?: ObjectJournal;
  /** Whether a clip of an earlier run is still there. */
  readonly hasClip: (path: string) => boolean;
  readonly clock: Clock & WallClock;
};

/** So many are listed, over all cameras. Some 400 bytes each, pictures left out. */
export const MOST_OBJECTS = 1000;
const DEFAULT_LIMIT = 50;
const ISO_TIME = /^\d{4}-\d\d-\d\dT/;

/**
 * Follows the objects of all cameras, and has their pictures taken. It belongs to the service: close it.
 *
 * The ids of events are unique within a run. An object of an earlier run therefore gets its start added to its id, and
 * is found by the id of its events as well until another object has that.
 */
export class LoggedObjects implements ObjectLog {
  readonly #clock: WallClock;
  readonly #pictures: ObjectPictures;
  readonly #journal: ObjectJournal | undefined;
  readonly #best: BestPictures;
  /** In the order of their starts. */
  readonly #objects = new Map<string, KeptObject>();
  readonly #clips = new Map<string, KeptClip>();
  /** Ids of earlier objects, the newest by the id of its events. */
  readonly #earlier = new Map<string, string>();
  readonly #changes = new Subject<LoggedObject>();

  constructor({ pictures, clock, journal, hasClip, ...rest }: ObjectLogOptions) {
    this.#clock = clock;
    this.#pictures = pictures;
    this.#journal = journal;
    for (const object of journal?.earlier ?? []) this.#addEarlier(object, hasClip);
    this.#best = new BestPictures({
      ...rest,
      clock,
      onPicture: (event, jpeg) => {
        // The log may be past it.
        if (!this.#objects.has(event.id)) return;
        pictures.put(event, jpeg, (picture) => this.#change(event.id, { picture }));
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
    const { id } = event;
    // A camera that was removed and added again counts from the beginning.
    if (event.phase === 'start' && this.#objects.has(id)) this.#rename(id);
    this.#keep(id, factsOf(event, this.#clock, this.#objects.get(id)));
    this.#best.seen(event);
    this.#changes.next(this.#logged(id, this.#objects.get(id)!));
  }

  list({ camera, className, zone, limit = DEFAULT_LIMIT, before }: ObjectFilter): readonly LoggedObject[] {
    const newestFirst = [...this.#objects].sort(([, a], [, b]) => b.startedMs - a.startedMs);
    const isBefore = this.#startedBefore(newestFirst, before);
    return newestFirst
      .filter(
        ([, object], i) =>
          (camera === undefined || object.camera === camera) &&
          (className === undefined || object.className === className) &&
          (zone === undefined || object.zones.includes(zone)) &&
          isBefore(object, i),
      )
      .slice(0, Math.min(limit, MOST_OBJECTS))
      .map(([id, object]) => this.#logged(id, object));
  }

  get(id: string): LoggedObject | undefined {
    const known = this.#known(id);
    const object = this.#objects.get(known);
    return object && this.#logged(known, object);
  }

  snapshot(id: string): Promise<Buffer | undefined> {
    return this.#pictures.get(this.#known(id));
  }

  clip(id: string): KeptClip | undefined {
    return this.#clips.get(this.#known(id));
  }

  /** A clip of these objects is complete. */
  clipped(ids: readonly string[], clip: KeptClip): void {
    for (const id of ids) {
      if (!this.#objects.has(id)) continue;
      this.#clips.set(id, clip);
      this.#change(id, { clip: { path: clip.path, codec: clip.codec } });
      this.#changes.next(this.get(id)!);
    }
  }

  /** Resolves when every picture and object is where it belongs. */
  async close(): Promise<void> {
    await this.#best.close();
    await this.#pictures.close();
    await this.#journal?.close();
    this.#changes.complete();
  }

  #known(id: string): string {
    return this.#objects.has(id) ? id : (this.#earlier.get(id) ?? id);
  }

  #keep(id: string, object: KeptObject): void {
    this.#objects.set(id, object);
    while (this.#objects.size > MOST_OBJECTS) this.#forget(this.#objects.keys().next().value!);
    this.#journal?.write(object);
  }

  #change(id: string, facts: Partial<KeptObject>): void {
    const object = this.#objects.get(id);
    if (object !== undefined) this.#keep(id, { ...object, ...facts });
  }

  #addEarlier(object: KeptObject, hasClip: (path: string) => boolean): void {
    const id = earlierId(object);
    const { clip, picture, endedMs, newestMs } = object;
    // A service that was killed has seen no end.
    this.#objects.set(id, { ...object, endedMs: endedMs ?? newestMs });
    this.#earlier.set(object.id, id);
    if (picture !== undefined) this.#pictures.add(id, picture);
    if (clip !== undefined) this.#clips.set(id, { ...clip, isKept: () => hasClip(clip.path) });
  }

  #rename(id: string): void {
    const object = this.#objects.get(id)!;
    const other = earlierId(object);
    const clip = this.#clips.get(id);
    this.#pictures.rename(id, other);
    this.#forget(id);
    this.#objects.set(other, object);
    this.#earlier.set(id, other);
    if (clip !== undefined) this.#clips.set(other, clip);
  }

  #forget(id: string): void {
    const object = this.#objects.get(id);
    if (object !== undefined && this.#earlier.get(object.id) === id) this.#earlier.delete(object.id);
    this.#objects.delete(id);
    this.#clips.delete(id);
    this.#pictures.forget(id);
  }

  #startedBefore(
    newestFirst: readonly (readonly [string, KeptObject])[],
    before: string | undefined,
  ): (object: KeptObject, i: number) => boolean {
    if (before === undefined) return () => true;
    const known = this.#known(before);
    const at = newestFirst.findIndex(([id]) => id === known);
    if (at >= 0) return (_, i) => i > at;
    const beforeMs = ISO_TIME.test(before) ? Date.parse(before) : NaN;
    if (Number.isNaN(beforeMs))
      throw new UsageError(
        `before is "${before}"; it must be the id of an object among the last ${MOST_OBJECTS}, or a time such as 2026-11-27T20:00:00Z`,
      );
    return ({ startedMs }) => startedMs < beforeMs;
  }

  #logged(id: string, { camera, className, startedMs, endedMs, topScore, zones }: KeptObject): LoggedObject {
    const clip = this.#clips.get(id);
    const hasClip = clip?.isKept() === true;
    return {
      id,
      camera,
      className,
      startedAt: new Date(startedMs).toISOString(),
      ...(endedMs !== undefined && { endedAt: new Date(endedMs).toISOString() }),
      topScore,
      zones,
      hasSnapshot: this.#pictures.has(id),
      hasClip,
      ...(hasClip && { clipCodec: clip.codec }),
    };
  }
}

function factsOf(
  { id, streamId, className, startedAtMs, endedAtMs, atMs, topScore, enteredZones }: ObjectEvent,
  clock: WallClock,
  former: KeptObject | undefined,
): KeptObject {
  return {
    ...former,
    id,
    camera: streamId,
    className,
    // The wall clock may have been set meanwhile.
    startedMs: former?.startedMs ?? clock.toUnixMs(startedAtMs),
    ...(endedAtMs !== undefined && { endedMs: clock.toUnixMs(endedAtMs) }),
    newestMs: clock.toUnixMs(atMs),
    topScore,
    zones: enteredZones,
  };
}

/** Unlike the id of events, unique over all runs. */
function earlierId({ id, startedMs }: KeptObject): string {
  return `${id}-${timeName(startedMs)}`;
}
