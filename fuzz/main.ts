import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { numberOption } from '../bench/number-option.js';
import { printTable } from '../bench/table.js';
import { Fuzzer, type Count } from './fuzzer.js';
import { KINDS } from './kinds.js';

const HELP = `Gives changed inputs of every kind to the command, and reports each fault that no input may cause: a stack
trace, a hang, an exit code other than 0, 1, 2, 130 and 143, a failure without a message, control characters in the log,
a process that is left behind, a result that a reference calls wrong.

  npm run fuzz -- --minutes 10             for so long (default: 1)
                  --seed 7                 other changes (default: by the time)
                  --kinds coco,video       only these (default: ${KINDS.map(({ name }) => name).join(', ')})
                  --keep <folder>          where the inputs of faults are kept (default: fuzz-faults)
                  --repeat coco/12         runs one trial of that seed again and shows its output

Exits with 1 if it finds a fault.
`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
    kinds: { type: 'string', default: KINDS.map(({ name }) => name).join(',') },
    keep: { type: 'string', default: 'fuzz-faults' },
    repeat: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const print = (text: string): void => void process.stdout.write(`${text}\n`);

if (values.help) print(HELP);
else process.exitCode = await fuzz();

async function fuzz(): Promise<number> {
  const minutes = numberOption('minutes', values.minutes, { above: 0 });
  const seed = numberOption('seed', values.seed, { min: 0, max: 2 ** 32 - 1, isInteger: true });
  const names = values.kinds.split(',');
  const unknown = names.find((name) => KINDS.every((kind) => kind.name !== name));
  if (unknown !== undefined) {
    print(`--kinds has "${unknown}"; the kinds are ${KINDS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const folder = await mkdtemp(join(tmpdir(), 'nowcast-fuzz-'));
  try {
    const kinds = KINDS.filter(({ name }) => names.includes(name));
    const fuzzer = await Fuzzer.prepare({ folder, kinds, seed, keep: values.keep, print });
    if (values.repeat !== undefined) return await fuzzer.repeat(values.repeat);
    print(`seed ${seed}, ${minutes} min, ${kinds.length} kinds`);
    return report(await fuzzer.run(minutes * 60_000));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function report(counts: ReadonlyMap<string, Count>): number {
  const all = [...counts];
  printTable(
    ['kind', 'trials', 'accepted', 'refused', 'faults'],
    all.map(([name, { trials, accepted, faults }]) => [name, trials, accepted, trials - accepted, faults].map(String)),
  );
  return all.some(([, { faults }]) => faults > 0) ? 1 : 0;
}
