import type { ObjectEvent, ObjectPhase, ObjectReason } from '../core/scene-events.js';
import { diagonal, distance, toPixels } from './place.js';
import type { Moment, SceneObject } from './scene-object.js';

/** An object moved once its foot is farther from its last report than this fraction of the picture's diagonal. */
const MOVED = 0.05;
/** Least time between two reports of a better view. */
const BEST_EVERY_MS = 5000;
/** An object without news is reported so often. */
const REPORT_EVERY_MS = 60_000;

/** The facts of an object that were last reported. */
export type Report = {
  readonly object: SceneObject;
  readonly atMs: number;
  readonly bestSeq: number;
  readonly bestAtMs: number;
};

/** The report that makes `why` known. */
export function reportOf(object: SceneObject, before: Report | undefined, why: readonly ObjectReason[]): Report {
  const { nowMs } = object.latest;
  const { bestSeq, bestAtMs } =
    before === undefined || why.includes('best') ? { bestSeq: object.best.seq, bestAtMs: nowMs } : before;
  return { object, atMs: nowMs, bestSeq, bestAtMs };
}

/** The news about an object that was seen in the latest percept. */
export function newsOf(object: SceneObject, { object: told, atMs, bestSeq, bestAtMs }: Report): ObjectReason[] {
  const { latest, sighting, isStationary } = object;
  const { size } = latest;
  const news: ObjectReason[] = [];
  if (!areEqual(object.currentZones, told.currentZones)) news.push('zones');
  if (object.kind.classId !== told.kind.classId) news.push('class');
  const movedPx = distance(toPixels(told.sighting.foot, size), toPixels(sighting.foot, size));
  if (movedPx > MOVED * diagonal(size)) news.push('moved');
  if (isStationary !== told.isStationary) news.push(isStationary ? 'stationary' : 'active');
  if (object.best.seq !== bestSeq && latest.nowMs - bestAtMs >= BEST_EVERY_MS) news.push('best');
  if (latest.nowMs - atMs >= REPORT_EVERY_MS) news.push('minute');
  return news;
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

/** Unique in a run: a track cannot begin twice with one frame. */
export function objectId(streamId: string, { first, sighting }: SceneObject): string {
  return `${streamId}-${first.seq}-${sighting.trackId}`;
}

/** @param moment the newest frame, which may not show the object */
export function objectEvent(
  streamId: string,
  phase: ObjectPhase,
  why: readonly ObjectReason[],
  object: SceneObject,
  moment: Moment,
): ObjectEvent {
  const { first, latest, sighting, kind, best } = object;
  const { quality: _, ...view } = best;
  return {
    type: 'object',
    phase,
    why,
    streamId,
    seq: moment.seq,
    atMs: moment.capturedAtMs,
    id: objectId(streamId, object),
    trackId: sighting.trackId,
    classId: kind.classId,
    className: kind.className,
    score: sighting.score,
    topScore: object.topScore,
    box: sighting.box,
    size: latest.size,
    area: sighting.area,
    ratio: sighting.ratio,
    startedAtMs: first.capturedAtMs,
    ...(phase === 'end' ? { endedAtMs: latest.capturedAtMs } : {}),
    isStationary: object.isStationary,
    currentZones: phase === 'end' ? [] : object.currentZones,
    enteredZones: object.enteredZones,
    best: view,
  };
}
