import type { Environment } from '../config/environment.js';
import type { Clock, WallClock } from '../core/clock.js';

/** The outside world of a task of the program. It contains no terminal: results are returned, not printed. */
export type AppContext = {
  readonly clock: Clock & WallClock;
  readonly log: Log;
  readonly progress: Progress;
  /** Once aborted, the task finishes cleanly and returns, or throws the signal's reason. */
  readonly signal: AbortSignal;
  readonly env: Environment;
  /** Folder for downloads and prepared models. */
  readonly cacheDir: string;
  /** A copy for display and recording, without secrets. */
  readonly redact: (value: unknown) => unknown;
};

export type LogFacts = Readonly<Record<string, unknown>>;

/** Messages for people and for log collectors. Results never go through here. */
export type Log = Readonly<Record<'debug' | 'info' | 'warn' | 'error', (message: string, facts?: LogFacts) => void>>;

export type Progress = {
  /** Shows a new bar, until its `done`. */
  bar(options: ProgressBarOptions): ProgressBar;
};

export type ProgressBar = {
  set(value: number): void;
  done(): void;
};

export type ProgressBarOptions = {
  readonly label: string;
  /** Work done before; the remaining time follows from the work done from here on. Default: 0. */
  readonly from?: number;
  /** Undefined if it is unknown: the bar then counts. */
  readonly total: number | undefined;
  /** Name of the counted things: `frames`, `MB`. */
  readonly unit: string;
};
