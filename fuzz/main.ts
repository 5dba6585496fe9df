import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { numberOption } from '../bench/number-option.js';
import { printTable } from '../bench/table.js';
import { UsageError } from '../src/core/errors.js';
import { Fuzzer, type Count } from './fuzzer.js';
import { KINDS } from './kinds.js';
import { ParserFuzzer } from './parser-fuzzer.js';
import { PARSERS } from './parsers.js';
import { ServerFuzzer } from './server-fuzzer.js';
import { SERVER_INPUTS } from './server-inputs.js';
import { makeSamples } from './samples.js';

const NAMES = [...KINDS, ...PARSERS, ...SERVER_INPUTS].map(({ name }) => name);

const HELP = `Changes inputs of every kind at random, gives them to the command, the parsers and the server, and reports each fault
that no input may cause: a stack trace, a hang, an exit code other than 0, 1, 2, 130 and 143, a failure without a message,
control characters in the log, a process that is left behind, a result that a reference calls wrong, a server that ends,
hangs or keeps results from its other clients.

  npm run fuzz -- --minutes 10             for so long (default: 1)
                  --seed 7                 other changes (default: by the time)
                  --kinds coco,video       only these (default: all, listed below)
                  --keep <folder>          where the inputs of faults are kept (default: fuzz-faults)
                  --repeat coco/12         runs one trial of that seed again and shows its output

Kinds: ${NAMES.join(', ')}

Exits with 1 if it finds a fault.
`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
    kinds: { type: 'string', default: NAMES.join(',') },
    keep: { type: 'string', default: 'fuzz-faults' },
    repeat: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const print = (text: string): void => void process.stdout.write(`${text}\n`);

try {
  process.exitCode = values.help ? 0 : await fuzz();
  if (values.help) print(HELP);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  print(error.message);
  process.exitCode = 2;
}

async function fuzz(): Promise<number> {
  const minutes = numberOption('minutes', values.minutes, { above: 0 });
  const seed = numberOption('seed', values.seed, { min: 0, max: 2 ** 32 - 1, isInteger: true });
  const [repeated = '', trial] = values.repeat?.split('/') ?? [];
  const names = values.repeat === undefined ? values.kinds.split(',') : [repeated];
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`"${unknown}" is no kind of input; the kinds are ${NAMES.join(', ')}`);
  const folder = await mkdtemp(join(tmpdir(), 'nowcast-fuzz-'));
  try {
    const samples = await makeSamples(await made(join(folder, 'samples')));
    const kinds = KINDS.filter(({ name }) => names.includes(name));
    const fuzzer = new Fuzzer({ folder, samples, seed, keep: values.keep, print });
    const parserNames = names.filter((name) => PARSERS.some((parser) => parser.name === name));
    const parsers = new ParserFuzzer({ names: parserNames, samples, seed, print });
    const server = new ServerFuzzer({ names, seed, print });
    if (trial !== undefined) {
      const number = numberOption('repeat', trial, { min: 0, isInteger: true });
      if (SERVER_INPUTS.some(({ name }) => name === repeated)) return await server.repeat(repeated, number);
      return kinds[0] === undefined ? await parsers.repeat(repeated, number) : await fuzzer.repeat(kinds[0], number);
    }
    await fuzzer.checkSamples(kinds);
    print(`seed ${seed}, ${minutes} min, ${names.length} kinds`);
    const counts = await Promise.all([
      fuzzer.run(kinds, minutes * 60_000),
      parsers.run(minutes * 60_000),
      server.run(minutes * 60_000),
    ]);
    return report(new Map(counts.flatMap((all) => [...all])));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function made(folder: string): Promise<string> {
  await mkdir(folder);
  return folder;
}

function report(counts: ReadonlyMap<string, Count>): number {
  const all = [...counts];
  printTable(
    ['kind', 'trials', 'accepted', 'refused', 'faults'],
    all.map(([name, { trials, accepted, faults }]) => [name, trials, accepted, trials - accepted, faults].map(String)),
  );
  return all.some(([, { faults }]) => faults > 0) ? 1 : 0;
}
