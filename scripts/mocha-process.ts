import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { stripVTControlCharacters } from 'node:util';
import type { Half } from './test-halves.js';

export type Outcome = { readonly passed: number; readonly failed: number; readonly pending: number };

const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');

/**
 * Runs mocha on the files of one half in a separate process. Prints each top-level suite when it is complete, so that
 * two processes can share one output.
 *
 * @param args more arguments of mocha
 * @returns a process that crashes, or ends without a summary, counts as one failure more
 */
export async function runMocha(
  { name, files }: Half,
  args: readonly string[],
  print: (text: string) => void,
): Promise<Outcome> {
  const child = spawn(process.execPath, [MOCHA, ...args, ...files], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const counts = { passing: 0, failing: 0, pending: 0 };
  let block: string[] = [];
  let isSummary = false;
  const printBlock = (): void => {
    if (block.length > 0) print(`${block.join('\n')}\n\n`);
    block = [];
  };

  for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
    const count = /^ {2}(\d+) (passing|failing|pending)\b/.exec(stripVTControlCharacters(line));
    if (count !== null) {
      if (!isSummary) printBlock();
      isSummary = true;
      counts[count[2] as keyof typeof counts] = Number(count[1]);
    }
    // Reports of failures contain empty lines; only empty lines between suites separate blocks.
    if (line.trim() === '' && !isSummary) printBlock();
    else block.push(line);
  }
  const [code, signal] = await ended;

  const hasFailed = code !== 0 || !isSummary;
  const isUnexplained = hasFailed && counts.failing === 0;
  if (isUnexplained)
    block.push(
      `  the process ended with ${signal ?? `exit code ${code ?? 'none'}`}${isSummary ? '' : ', before its summary'}`,
    );
  block.unshift(`${name}:`);
  printBlock();
  return { passed: counts.passing, failed: counts.failing + (isUnexplained ? 1 : 0), pending: counts.pending };
}
