import type { Command } from 'commander';
import { monotonicClock } from '../app/clock.js';
import type { AppContext } from '../app/context.js';
import { cacheDir, ownZoo } from '../app/paths.js';
import type { Environment } from '../config/environment.js';
import { redact } from '../config/redact.js';
import { UsageError } from '../core/errors.js';
import { createLog, LOG_FORMATS, type LogFormat } from './log.js';
import { PatientLog } from './patient-log.js';
import { PlainProgress } from './plain-progress.js';
import { TerminalProgress } from './terminal-progress.js';

/** `main` passes this to every command. */
export type CliContext = {
  readonly env: Environment;
  /** Aborted by Ctrl-C and by SIGTERM: the command then finishes cleanly and returns. */
  readonly signal: AbortSignal;
  /** Texts that no output may show; commands add to it. */
  readonly secrets: Set<string>;
  /** See `Interrupt`. Absent where a program starts commands itself. */
  readonly onHangup?: (listener: () => void) => () => void;
  /** Prints a result to standard output, with a line feed. */
  readonly print: (text: string) => void;
};

/** The context of a task, plus the terminal for the command's result. */
export type CommandIo = AppContext &
  Pick<CliContext, 'print'> & {
    /** True to print results as JSON. */
    readonly json: boolean;
  };

type GlobalOptions = {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly logFormat?: string;
};

/** Declares the options that all commands share. */
export function addGlobalOptions(program: Command): Command {
  return program
    .option('--json', 'print the result, or the error, as one JSON object')
    .option('-q, --quiet', 'log only warnings and errors, without progress bars')
    .option('-v, --verbose', 'log more, and print stack traces of errors')
    .option('--log-format <text|json>', 'log format on standard error (default: text on a terminal, else json)');
}

/**
 * @param command the current one; its options and the program's are read
 * @throws UsageError for an unknown log format
 */
export function openIo(command: Command, context: CliContext): CommandIo {
  const { json = false, quiet = false, verbose = false, logFormat }: GlobalOptions = command.optsWithGlobals();
  const { env, signal, secrets, print } = context;
  const isTerminal = process.stderr.isTTY;
  if (logFormat !== undefined && !LOG_FORMATS.includes(logFormat as LogFormat)) {
    throw new UsageError(`--log-format is "${logFormat}"; it must be one of ${LOG_FORMATS.join(', ')}`);
  }
  const patientLog = new PatientLog(process.stderr);
  const bars = isTerminal && !json ? new TerminalProgress(process.stderr, monotonicClock, patientLog) : undefined;
  const log = createLog({
    format: (logFormat as LogFormat | undefined) ?? (isTerminal ? 'text' : 'json'),
    level: quiet ? 'warn' : verbose ? 'debug' : 'info',
    write: (line) => (bars === undefined ? patientLog.write(line) : bars.print(line)),
    redact: (value) => redact(value, secrets),
  });
  return {
    env,
    signal,
    clock: monotonicClock,
    log,
    progress: bars === undefined || quiet ? new PlainProgress(log, monotonicClock) : bars,
    json,
    cacheDir: cacheDir(env),
    ownZoo: ownZoo(env),
    print,
    redact: (value) => redact(value, secrets),
  };
}
