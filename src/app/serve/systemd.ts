import { execFile } from 'node:child_process';
import { get } from 'node:http';
import { get as getTls } from 'node:https';
import { promisify } from 'node:util';
import type { Environment } from '../../config/environment.js';
import { childEnvironment } from '../../core/child-environment.js';
import type { StartInterval } from '../../streaming/http/timers.js';

/** A service's reports to the systemd that has started it; elsewhere they do nothing. */
export type SystemdReports = {
  /** The service is open, and reports from now on that it lives. */
  ready(): Promise<void>;
  /** The service ends. */
  stopping(): Promise<void>;
};

export type SystemdOptions = {
  readonly env: Environment;
  /** Of this process. */
  readonly pid: number;
  readonly startInterval: StartInterval;
  /** Whether `/livez` of the service answers. */
  readonly isAlive: () => Promise<boolean>;
  readonly onWarning: (message: string) => void;
  /** Sends words of sd_notify(3): `READY=1`. */
  readonly notify?: (words: string) => Promise<void>;
};

/**
 * Reports to systemd through `systemd-notify`, because Node has no sockets of its kind. The watchdog is fed only while
 * the service answers over HTTP, so a service whose event loop is stuck is started again.
 */
export function reportToSystemd(options: SystemdOptions): SystemdReports {
  const { env, pid, startInterval, isAlive, onWarning } = options;
  if (env['NOTIFY_SOCKET'] === undefined) return { ready: async () => {}, stopping: async () => {} };
  const notify = options.notify ?? notifierOf(env);
  let hasWarned = false;
  const say = async (words: string): Promise<void> => {
    try {
      await notify(words);
    } catch (error) {
      if (!hasWarned)
        onWarning(
          `systemd cannot be told ${words}, and may end the service: ${(error as Error).message}; install systemd-notify and set NotifyAccess=all`,
        );
      hasWarned = true;
    }
  };
  let isAsking = false;
  const feedWatchdog = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    if (await isAlive()) await say('WATCHDOG=1');
    isAsking = false;
  };
  let stop = (): void => undefined;
  return {
    async ready() {
      await say('READY=1');
      const periodMs = watchdogMs(env, pid);
      if (periodMs !== undefined) stop = startInterval(periodMs / 2, () => void feedWatchdog());
    },
    async stopping() {
      stop();
      await say('STOPPING=1');
    },
  };
}

/** The time within which systemd wants to hear of this process; undefined without a watchdog. */
function watchdogMs({ WATCHDOG_USEC: us, WATCHDOG_PID: of }: Environment, pid: number): number | undefined {
  const ms = Number(us) / 1000;
  return ms > 0 && (of === undefined || Number(of) === pid) ? ms : undefined;
}

function notifierOf(env: Environment): (words: string) => Promise<void> {
  const run = promisify(execFile);
  return async (words) => {
    await run('systemd-notify', [words], {
      env: { ...childEnvironment(env), NOTIFY_SOCKET: env['NOTIFY_SOCKET'] },
      timeout: 10_000,
    });
  };
}

/**
 * Asks a service of this machine whether it lives.
 * @param url of the service
 */
export function asksLivez(url: string, patienceMs = 5000): () => Promise<boolean> {
  const livez = new URL('/livez', url);
  return () =>
    new Promise((resolve) => {
      const signal = AbortSignal.timeout(patienceMs);
      const answered = ({ statusCode }: { readonly statusCode?: number | undefined }): void =>
        resolve(statusCode === 200);
      // The service is itself; its certificate need not name this address.
      const asked =
        livez.protocol === 'https:'
          ? getTls(livez, { signal, agent: false, rejectUnauthorized: false }, (response) =>
              answered(response.resume()),
            )
          : get(livez, { signal, agent: false }, (response) => answered(response.resume()));
      asked.once('error', () => resolve(false));
    });
}
