import type { ModelDetector } from '../../core/detector.js';
import { OutputError } from '../../core/errors.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import { feedKind } from '../../streaming/feed/kind.js';
import { LivePage } from '../../streaming/live-page/live-page.js';
import type { RunConfig } from '../../config/run-config.js';
import type { AppContext } from '../context.js';
import { BUILT_IN_PARTS } from '../parts.js';
import type { DemoPlan } from './plan.js';
import { DemoShow } from './show.js';
import { SlowedDetector } from './slowed-detector.js';
import type { DemoSummary } from './summary.js';
import { detectorOptions, MAX_FAILED_STARTS } from '../run/detector-options.js';
import { openSinks, type OpenSinks } from '../run/sinks.js';
import { RunReporter } from '../run/reporter.js';

const PORTS_TRIED = 20;
const LONG_START_MS = 10_000;

export type DemoOutcome = {
  readonly summary: DemoSummary;
  /** The error of the first part that failed; undefined if none did. */
  readonly failure: Error | undefined;
};

/**
 * Plays the synthetic drive through the pipeline until `context.signal` is aborted or a limit is met, shows it on a
 * page, and scores it.
 */
export async function demo(plan: DemoPlan, context: AppContext): Promise<DemoOutcome> {
  const opened = await openDetector(plan.run, context);
  const detector = new SlowedDetector(opened, plan.extraMs);
  const page =
    plan.page &&
    new LivePage((extraMs) => {
      detector.extraMs = extraMs;
      page?.slowed(extraMs);
    });
  const reporter = new RunReporter(plan.run, context);
  let sinks: OpenSinks | undefined;
  let show: DemoShow | undefined;
  try {
    reporter.detectorOpened(detector.info);
    sinks = await openServed(plan, page, detector, reporter, context);
    const feedUrl = sinks.urls[FEED];
    if (feedUrl !== undefined) announce(feedUrl, context);
    show = new DemoShow({ plan, page, detector, reporter, sinks, context });
    await show.play();
    reporter.done();
    const summary = await show.conclude();
    return { summary, failure: reporter.problem };
  } finally {
    reporter.done();
    await Promise.all([show?.close(), detector.close(), sinks?.close()]);
  }
}

/** Says where opening takes long, because the page is served only afterwards. */
async function openDetector(run: RunConfig, context: AppContext): Promise<ModelDetector> {
  const slow = setTimeout(() => {
    context.log.warn(
      `the detector is not open after ${LONG_START_MS / 1000} s, because other programs use the processor; the page follows`,
    );
  }, LONG_START_MS);
  try {
    return await createProcessDetector({
      ...(await detectorOptions(run, context)),
      // Somebody looks on, and a demo without results shows nothing.
      maxFailedStarts: MAX_FAILED_STARTS,
      onLog: (message) => context.log.debug(message),
    });
  } finally {
    clearTimeout(slow);
  }
}

/** Tries the next ports if the usual one is taken. */
async function openServed(
  { run, page: allowed }: DemoPlan,
  page: LivePage | undefined,
  { info }: ModelDetector,
  reporter: RunReporter,
  context: AppContext,
): Promise<OpenSinks> {
  for (let moved = 0; ; moved++) {
    try {
      const onFailure = (error: OutputError): void => reporter.outputFailed(error);
      return await openSinks(
        { config: withPortMoved(run, moved), info, ffmpeg: undefined, pages: page?.pages, onFailure },
        BUILT_IN_PARTS,
        context,
      );
    } catch (error) {
      const isTaken = error instanceof OutputError && error.code === 'NOWCAST_PORT_IN_USE';
      if (!isTaken || allowed?.mayMove !== true || moved === PORTS_TRIED) throw error;
    }
  }
}

const FEED = feedKind.name;

function withPortMoved(run: RunConfig, by: number): RunConfig {
  return {
    ...run,
    sinks: run.sinks.map((sink) =>
      sink.kind === FEED ? { ...sink, settings: { ...sink.settings, port: Number(sink.settings['port']) + by } } : sink,
    ),
  };
}

function announce(feedUrl: string, context: AppContext): void {
  context.log.info(`feed: ${feedUrl}`);
  context.log.info(`page: ${feedUrl.replace(/^ws/, 'http')} (Ctrl-C ends the run and prints what streaming cost)`);
}
