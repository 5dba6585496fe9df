import type { Environment } from '../config/environment.js';
import type { Clock, WallClock } from '../core/clock.js';

/** The outside world of an application task. It has no terminal: tasks return their results and print nothing. */
export type AppContext = {
  readonly clock: Clock & WallClock;
  readonly log: Log;
  readonly progress: Progress;
  /** Once aborted, the task finishes cleanly and returns, or throws the signal's reason. */
  readonly signal: AbortSignal;
  readonly env: Environment;
  /** Folder for downloads and prepared models. */
  readonly cacheDir: string;
  /** The user's own zoo of models, a YAML file. */
  readonly ownZoo?: string | undefined;
  /** A copy for display and recording, without secrets. */
  readonly redact: (value: unknown) => unknown;
};

export type LogFacts = Readonly<Record<string, unknown>>;

/** Messages for people and log collectors. Results never go through here. */
export type Log = Readonly<Record<'debug' | 'info' | 'warn' | 'error', (message: string, facts?: LogFacts) => void>>;

/** Progress of long work: a bar on a terminal, a line of the log now and then elsewhere. */
export type Progress = {
  /** Shows a new bar until its `done` is called. */
  bar(options: ProgressBarOptions): ProgressBar;
};

export type ProgressBar = {
  set(value: number): void;
  done(): void;
};

export type ProgressBarOptions = {
  readonly label: string;
  /** Work done earlier; the remaining time is estimated from work done from here on. Default: 0. */
  readonly from?: number;
  /** Undefined if the total is unknown: the bar then only counts. */
  readonly total: number | undefined;
  /** Unit of the counted items: `frames`, `MB`. */
  readonly unit: string;
  /** More about the work; asked for about once a second at most. Default: the number of items a second. */
  readonly details?: () => ProgressDetails;
  /**
   * The time that is left, in milliseconds; undefined as long as it is unknown. Default: an estimate from the rate so
   * far.
   */
  readonly leftMs?: () => number | undefined;
};

export type ProgressDetails = {
  /** For people, after the bar: `238 percepts, 2 dropped`. */
  readonly text: string;
  /** For logs. */
  readonly facts: LogFacts;
};
