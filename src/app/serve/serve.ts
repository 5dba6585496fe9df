import { firstValueFrom } from 'rxjs';
import type { ErrorPlaces } from '../../config/error-places.js';
import type { RunConfig } from '../../config/run-config.js';
import { feedKind } from '../../streaming/feed/kind.js';
import { nodeInterval } from '../../streaming/http/timers.js';
import { aboutKeys } from '../../core/error-key.js';
import type { AppContext } from '../context.js';
import { BUILT_IN_PARTS, type RunParts } from '../parts.js';
import { aborted, abortedAfter } from '../run/limits.js';
import type { OpenRun } from '../run/open-run.js';
import type { OpenSinks } from '../run/sinks.js';
import type { RunSummary } from '../run/summary.js';
import { ACCESS_KEYS, serviceAccess, withHttpOfFeed, type ServiceAccess } from './listen.js';
import { openServiceRun } from './open-service-run.js';
import { openService } from './open-service.js';
import type { Reload } from './reload.js';
import { reloaderOf } from './reloader.js';
import { ServiceParts } from './service-parts.js';
import { asksLivez, reportToSystemd } from './systemd.js';

export type ServeOptions = {
  /** Reads the configuration again. Absent: there is no file. */
  readonly readAgain?: () => Promise<RunConfig>;
  /** Calls for a reload when somebody wants one. @returns ends that */
  readonly onReloadWanted?: (reload: () => void) => () => void;
  /** Gives the errors of a reload their places in the file. */
  readonly places?: Pick<ErrorPlaces, 'place'>;
  /** File of switches where the configuration names none. Absent: they last as long as the service. */
  readonly stateFile?: string;
};

/**
 * Runs cameras until `context.signal` is aborted, or for the configured duration, and serves their results, their
 * health and their numbers over HTTP. Sources that end or fail leave the others alone, and the service goes on.
 *
 * @param given with the feed, whose server is the service's
 * @throws UsageError, ModelError or OutputError if the service cannot start; all resources are then closed
 */
export async function serve(
  given: RunConfig,
  context: AppContext,
  { readAgain, onReloadWanted, stateFile, places }: ServeOptions = {},
  runParts: RunParts = BUILT_IN_PARTS,
): Promise<RunSummary> {
  const config = withHttpOfFeed(given);
  const access = aboutKeys(ACCESS_KEYS, () => serviceAccess(config));
  const parts = await ServiceParts.open({ config, context, runParts, stateFile });
  try {
    const reload = readAgain && reloaderOf(parts, readAgain, places);
    // A wish that comes before the service is open waits until it is.
    const unlisten = reload && onReloadWanted?.(() => void reload().catch(() => undefined));
    try {
      return await run(parts, access, reload);
    } finally {
      unlisten?.();
    }
  } finally {
    await parts.close();
  }
}

async function run(parts: ServiceParts, access: ServiceAccess, reload: Reload | undefined): Promise<RunSummary> {
  const opened = await openServiceRun(parts, access, reload);
  try {
    try {
      await play(parts, opened, access);
    } finally {
      await opened.close();
    }
    await opened.sinks.finish();
    return opened.summary(parts.config, parts.context.clock.now() - parts.startedMs, opened.reporter.problems);
  } finally {
    await opened.dispose();
  }
}

/** Runs the cameras until the service shall end. */
async function play(parts: ServiceParts, run: OpenRun, access: ServiceAccess): Promise<void> {
  const { context, first } = parts;
  let onFault: (error: unknown) => void = () => undefined;
  const fault = new Promise<never>((_, reject) => {
    onFault = reject;
  });
  // It may come before anybody waits for it.
  fault.catch(() => undefined);
  const service = await openService(parts, run, onFault);
  const url = announce(run.sinks, access, context);
  const ending = abortedAfter(first.durationMs, context.signal);
  const unfollow = service.start();
  parts.isReady = true;
  parts.onOpened();
  const systemd = reportToSystemd({
    env: context.env,
    pid: process.pid,
    startInterval: nodeInterval,
    isAlive: asksLivez(url),
    onWarning: context.log.warn,
  });
  try {
    await systemd.ready();
    await Promise.race([firstValueFrom(aborted(ending.signal)), fault]);
  } finally {
    ending.dispose();
    await unfollow();
    await systemd.stopping();
  }
}

/** @returns the address of the service */
function announce(sinks: OpenSinks, { isOpenToNetwork }: ServiceAccess, { log }: AppContext): string {
  const http = (sinks.urls[feedKind.name] ?? '').replace(/^ws/, 'http');
  log.info(
    `service: ${http} (a page for browsers; readyz?verbose for its health, metrics for Prometheus, api/stats for programs)`,
  );
  if (isOpenToNetwork)
    log.warn('everyone who reaches this address may watch and control the service, because http.auth is none');
  return http;
}
