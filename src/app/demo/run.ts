import type { Detector } from '../../core/detector.js';
import { OutputError } from '../../core/errors.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import { LivePage } from '../../streaming/http/live-page.js';
import type { AppContext } from '../context.js';
import type { DemoPlan } from './plan.js';
import { DemoShow } from './show.js';
import { SlowedDetector } from './slowed-detector.js';
import type { DemoSummary } from './summary.js';
import { detectorOptions } from '../run/detector-options.js';
import { openOutputs, type Outputs } from '../run/outputs.js';
import { RunReporter } from '../run/reporter.js';

const PORTS_TRIED = 20;

export type DemoOutcome = {
  readonly summary: DemoSummary;
  /** The first part that failed; undefined where none did. */
  readonly failure: Error | undefined;
};

/**
 * Plays the synthetic drive through the pipeline until `context.signal` is aborted or a limit is met, shows it on a page,
 * and adds up what streaming cost.
 */
export async function demo(plan: DemoPlan, context: AppContext): Promise<DemoOutcome> {
  const opened = await createProcessDetector({ ...await detectorOptions(plan.run, context), onLog: (message) => context.log.debug(message) });
  const detector = new SlowedDetector(opened, plan.extraMs);
  const page = plan.page && new LivePage((extraMs) => {
    detector.extraMs = extraMs;
    page?.slowed(extraMs);
  });
  const reporter = new RunReporter(plan.run, context);
  let outputs: Outputs | undefined;
  let show: DemoShow | undefined;
  try {
    reporter.detectorOpened(detector.info);
    outputs = await openServed(plan, page, detector, reporter, context);
    if (outputs.feedUrl !== undefined) announce(outputs.feedUrl, context);
    show = new DemoShow({ plan, page, detector, reporter, outputs, context });
    await show.play();
    reporter.done();
    const summary = await show.conclude();
    return { summary, failure: reporter.problem };
  } finally {
    reporter.done();
    await Promise.all([show?.close(), detector.close(), outputs?.close()]);
  }
}

/** Tries the next ports where the usual one is taken. */
async function openServed({ run, page: allowed }: DemoPlan, page: LivePage | undefined, { info }: Detector, reporter: RunReporter, context: AppContext): Promise<Outputs> {
  for (let moved = 0; ; moved++) {
    const config = run.feed === undefined ? run : { ...run, feed: { ...run.feed, port: run.feed.port + moved } };
    try {
      return await openOutputs(config, undefined, info, (error) => reporter.outputFailed(error), context, page?.answer);
    } catch (error) {
      const isTaken = error instanceof OutputError && error.code === 'NOWCAST_PORT_IN_USE';
      if (!isTaken || allowed?.mayMove !== true || moved === PORTS_TRIED) throw error;
    }
  }
}

function announce(feedUrl: string, context: AppContext): void {
  context.log.info(`feed: ${feedUrl}`);
  context.log.info(`page: ${feedUrl.replace(/^ws/, 'http')} (Ctrl-C ends the run and tells what streaming cost)`);
}
