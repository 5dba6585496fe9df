import { boxArea, type Box } from '../core/box.js';
import type { PerceptEvent } from '../core/events.js';
import type { Point } from '../core/polygon.js';
import { filterFor, type ObjectFilter, type SceneRules } from '../core/scene-rules.js';
import { footOf, isInside } from './place.js';

/** A detection of a tracked object. */
export type Sighting = {
  readonly trackId: number;
  readonly classId: number;
  readonly className: string;
  readonly score: number;
  readonly box: Box;
  readonly foot: Point;
  /** As a fraction of the picture. */
  readonly area: number;
  /** Width over height. */
  readonly ratio: number;
};

/**
 * The detections of a percept that the rules take, by their tracks: those without a track, below the class's filter, in
 * a mask or of an empty box are not seen.
 */
export function sightingsOf(rules: SceneRules, percept: PerceptEvent): ReadonlyMap<number, Sighting> {
  const seen = new Map<number, Sighting>();
  for (const { trackId, classId, className, score, box } of percept.detections) {
    // A tracker gives an id once. Of one that does not, the first detection counts.
    if (trackId === undefined || seen.has(trackId) || !(box.x2 > box.x1 && box.y2 > box.y1)) continue;
    const sighting: Sighting = {
      trackId,
      classId,
      className,
      score,
      box,
      foot: footOf(box, percept),
      area: boxArea(box) / (percept.width * percept.height),
      ratio: (box.x2 - box.x1) / (box.y2 - box.y1),
    };
    if (passes(filterFor(rules, className), sighting) && !isMasked(rules, sighting)) seen.set(trackId, sighting);
  }
  return seen;
}

/** True if a rule is about the class. */
export function isAbout({ classes }: { readonly classes?: readonly string[] | undefined }, className: string): boolean {
  return classes === undefined || classes.includes(className);
}

function passes(
  { minScore, minArea, maxArea, minRatio, maxRatio = Infinity }: ObjectFilter,
  { score, area, ratio }: Sighting,
): boolean {
  return score >= minScore && area >= minArea && area <= maxArea && ratio >= minRatio && ratio <= maxRatio;
}

function isMasked({ masks }: SceneRules, { className, foot }: Sighting): boolean {
  return Object.values(masks).some((mask) => isAbout(mask, className) && isInside(foot, mask.points));
}
