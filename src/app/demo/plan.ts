import { resolveRun, type RunConfig } from '../../config/run-config.js';
import type { Settings } from '../../config/run-keys.js';
import { mergeSettings } from '../../config/settings.js';
import { UsageError } from '../../core/errors.js';
import { BUILT_IN_PARTS } from '../parts.js';

/** The configuration keys whose defaults differ in the demo: it forecasts, scores, and keeps unlikely boxes for AP. */
export const DEMO_PRESETS = { conf: 0.01, nms: 0.5, forecast: 'nowcast' } as const;

export const DEMO_PORT = 8765;

/** A checked command line of `nowcast demo`. */
export type DemoPlan = {
  readonly run: RunConfig;
  readonly seed: number;
  /** `mayMove`: the page may take another port if its own is taken. Undefined serves no page. */
  readonly page: { readonly mayMove: boolean } | undefined;
  /** Added to every run of the detector, in milliseconds. */
  readonly extraMs: number;
};

export type DemoOptions = {
  /** Keys of the run; they override the demo's defaults. */
  readonly settings: Settings;
  readonly seed: number;
  readonly extraMs: number;
  /** Serve neither page nor feed. */
  readonly headless: boolean;
  /** Port of the page and the feed; undefined takes {@link DEMO_PORT}, or the next free port. */
  readonly port: number | undefined;
};

/** @throws UsageError naming the flags that clash */
export function planDemo({ settings, seed, extraMs, headless, port }: DemoOptions): DemoPlan {
  if (headless && port !== undefined)
    throw new UsageError('--headless serves no page, so --port has no effect; leave one of them out');
  const run = resolveRun(
    {
      ...mergeSettings<Settings>({ detect: DEMO_PRESETS }, settings),
      ...(headless ? {} : { feed: { port: port ?? DEMO_PORT } }),
    },
    [`demo:${seed}`],
    BUILT_IN_PARTS,
  );
  if (run.detect.schedule === 'every')
    throw new UsageError(
      '--schedule every detects on each frame however late, but the drive does not wait; choose idle-free',
    );
  return { run, seed, page: headless ? undefined : { mayMove: port === undefined }, extraMs };
}
