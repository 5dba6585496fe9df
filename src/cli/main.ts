#!/usr/bin/env node
import '../core/no-debugger.js';
import { isatty } from 'node:tty';
import { Command, CommanderError } from 'commander';
import { printable } from '../core/printable.js';
import { redactText } from '../config/redact.js';
import { NowcastError, OutputError, UsageError, InternalError } from '../core/errors.js';
import { shortageRemedy, shortageText } from '../core/shortages.js';

import { addGlobalOptions, type CliContext } from './command-io.js';
import { addMoreHelp } from './help.js';
import { watchInterrupts } from './interrupt.js';
import { checkOpenFileLimit } from '../app/open-files.js';
import { packageVersion } from '../app/paths.js';

type CommandEntry = {
  readonly name: string;
  readonly summary: string;
  /** Loads the code of a command, only when that command runs. */
  readonly load: () => Promise<{ register(program: Command, context: CliContext): void }>;
};

const COMMANDS: readonly CommandEntry[] = [
  { name: 'run', summary: 'Detect on video files, folders of pictures and cameras', load: () => import('./run.js') },
  {
    name: 'demo',
    summary: 'Run the bundled model on a synthetic drive, show it live on a page, and score it',
    load: () => import('./demo.js'),
  },
  {
    name: 'eval',
    summary: 'Measure accuracy: COCO AP, streaming AP, simulation, comparison',
    load: () => import('./eval/eval.js'),
  },
  {
    name: 'serve',
    summary: 'Keep cameras running, and serve results, health and metrics over HTTP',
    load: () => import('./serve.js'),
  },
  {
    name: 'scene',
    summary: 'Find objects, crossings of lines and counts of zones in a recording',
    load: () => import('./scene.js'),
  },
  { name: 'profile', summary: 'Measure how long a detector takes on this machine', load: () => import('./profile.js') },
  { name: 'train', summary: 'Train a YOLOX network', load: () => import('./train.js') },
  { name: 'synth', summary: 'Make a synthetic driving data set', load: () => import('./synth.js') },
  { name: 'export', summary: 'Write a network as an ONNX file', load: () => import('./export.js') },
  { name: 'models', summary: 'List, download and describe detector models', load: () => import('./models.js') },
  {
    name: 'init',
    summary: 'Write a commented configuration: asks for cameras and tries them',
    load: () => import('./init.js'),
  },
  { name: 'doctor', summary: 'Check what this machine can run and what is missing', load: () => import('./doctor.js') },
];

/** Runs a command line. @returns the exit code: 0 done, 1 failed, 2 bad usage, 128 + n ended by signal n */
async function main(args: readonly string[]): Promise<number> {
  const interrupt = watchInterrupts(hasLostTerminal);
  let hasResult = false;
  const print = (text: string): void => {
    hasResult = true;
    process.stdout.write(`${printable(text)}\n`);
  };
  const context: CliContext = {
    env: process.env,
    signal: interrupt.signal,
    secrets: new Set(),
    print,
    onHangup: interrupt.onHangup,
  };
  /** With --json, standard output has one object in any case: the result or the error. */
  const printFailure = (code: string, message: string, exitCode: number): number => {
    if (args.includes('--json') && !hasResult)
      print(JSON.stringify({ error: { code, message: redactText(message, context.secrets), exitCode } }));
    return exitCode;
  };
  const report = (error: unknown, exitCode: number): number => {
    const showStack = args.includes('--verbose') || args.includes('-v') || !!process.env['NOWCAST_DEBUG'];
    process.stderr.write(printable(redactText(explain(error, showStack), context.secrets)));
    return printFailure(codeOf(error), error instanceof Error ? error.message : String(error), exitCode);
  };
  process.once('uncaughtException', (error) => {
    let exitCode = 1;
    try {
      exitCode = report(error, 1);
    } finally {
      // Whatever ended the program may also keep it from saying so.
      process.exit(exitCode);
    }
  });
  try {
    const program = addGlobalOptions(new Command('nowcast'))
      .description('Streaming perception for the edge: YOLOX on live video')
      .version(packageVersion(), '-V, --version')
      .configureHelp({ showGlobalOptions: true })
      .configureOutput({ writeErr: (text) => process.stderr.write(printable(text)) })
      .showHelpAfterError('(nowcast --help lists the commands)')
      .exitOverride();
    addMoreHelp(program, {
      examples: ['nowcast demo', 'nowcast run clip.mp4', 'nowcast run --help'],
      page: 'configuration.md',
    });
    checkOpenFileLimit();
    const wanted = args.find((arg) => COMMANDS.some(({ name }) => name === arg));
    for (const { name, summary, load } of COMMANDS) {
      if (name === wanted) (await load()).register(program, context);
      else program.command(name).description(summary);
    }
    await program.parseAsync(args, { from: 'user' });
    return interrupt.exitCode() ?? 0;
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? 0 : printFailure('NOWCAST_USAGE', error.message.replace(/^error: /, ''), 2);
    const interrupted = interrupt.exitCode();
    if (interrupted !== undefined && error === context.signal.reason)
      return printFailure('NOWCAST_INTERRUPTED', 'a signal ended the command before it had a result', interrupted);
    return report(error, interrupted ?? (error instanceof UsageError ? 2 : 1));
  } finally {
    // Children may take a moment to end; a signal that ended this program at once would leave them behind.
    process.once('beforeExit', () => interrupt.dispose());
  }
}

/** The error text for people. It has the stack only if that helps. */
function explain(error: unknown, showStack: boolean): string {
  if (error instanceof NowcastError && !(error instanceof InternalError)) {
    const lines = error.message
      .split('\n')
      .map((line) => `nowcast: ${line}\n`)
      .join('');
    return showStack ? `${lines}${stackOf(error)}\n` : lines;
  }
  const shortage = shortageOf(error);
  if (shortage !== undefined && !showStack) return `nowcast: ${shortage}\n`;
  return `nowcast: this is a bug, please report it with the lines below (nowcast ${packageVersion()}, Node ${process.version}, ${process.platform})\n${stackOf(error)}\n`;
}

function codeOf(error: unknown): string {
  return error instanceof NowcastError ? error.code : 'NOWCAST_INTERNAL';
}

/** True if the reader of the stream closed it. */
function isUnread({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO';
}

/** What the machine, not the program, lacks, with the remedy. */
function shortageOf(error: unknown): string | undefined {
  if ((error as NodeJS.ErrnoException | undefined)?.syscall === 'uv_cwd')
    return 'the current folder is gone; change to another one first';
  return shortageRemedy(error) === undefined ? undefined : shortageText(error as Error);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

/** The terminals among standard input, output and error. */
const terminals = [0, 1, 2].filter((fd) => isatty(fd));

function hasLostTerminal(): boolean {
  return !terminals.every((fd) => isatty(fd));
}

// A log that cannot be written, because its reader is gone or its disk is full, does not end a run.
process.stderr.on('error', () => undefined);
// `nowcast … | head` closes the pipe early, which is no failure. A closed terminal also sends SIGHUP.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (!isUnread(error))
    throw new OutputError(`cannot write to standard output: ${shortageRemedy(error) ?? error.message}`, {
      cause: error,
    });
  if (error.code === 'EPIPE') process.exit(0);
});
process.exitCode = await main(process.argv.slice(2));
process.once('beforeExit', () => {
  // Node aborts on exit when it cannot restore a closed terminal; end with SIGHUP instead.
  if (hasLostTerminal()) process.kill(process.pid, 'SIGHUP');
});
