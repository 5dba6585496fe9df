import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { numberOption } from '../../bench/number-option.js';
import { printTable } from '../../bench/table.js';
import { UsageError } from '../../src/core/errors.js';
import { chaos } from './chaos.js';

const HELP = `Runs the command on a camera and a file, kills, stops and cuts the camera, the link, the decoders, the detector and the
viewers at random, and then checks that every frame has one outcome, that every hole has a gap, that the counts add up,
and that neither descriptors nor memory grew.

  npm run chaos -- --minutes 20    for so long (default: 1)
                   --seed 7        other faults (default: by the time)

Exits with 1 if a rule is broken; the recording is then kept.
`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
    help: { type: 'boolean', default: false },
  },
});

const print = (text: string): void => void process.stdout.write(`${text}\n`);

try {
  if (values.help) print(HELP);
  else process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  print(error.message);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const minutes = numberOption('minutes', values.minutes, { above: 0 });
  const seed = numberOption('seed', values.seed, { min: 0, max: 2 ** 32 - 1, isInteger: true });
  const folder = await mkdtemp(join(tmpdir(), 'nowcast-chaos-'));
  print(`seed ${seed}, ${minutes} min`);
  const { caused, problems, holdings, summary } = await chaos({ folder, forMs: minutes * 60_000, seed });
  printTable(
    ['fault', 'times'],
    Object.entries(caused).map(([fault, count]) => [fault, String(count)]),
  );
  for (const [stream, { received, percepts, drops, gaps }] of Object.entries(summary?.streams ?? {}))
    print(`${stream}: ${received} frames, ${percepts} percepts, ${gaps} gaps, drops ${JSON.stringify(drops)}`);
  const [files, memory] = (['files', 'memoryMb'] as const).map((key) => holdings.map((holding) => holding[key]));
  print(`descriptors ${Math.min(...files)} to ${Math.max(...files)}, memory ${memory.map(Math.round).join(' ')} MB`);
  for (const problem of problems) print(`BROKEN: ${problem}`);
  if (problems.length > 0) print(`kept: ${folder}`);
  else await rm(folder, { recursive: true, force: true });
  return problems.length === 0 ? 0 : 1;
}
