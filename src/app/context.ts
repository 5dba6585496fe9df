import type { Environment } from '../config/environment.js';
import type { Clock, WallClock } from '../core/clock.js';

/** The outside world as a task of the program may touch it. It holds no terminal: results are returned, not printed. */
export type AppContext = {
  readonly clock: Clock & WallClock;
  readonly log: Log;
  readonly progress: Progress;
  /** Once aborted, the task finishes cleanly and returns, or throws the signal's reason. */
  readonly signal: AbortSignal;
  readonly env: Environment;
  /** Folder for downloads and prepared models. */
  readonly cacheDir: string;
  /** A copy that may be shown and recorded: no secret is left in it. */
  readonly redact: (value: unknown) => unknown;
};

export type LogFacts = Readonly<Record<string, unknown>>;

/** What happens, for people and for log collectors. Results never go through here. */
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
  /** What was done before; the time that is left follows from what is done from here. Default: 0. */
  readonly from?: number;
  /** Undefined where it is not known: the bar then counts. */
  readonly total: number | undefined;
  /** Names the things that are counted: `frames`, `MB`. */
  readonly unit: string;
};
