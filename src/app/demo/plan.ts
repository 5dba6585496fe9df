import { resolveRun, type RunConfig } from '../../config/run-config.js';
import type { Settings } from '../../config/run-keys.js';
import { mergeSettings } from '../../config/settings.js';
import { UsageError } from '../../core/errors.js';
import { BUILT_IN_PARTS } from '../parts.js';

/**
 * The keys of a run that the demo sets otherwise: it shows forecasts, and is scored, and AP counts the unlikely boxes
 * too.
 */
export const DEMO_PRESETS = { conf: 0.01, nms: 0.5, forecast: 'nowcast' } as const;

export const DEMO_PORT = 8765;

/** What the demo is to do. */
export type DemoPlan = {
  readonly run: RunConfig;
  readonly seed: number;
  /** Whether the port may be another where it is taken; undefined where there is no page. */
  readonly page: { readonly mayMove: boolean } | undefined;
  /** How much longer the detector is to take than it does, in milliseconds. */
  readonly extraMs: number;
};

export type DemoOptions = {
  /** Of the run; they win over the demo's own. */
  readonly settings: Settings;
  readonly seed: number;
  readonly extraMs: number;
  /** Serve neither page nor feed. */
  readonly headless: boolean;
  /** Of the page and the feed; undefined takes {@link DEMO_PORT}, or the next that is free. */
  readonly port: number | undefined;
};

/** @throws UsageError naming the flags that clash */
export function planDemo({ settings, seed, extraMs, headless, port }: DemoOptions): DemoPlan {
  if (headless && port !== undefined)
    throw new UsageError('--headless serves nothing, and --port says where; leave one of them out');
  const run = resolveRun(
    {
      ...mergeSettings<Settings>({ detect: DEMO_PRESETS }, settings),
      ...(headless ? {} : { feed: { port: port ?? DEMO_PORT } }),
    },
    [`demo:${seed}`],
    BUILT_IN_PARTS,
  );
  if (run.detect.schedule === 'every')
    throw new UsageError('--schedule every knows no time, and the drive does not wait; choose idle-free');
  return { run, seed, page: headless ? undefined : { mayMove: port === undefined }, extraMs };
}
