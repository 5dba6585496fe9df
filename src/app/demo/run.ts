import type { Detector } from '../../core/detector.js';
import { OutputError } from '../../core/errors.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import { LivePage } from '../../streaming/http/live-page.js';
import type { CommandIo } from '../../cli/command-io.js';
import type { DemoPlan } from '../../cli/demo.js';
import { DemoShow } from './show.js';
import { SlowedDetector } from './slowed-detector.js';
import { detectorOptions } from '../run/detector-options.js';
import { openOutputs, type Outputs } from '../run/outputs.js';
import { RunReporter } from '../run/reporter.js';

const PORTS_TRIED = 20;

/**
 * Plays the synthetic drive through the pipeline until `io.signal` is aborted or a limit is met, shows it on a page,
 * and tells what streaming cost.
 */
export async function demo(plan: DemoPlan, io: CommandIo): Promise<void> {
  const opened = await createProcessDetector({ ...await detectorOptions(plan.run, io), onLog: (message) => io.log.debug(message) });
  const detector = new SlowedDetector(opened, plan.extraMs);
  const page = plan.page && new LivePage((extraMs) => {
    detector.extraMs = extraMs;
    page?.slowed(extraMs);
  });
  const reporter = new RunReporter(plan.run, io);
  let outputs: Outputs | undefined;
  let show: DemoShow | undefined;
  try {
    reporter.detectorOpened(detector.info);
    outputs = await openServed(plan, page, detector, reporter, io);
    if (outputs.feedUrl !== undefined) announce(outputs.feedUrl, io);
    show = new DemoShow({ plan, page, detector, reporter, outputs, io });
    await show.play();
    reporter.done();
    await show.conclude();
  } finally {
    reporter.done();
    await Promise.all([show?.close(), detector.close(), outputs?.close()]);
  }
}

/** Tries the next ports where the usual one is taken. */
async function openServed({ run, page: allowed }: DemoPlan, page: LivePage | undefined, { info }: Detector, reporter: RunReporter, io: CommandIo): Promise<Outputs> {
  for (let moved = 0; ; moved++) {
    const config = run.feed === undefined ? run : { ...run, feed: { ...run.feed, port: run.feed.port + moved } };
    try {
      return await openOutputs(config, undefined, info, (error) => reporter.outputFailed(error), io, page?.answer);
    } catch (error) {
      const isTaken = error instanceof OutputError && error.code === 'NOWCAST_PORT_IN_USE';
      if (!isTaken || allowed?.mayMove !== true || moved === PORTS_TRIED) throw error;
    }
  }
}

function announce(feedUrl: string, io: CommandIo): void {
  io.log.info(`feed: ${feedUrl}`);
  io.log.info(`page: ${feedUrl.replace(/^ws/, 'http')} (Ctrl-C ends the run and tells what streaming cost)`);
}
