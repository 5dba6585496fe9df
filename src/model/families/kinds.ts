import { InternalError } from '../../core/errors.js';
import type { DetectorFamily } from '../family.js';
import { detr } from './detr/family.js';
import { yolox } from './yolox/family.js';

/** Every kind of detector, in the order in which a graph is shown to them. */
export const DETECTOR_FAMILIES: readonly DetectorFamily[] = [yolox, detr];

/** @throws InternalError if the list above does not hold this family */
export function familyByName(name: string): DetectorFamily {
  const family = DETECTOR_FAMILIES.find((candidate) => candidate.name === name);
  if (family !== undefined) return family;
  const known = DETECTOR_FAMILIES.map((candidate) => candidate.name).join(', ');
  throw new InternalError(
    `there is no detector family ${JSON.stringify(name)}, only ${known}; add it to families/kinds.ts, or run its graph ` +
      'in a detector made with defineDetector',
  );
}
