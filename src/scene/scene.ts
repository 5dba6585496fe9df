import type { DropEvent, PerceptEvent, PipelineEvent } from '../core/events.js';
import { round3 } from '../core/round.js';
import type { CrossingEvent, ObjectReason, SceneCount, SceneEvent } from '../core/scene-events.js';
import type { SceneRules } from '../core/scene-rules.js';
import { countObjects, isSameCount } from './counts.js';
import { LEFT, passedTo } from './line-passage.js';
import { newsOf, objectEvent, objectId, reportOf, type Report } from './object-events.js';
import { missObject, seeObject, type Moment, type PassedLine, type SceneObject } from './scene-object.js';
import { isAbout, sightingsOf } from './sightings.js';

type Tracked = { readonly object: SceneObject; readonly report?: Report };

/** All that is known of the scene of one stream. */
export type SceneState = {
  /** The newest frame; undefined before the first. */
  readonly latest?: Moment & { readonly epoch: number };
  /** The connection was lost, so its frames that are still in the detector come too late. */
  readonly isInterrupted: boolean;
  /** By track. */
  readonly tracks: ReadonlyMap<number, Tracked>;
  /** Crossings by line and direction. */
  readonly totals: ReadonlyMap<string, number>;
  readonly counts: readonly SceneCount[];
};

export const EMPTY_SCENE: SceneState = { isInterrupted: false, tracks: new Map(), totals: new Map(), counts: [] };

export type SceneStep = { readonly state: SceneState; readonly events: readonly SceneEvent[] };

/**
 * The scene of a stream after one of its events. It follows from percepts and lost connections, in the order in which
 * they came, and reads no clock: a recording of these events leads to the same scene.
 *
 * Durations are in stream time (`ptsMs`), as the trackers count it: a file that is read at full speed has the dwell
 * times of its video. Stamps of events are capture times.
 */
export function nextScene(rules: SceneRules, state: SceneState, event: PipelineEvent): SceneStep {
  if (event.type === 'percept') return observe(rules, state, event);
  if (event.type === 'status' && event.state === 'reconnecting' && event.streamId !== undefined) {
    const { state: after, events } = endScene(rules, state, event.streamId, 'interrupted');
    return { state: { ...after, isInterrupted: true }, events };
  }
  if (event.type === 'drop' && event.reason === 'detect-off') return switchOff(rules, state, event);
  return { state, events: [] };
}

/** The end of every object, at the end of a run or of a connection. */
export function endScene(
  rules: SceneRules,
  state: SceneState,
  streamId: string,
  why: Extract<ObjectReason, 'interrupted' | 'run-ended'>,
): SceneStep {
  const { latest } = state;
  if (latest === undefined) return { state, events: [] };
  const change = new SceneChange(rules, state, streamId, latest);
  for (const tracked of state.tracks.values()) change.end(tracked, why);
  return change.step(latest);
}

/** Nobody looks on any longer. The frame that may still be in the detector is older, and so will not count. */
function switchOff(rules: SceneRules, state: SceneState, { streamId, seq }: DropEvent): SceneStep {
  if (state.latest === undefined) return { state, events: [] };
  const { state: after, events } =
    state.tracks.size === 0 ? { state, events: [] } : endScene(rules, state, streamId, 'interrupted');
  return { state: { ...after, latest: { ...state.latest, seq } }, events };
}

function observe(rules: SceneRules, state: SceneState, percept: PerceptEvent): SceneStep {
  const { seq, epoch, width, height, times, streamId } = percept;
  const ptsMs = round3(percept.ptsMs);
  const { latest } = state;
  // An output of a slower detector: the scene has gone on.
  if (latest !== undefined && seq <= latest.seq) return { state, events: [] };
  if (state.isInterrupted && epoch === latest?.epoch) return { state, events: [] };
  // Trackers begin anew with each connection.
  const isNew = latest !== undefined && epoch !== latest.epoch;
  const { state: before, events } = isNew ? endScene(rules, state, streamId, 'interrupted') : { state, events: [] };

  const stepMs = latest === undefined || isNew ? 0 : Math.max(0, ptsMs - latest.ptsMs);
  const moment: Moment = {
    seq,
    ptsMs,
    nowMs: round3((latest?.nowMs ?? 0) + stepMs),
    capturedAtMs: round3(times.capturedAtMs),
    size: { width, height },
  };
  const change = new SceneChange(rules, before, streamId, moment);
  const seen = sightingsOf(rules, percept);
  for (const [trackId, tracked] of before.tracks) {
    if (seen.has(trackId)) continue;
    const object = missObject(rules, tracked.object, moment.nowMs);
    if (object === undefined) change.end(tracked, 'lost');
    else change.keep(trackId, { ...tracked, object });
  }
  for (const [trackId, sighting] of seen) {
    const tracked = before.tracks.get(trackId);
    const { object, passed } = seeObject(rules, tracked?.object, sighting, moment);
    change.see(trackId, object, tracked?.report, passed);
  }
  const { state: after, events: more } = change.step({ ...moment, epoch });
  return { state: { ...after, isInterrupted: false }, events: [...events, ...more] };
}

/** Collects the parts of one step. */
class SceneChange {
  readonly #rules: SceneRules;
  readonly #streamId: string;
  readonly #moment: Moment;
  readonly #before: SceneState;
  readonly #events: SceneEvent[] = [];
  readonly #tracks = new Map<number, Tracked>();
  readonly #totals: Map<string, number>;

  constructor(rules: SceneRules, before: SceneState, streamId: string, moment: Moment) {
    this.#rules = rules;
    this.#before = before;
    this.#streamId = streamId;
    this.#moment = moment;
    this.#totals = new Map(before.totals);
  }

  keep(trackId: number, tracked: Tracked): void {
    this.#tracks.set(trackId, tracked);
  }

  see(trackId: number, object: SceneObject, report: Report | undefined, passed: readonly PassedLine[]): void {
    const why = !object.isReal ? [] : report === undefined ? (['new'] as const) : newsOf(object, report);
    if (why.length > 0)
      this.#events.push(
        objectEvent(this.#streamId, report === undefined ? 'start' : 'update', why, object, this.#moment),
      );
    for (const one of passed) this.#cross(object, one);
    const told = why.length === 0 ? report : reportOf(object, report, why);
    this.#tracks.set(trackId, { object, ...(told === undefined ? {} : { report: told }) });
  }

  end({ object }: Tracked, why: ObjectReason): void {
    if (!object.isReal) return;
    for (const [line, passage] of object.lines) {
      const passed = passedTo(passage);
      if (passed !== undefined) this.#cross(object, { ...passed, line });
    }
    this.#events.push(objectEvent(this.#streamId, 'end', [why], object, this.#moment));
  }

  /** @param latest the newest frame of the stream */
  step(latest: SceneState['latest'] & {}): SceneStep {
    const counts = countObjects(
      Array.from(this.#tracks.values(), ({ object }) => object),
      this.#before.counts,
    );
    const { seq, capturedAtMs } = this.#moment;
    if (!isSameCount(counts, this.#before.counts))
      this.#events.push({ type: 'count', streamId: this.#streamId, seq, atMs: capturedAtMs, counts });
    return {
      state: { ...this.#before, latest, tracks: this.#tracks, totals: this.#totals, counts },
      events: this.#events,
    };
  }

  #cross(object: SceneObject, { line, to, crossedAtMs }: PassedLine): void {
    const rule = this.#rules.lines[line];
    const { classId, className } = object.kind;
    if (!isAbout(rule, className)) return;
    const direction = to === LEFT ? rule.toLeft : rule.toRight;
    const key = `${line} ${to}`;
    const total = (this.#totals.get(key) ?? 0) + 1;
    this.#totals.set(key, total);
    this.#events.push({
      type: 'crossing',
      streamId: this.#streamId,
      seq: this.#moment.seq,
      atMs: this.#moment.capturedAtMs,
      line,
      direction,
      objectId: objectId(this.#streamId, object),
      classId,
      className,
      crossedAtMs,
      total,
    } satisfies CrossingEvent);
  }
}
