import type { RunConfig } from '../../config/run-config.js';

/** What the demo is to do. */
export type DemoPlan = {
  readonly run: RunConfig;
  readonly seed: number;
  /** Whether the port may be another where it is taken; undefined where there is no page. */
  readonly page: { readonly mayMove: boolean } | undefined;
  /** How much longer the detector is to take than it does, in milliseconds. */
  readonly extraMs: number;
};
