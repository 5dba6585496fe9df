import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { stripVTControlCharacters } from 'node:util';
import type { Share } from './test-shares.js';

export type Outcome = {
  readonly passed: number;
  readonly failed: number;
  readonly pending: number;
  /** The name of the share and what mocha says of its failures; empty if all passed. */
  readonly failures: string;
};

/** A process that has no more tests, and does not end within this time, never ends. */
const END_WITHIN_MS = 60_000;
const KILL_AFTER_MS = 2000;

const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');

/**
 * Runs mocha on the files of one share in a separate process. Prints each top-level suite when it is complete, so that
 * the processes can use one output.
 *
 * @param args more arguments of mocha
 * @param endWithinMs time for the process to end after its last test
 * @returns a process that crashes, ends without a summary, or does not end, counts as one failure more
 */
export async function runMocha(
  { name, files }: Share,
  args: readonly string[],
  print: (text: string) => void,
  endWithinMs = END_WITHIN_MS,
): Promise<Outcome> {
  const child = spawn(process.execPath, [MOCHA, ...args, ...files], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const lines = createInterface({ input: child.stdout, crlfDelay: Infinity });
  const counts = { passing: 0, failing: 0, pending: 0 };
  let block: string[] = [];
  let isSummary = false;
  let isHung = false;
  let watch: NodeJS.Timeout | undefined;
  const giveUp = (): void => {
    isHung = true;
    // mocha passes this on to the process that runs the tests, if that is another one.
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref();
    // Its own children may hold its output open.
    lines.close();
    child.stdout.destroy();
  };
  const printBlock = (): void => {
    if (block.length > 0) print(`${block.join('\n')}\n\n`);
    block = [];
  };

  for await (const line of lines) {
    const count = /^ {2}(\d+) (passing|failing|pending)\b/.exec(stripVTControlCharacters(line));
    if (count !== null) {
      if (!isSummary) printBlock();
      if (!isSummary) watch = setTimeout(giveUp, endWithinMs);
      isSummary = true;
      counts[count[2] as keyof typeof counts] = Number(count[1]);
    }
    // Reports of failures contain empty lines; only empty lines between suites separate blocks.
    if (line.trim() === '' && !isSummary) printBlock();
    else block.push(line);
  }
  const [code, signal] = await ended;
  clearTimeout(watch);

  const hasFailed = code !== 0 || !isSummary;
  const isUnexplained = isHung || (hasFailed && counts.failing === 0);
  if (isHung)
    block.push(
      `  the process did not end within ${endWithinMs / 1000} s of its last test: a test left something open, such as a child process`,
    );
  else if (isUnexplained)
    block.push(
      `  the process ended with ${signal ?? `exit code ${code ?? 'none'}`}${isSummary ? '' : ', before its summary'}`,
    );
  block.unshift(`${name}:`);
  const failures = hasFailed || isHung ? `${block.join('\n')}\n` : '';
  printBlock();
  return {
    passed: counts.passing,
    failed: counts.failing + (isUnexplained ? 1 : 0),
    pending: counts.pending,
    failures,
  };
}
