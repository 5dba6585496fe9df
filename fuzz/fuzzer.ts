import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { deriveSeed, Random } from '../training/random.js';
import { runCommand, type Outcome } from './command.js';
import { faultsOf } from './faults.js';
import type { FuzzKind } from './kind.js';
import { Mutator } from './mutate.js';
import type { Samples } from './samples.js';

/** No sound or refused input takes nearly so long. */
const DEADLINE_MS = 90_000;

export type Count = { trials: number; accepted: number; faults: number };

export type FuzzerOptions = {
  /** For the folders of trials. */
  readonly folder: string;
  readonly samples: Samples;
  readonly seed: number;
  /** A folder for the inputs and the output of each trial with a fault. */
  readonly keep: string;
  readonly print: (text: string) => void;
};

type Finished = { readonly outcome: Outcome; readonly faults: readonly string[] };

/** Runs the command on changed inputs, several at once. Each trial has a seed of its own. */
export class Fuzzer {
  readonly #options: FuzzerOptions;

  constructor(options: FuzzerOptions) {
    this.#options = options;
  }

  /** @throws Error if a sound input does not pass, because then its trials would show nothing */
  async checkSamples(kinds: readonly FuzzKind[]): Promise<void> {
    await eachOf(kinds.values(), async (kind) => {
      const { outcome, faults } = await this.#trial(kind, 0, true);
      if (outcome.code === 0 && faults.length === 0) return;
      throw new Error(`the sound ${kind.name} does not pass: ${faults.join(', ')}\n${outcome.stderr}`);
    });
  }

  /** Runs trials of each kind in turn until the time is over. @returns the counts by kind */
  async run(kinds: readonly FuzzKind[], durationMs: number): Promise<ReadonlyMap<string, Count>> {
    const counts = new Map(kinds.map(({ name }) => [name, { trials: 0, accepted: 0, faults: 0 }]));
    const endMs = performance.now() + durationMs;
    function* turns(): Generator<[FuzzKind, number]> {
      for (let number = 0; kinds.length > 0; number++) {
        for (const kind of kinds) {
          // On a busy machine, too, each kind has a trial.
          if (number > 0 && performance.now() >= endMs) return;
          yield [kind, number];
        }
      }
    }
    await eachOf(turns(), async ([kind, number]) => {
      const { outcome, faults } = await this.#trial(kind, number);
      const count = counts.get(kind.name)!;
      count.trials++;
      if (outcome.code === 0) count.accepted++;
      if (faults.length > 0) count.faults++;
      if (faults.length > 0) this.#report(`${kind.name}/${number}`, faults, outcome);
    });
    return counts;
  }

  /** Runs one trial again, and prints its output. @returns the exit code: 0 if it has no fault */
  async repeat(kind: FuzzKind, number: number): Promise<number> {
    const { outcome, faults } = await this.#trial(kind, number);
    this.#options.print(`${outcome.stdout}${outcome.stderr}exit code ${String(outcome.code)}\n${faults.join('\n')}`);
    return faults.length === 0 ? 0 : 1;
  }

  #report(name: string, faults: readonly string[], { stderr }: Outcome): void {
    const { print, seed } = this.#options;
    const [last = ''] = stderr.trim().split('\n').slice(-1);
    print(`${name} of seed ${seed}: ${faults.join(', ')} :: ${last.slice(0, 300)}`);
  }

  async #trial(kind: FuzzKind, number: number, isSound = false): Promise<Finished> {
    const { folder, samples, seed, keep } = this.#options;
    const name = isSound ? `${kind.name}-sound` : `${kind.name}-${number}`;
    const own = join(folder, name);
    await mkdir(own);
    try {
      const random = new Random(deriveSeed(seed, ...Buffer.from(kind.name), number));
      const { args, env = {}, compare } = await kind.prepare(new Mutator(random, isSound), own, samples);
      const words = [...args, '--json', '--quiet'];
      const outcome = await runCommand(words, { cwd: own, env, deadlineMs: DEADLINE_MS, mark: own });
      const faults = faultsOf(outcome);
      const difference = faults.length === 0 ? await compare?.(outcome) : undefined;
      if (difference !== undefined) faults.push(difference);
      if (faults.length > 0 && !isSound) await keepTrial(own, join(keep, `${seed}-${name}`), words, outcome);
      return { outcome, faults };
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  }
}

/** Works on the items, one for each core at a time. */
async function eachOf<T>(items: Iterator<T>, work: (item: T) => Promise<void>): Promise<void> {
  const workOn = async (): Promise<void> => {
    for (let next = items.next(); next.done !== true; next = items.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, workOn));
}

async function keepTrial(from: string, to: string, words: readonly string[], outcome: Outcome): Promise<void> {
  await cp(from, to, { recursive: true });
  await writeFile(join(to, 'command.txt'), `nowcast ${words.join(' ')}\n`);
  await writeFile(join(to, 'stderr.txt'), outcome.stderr);
}
