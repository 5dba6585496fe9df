import { iou, type Box, type LabelledBox } from './boxes.js';
import type { Percept } from './feed.js';

/** One object of a percept at some moment: its box as observed, and its forecast box. */
export type ObjectBoxes = {
  readonly observed: LabelledBox | undefined;
  readonly forecast: LabelledBox | undefined;
};

/** The state at a moment. */
export type Answer = {
  /** Sequence number of the observed frame. */
  readonly seq: number;
  /** Age of the observation, in milliseconds. */
  readonly ageMs: number;
  /** Half-width of its uncertainty, in milliseconds. */
  readonly uncertaintyMs: number;
  readonly objects: readonly ObjectBoxes[];
};

const KEPT = 20;
/** Without further percepts, a forecast is extended for no longer than this. */
const CARRY_MS = 250;

/**
 * The percepts of the feed, queried for the one that was available at a moment: the rule by which streaming AP scores.
 */
export class Answers {
  readonly #percepts: Percept[] = [];

  push(percept: Percept): void {
    this.#percepts.push(percept);
    if (this.#percepts.length > KEPT) this.#percepts.shift();
  }

  /** @param atMs Unix milliseconds on the server's clock, such as a picture's capture */
  at(atMs: number): Answer | undefined {
    const percept = this.#percepts.findLast(({ times }) => times.emittedAt <= atMs);
    if (percept === undefined) return undefined;
    const {
      seq,
      times: { observedAt, uncertaintyMs },
    } = percept;
    return { seq, ageMs: atMs - observedAt, uncertaintyMs, objects: objectsAt(percept, atMs) };
  }
}

/** The objects of a percept, observed and moved to a moment, in Unix milliseconds. */
export function objectsAt({ detections, observed: found, times }: Percept, atMs: number): readonly ObjectBoxes[] {
  const { observedAt, validAt } = times;
  if (found === undefined) return detections.map((observed) => ({ observed, forecast: undefined }));
  const seen = new Set<LabelledBox>(found);
  const steps = validAt > observedAt ? Math.min(atMs - validAt, CARRY_MS) / (validAt - observedAt) : 0;
  const boxes = detections.map((forecast): ObjectBoxes => {
    const observed = observedOf(forecast, seen);
    if (observed !== undefined) seen.delete(observed);
    return {
      observed,
      forecast: observed === undefined ? forecast : { ...forecast, box: carriedOn(observed.box, forecast.box, steps) },
    };
  });
  return [...boxes, ...[...seen].map((observed) => ({ observed, forecast: undefined }))];
}

/** `41 ms ± 6`; without the half-width if that is negligible. */
export function ageText(ageMs: number, uncertaintyMs: number): string {
  const halfWidth = Math.round(uncertaintyMs);
  return `${Math.round(ageMs)} ms${halfWidth === 0 ? '' : ` ± ${halfWidth}`}`;
}

/** The observation that a forecast moves: that of its track, or the nearest without a track. */
export function observedOf(forecast: LabelledBox, observed: ReadonlySet<LabelledBox>): LabelledBox | undefined {
  const ofTrack = [...observed].filter(({ trackId }) => trackId === forecast.trackId);
  return forecast.trackId === undefined ? truthOf(forecast, ofTrack) : ofTrack[0];
}

/** The forecast continues at its own speed since the observation. */
function carriedOn(from: Box, to: Box, steps: number): Box {
  const part = (i: 0 | 1 | 2 | 3): number => to[i] + steps * (to[i] - from[i]);
  return [part(0), part(1), part(2), part(3)];
}

/** The object of its class that a box most likely shows. */
export function truthOf(object: LabelledBox, truth: readonly LabelledBox[]): LabelledBox | undefined {
  let best: LabelledBox | undefined;
  let bestIou = 0.3;
  for (const candidate of truth) {
    const overlap = candidate.class === object.class ? iou(candidate.box, object.box) : 0;
    if (overlap > bestIou) [best, bestIou] = [candidate, overlap];
  }
  return best;
}
