import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { numberOption } from '../../bench/number-option.js';
import { printTable } from '../../bench/table.js';
import type { RunSummary } from '../../src/app/run/summary.js';
import { UsageError } from '../../src/core/errors.js';
import type { Holding } from './observed-command.js';

export type TrialOptions = {
  /** An empty folder. */
  readonly folder: string;
  readonly forMs: number;
  /** The same seed chooses the same faults. */
  readonly seed: number;
  /** Called for each fault that is caused. */
  readonly print?: (fault: string) => void;
};

export type TrialReport = {
  /** Number of faults of each kind that were caused. */
  readonly caused: Readonly<Record<string, number>>;
  /** Rules that the command broke; empty if it is sound. */
  readonly problems: readonly string[];
  readonly holdings: readonly Holding[];
  readonly summary: RunSummary | undefined;
};

export type Trial = (options: TrialOptions) => Promise<TrialReport>;

const MOST_SHOWN = 60;
const TOLD_EVERY_MS = 60_000;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** The command that runs a trial: reads its flags, prints its report, and sets the exit code. */
export async function trialCommand(name: string, about: string, trial: Trial): Promise<void> {
  try {
    process.exitCode = await main(name, about, trial);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    print(error.message);
    process.exitCode = 2;
  }
}

async function main(name: string, about: string, trial: Trial): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    print(help(name, about));
    return 0;
  }
  const minutes = numberOption('minutes', values.minutes, { above: 0 });
  const seed = numberOption('seed', values.seed, { min: 0, max: 2 ** 32 - 1, isInteger: true });
  const folder = await mkdtemp(join(tmpdir(), `nowcast-${name}-`));
  print(`seed ${seed}, ${minutes} min`);
  let faultCount = 0;
  let minute = 0;
  const telling = setInterval(() => print(`minute ${++minute} of ${minutes}: ${faultCount} faults`), TOLD_EVERY_MS);
  const { caused, problems, holdings, summary } = await trial({
    folder,
    forMs: minutes * 60_000,
    seed,
    print: () => (faultCount += 1),
  }).finally(() => clearInterval(telling));
  printTable(
    ['fault', 'times'],
    Object.entries(caused).map(([fault, count]) => [fault, String(count)]),
  );
  for (const [stream, { received, percepts, drops, gaps }] of Object.entries(summary?.streams ?? {}))
    print(`${stream}: ${received} frames, ${percepts} percepts, ${gaps} gaps, drops ${JSON.stringify(drops)}`);
  const [files, memory] = (['files', 'memoryMb'] as const).map((key) => holdings.map((holding) => holding[key]));
  const every = Math.ceil(memory.length / MOST_SHOWN);
  const shown = memory.filter((_, i) => i % every === 0).map(Math.round);
  print(`descriptors ${Math.min(...files)} to ${Math.max(...files)}, memory every ${every} s ${shown.join(' ')} MB`);
  for (const problem of problems) print(`BROKEN: ${problem}`);
  if (problems.length > 0) print(`kept: ${folder}`);
  else await rm(folder, { recursive: true, force: true });
  return problems.length === 0 ? 0 : 1;
}

function help(name: string, about: string): string {
  return `${about}

  npm run ${name} -- --minutes 20    for so long (default: 1)
${' '.repeat(name.length)}              --seed 7        other faults (default: by the time)

Exits with 1 if a rule is broken; its files are then kept.
`;
}

/** The summary that a command printed; undefined if it printed none. */
export function runSummary(stdout: string): RunSummary | undefined {
  try {
    const summary = JSON.parse(stdout) as RunSummary;
    return 'streams' in summary ? summary : undefined;
  } catch {
    return undefined;
  }
}
