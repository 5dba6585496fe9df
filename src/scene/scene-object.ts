import type { BestView } from '../core/scene-events.js';
import type { SceneRules } from '../core/scene-rules.js';
import type { Size } from '../core/size.js';
import { filterFor } from '../core/scene-rules.js';
import { NOWHERE, nextPassage, type LinePassage, type Passed } from './line-passage.js';
import { isInside } from './place.js';
import { isAbout, type Sighting } from './sightings.js';
import { isStationary, nextStillness, type Stillness } from './stillness.js';
import { classOf, medianScore, REMEMBERED, remembered, type History, type Seen } from './track-class.js';
import { isCounted, nextPresence, NOT_IN, type ZonePresence } from './zone-presence.js';

/** The newest frame of a stream. */
export type Moment = {
  readonly seq: number;
  /** Of the source, in whole microseconds. */
  readonly ptsMs: number;
  /** Stream time, in milliseconds: it goes on with the times of the source, and never back. */
  readonly nowMs: number;
  /** On the monotonic clock. */
  readonly capturedAtMs: number;
  readonly size: Size;
};

/** A track, and all that the rules know of it. It is an object once it has passed the filter. */
export type SceneObject = {
  readonly first: Moment;
  readonly latest: Moment;
  readonly sighting: Sighting;
  readonly history: History;
  /** The class of the object. */
  readonly kind: Seen;
  readonly isReal: boolean;
  readonly topScore: number;
  readonly best: BestView & { readonly quality: number };
  readonly zones: ReadonlyMap<string, ZonePresence>;
  readonly currentZones: readonly string[];
  readonly enteredZones: readonly string[];
  readonly lines: ReadonlyMap<string, LinePassage>;
  /** Lines that it passed among the remembered sightings, while it was no object yet. */
  readonly unconfirmed: readonly Unconfirmed[];
  readonly stillness: Stillness;
  readonly isStationary: boolean;
  /** Stream time of the first percept without it, if it is not in the latest one. */
  readonly missedSinceMs?: number;
};

export type PassedLine = Passed & { readonly line: string };

/** A passage that counts if the track becomes an object by the sightings that showed it. */
type Unconfirmed = PassedLine & { readonly sightingsAgo: number };

/** The object after a sighting, and the lines that it has passed. */
export function seeObject(
  rules: SceneRules,
  before: SceneObject | undefined,
  sighting: Sighting,
  moment: Moment,
): { readonly object: SceneObject; readonly passed: readonly PassedLine[] } {
  const { nowMs, size } = moment;
  const history = remembered(before?.history, sighting);
  const kind = classOf(history, before?.kind);
  const zones = new Map<string, ZonePresence>();
  const currentZones: string[] = [];
  for (const [name, rule] of Object.entries(rules.zones)) {
    const isHere = isAbout(rule, kind.className) && isInside(sighting.foot, rule.points);
    const presence = nextPresence(rule, before?.zones.get(name) ?? NOT_IN, isHere, nowMs);
    zones.set(name, presence);
    if (isCounted(rule, presence, nowMs)) currentZones.push(name);
  }
  const lines = new Map<string, LinePassage>();
  const passed: PassedLine[] = [];
  const step = { from: before?.sighting.foot, to: sighting.foot, size, nowMs, capturedAtMs: moment.capturedAtMs };
  for (const [line, rule] of Object.entries(rules.lines)) {
    const { passage, passed: one } = nextPassage(rule, before?.lines.get(line) ?? NOWHERE, step);
    lines.set(line, passage);
    if (one !== undefined) passed.push({ ...one, line });
  }
  const isReal = before?.isReal === true || medianScore(history) >= filterFor(rules, kind.className).threshold;
  const all = [...remembering(before?.unconfirmed ?? []), ...passed.map((one) => ({ ...one, sightingsAgo: 0 }))];
  const stillness = nextStillness(before?.stillness, sighting.box, nowMs);
  const object: SceneObject = {
    first: before?.first ?? moment,
    latest: moment,
    sighting,
    history,
    kind,
    isReal,
    topScore: Math.max(before?.topScore ?? 0, sighting.score),
    best: betterView(before?.best, sighting, moment),
    zones,
    currentZones,
    enteredZones: entered(before?.enteredZones ?? [], currentZones),
    lines,
    unconfirmed: isReal ? [] : all,
    stillness,
    isStationary: isStationary(stillness, rules.stationaryMs, nowMs),
  };
  return { object, passed: isReal ? all : [] };
}

function remembering(unconfirmed: readonly Unconfirmed[]): Unconfirmed[] {
  return unconfirmed
    .map((one) => ({ ...one, sightingsAgo: one.sightingsAgo + 1 }))
    .filter(({ sightingsAgo }) => sightingsAgo < REMEMBERED);
}

/** The object in a percept that does not show it; undefined if it has been away for as long as a track is kept. */
export function missObject(
  { lostMs }: Pick<SceneRules, 'lostMs'>,
  before: SceneObject,
  nowMs: number,
): SceneObject | undefined {
  const { missedSinceMs = nowMs } = before;
  return nowMs - missedSinceMs >= lostMs ? undefined : { ...before, missedSinceMs };
}

/** A view that the border cuts off is worth half. */
const CUT_OFF = 0.5;

function betterView(
  before: SceneObject['best'] | undefined,
  { box, score, area }: Sighting,
  { seq, ptsMs, capturedAtMs, size }: Moment,
): SceneObject['best'] {
  const isCutOff = box.x1 <= 0 || box.y1 <= 0 || box.x2 >= size.width || box.y2 >= size.height;
  const quality = score * Math.sqrt(area) * (isCutOff ? CUT_OFF : 1);
  return before !== undefined && before.quality >= quality ? before : { seq, ptsMs, capturedAtMs, box, score, quality };
}

function entered(before: readonly string[], current: readonly string[]): readonly string[] {
  const added = current.filter((zone) => !before.includes(zone));
  return added.length === 0 ? before : [...before, ...added];
}
