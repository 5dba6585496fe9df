import type { Assigner } from './assignment.js';
import { centerSampling } from './center-sampling.js';
import { simOta } from './sim-ota.js';

/** The assignment rules of a run, by name. */
export const ASSIGNERS = {
  'sim-ota': simOta,
  center: centerSampling(1),
  'center-3x3': centerSampling(3),
} as const satisfies Record<string, Assigner>;

export type AssignerName = keyof typeof ASSIGNERS;
