import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { deriveSeed, Random } from '../training/random.js';
import { runCommand, type Outcome } from './command.js';
import { faultsOf } from './faults.js';
import type { FuzzKind } from './kind.js';
import { Mutator } from './mutate.js';
import { makeSamples, type Samples } from './samples.js';

/** No sound or refused input takes nearly so long. */
const DEADLINE_MS = 90_000;

export type Count = { trials: number; accepted: number; faults: number };

export type FuzzerOptions = {
  /** An empty folder for samples and trials. */
  readonly folder: string;
  readonly kinds: readonly FuzzKind[];
  readonly seed: number;
  /** A folder for the inputs and the output of each trial with a fault. */
  readonly keep: string;
  readonly print: (text: string) => void;
};

type Finished = { readonly outcome: Outcome; readonly faults: readonly string[] };

/** Runs trials, each from a seed of its own, side by side. */
export class Fuzzer {
  readonly #options: FuzzerOptions;
  readonly #samples: Samples;
  readonly #counts: Map<string, Count>;
  #next = 0;

  private constructor(options: FuzzerOptions, samples: Samples) {
    this.#options = options;
    this.#samples = samples;
    this.#counts = new Map(options.kinds.map(({ name }) => [name, { trials: 0, accepted: 0, faults: 0 }]));
  }

  /** @throws Error if a sound input does not pass, because then its trials would show nothing */
  static async prepare(options: FuzzerOptions): Promise<Fuzzer> {
    const samples = join(options.folder, 'samples');
    await mkdir(samples);
    const fuzzer = new Fuzzer(options, await makeSamples(samples));
    for (const kind of options.kinds) {
      const { outcome, faults } = await fuzzer.#trial(kind, 0, true);
      if (outcome.code === 0 && faults.length === 0) continue;
      throw new Error(`the sound ${kind.name} does not pass: ${faults.join(', ')}\n${outcome.stderr}`);
    }
    return fuzzer;
  }

  /** Runs trials until the time is over. @returns the counts by kind */
  async run(durationMs: number): Promise<ReadonlyMap<string, Count>> {
    const endMs = performance.now() + durationMs;
    const work = async (): Promise<void> => {
      while (performance.now() < endMs) await this.#runNext();
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
    return this.#counts;
  }

  /** Runs one trial again. @param name as in `coco/12` @returns the exit code: 0 if it has no fault */
  async repeat(name: string): Promise<number> {
    const [kindName, number = ''] = name.split('/');
    const kind = this.#options.kinds.find((one) => one.name === kindName);
    if (kind === undefined || !/^\d+$/.test(number)) {
      this.#options.print(`"${name}" names no trial; an example is ${this.#options.kinds[0]?.name}/12`);
      return 2;
    }
    const { outcome, faults } = await this.#trial(kind, Number(number));
    this.#options.print(`${outcome.stdout}${outcome.stderr}exit code ${String(outcome.code)}\n${faults.join('\n')}`);
    return faults.length === 0 ? 0 : 1;
  }

  async #runNext(): Promise<void> {
    const { kinds, print, seed } = this.#options;
    const number = Math.floor(this.#next / kinds.length);
    const kind = kinds[this.#next++ % kinds.length];
    const count = kind && this.#counts.get(kind.name);
    if (kind === undefined || count === undefined) return;
    const { outcome, faults } = await this.#trial(kind, number);
    count.trials++;
    if (outcome.code === 0) count.accepted++;
    if (faults.length === 0) return;
    count.faults++;
    const [first = ''] = outcome.stderr.trim().split('\n').slice(-1);
    print(`${kind.name}/${number} of seed ${seed}: ${faults.join(', ')} :: ${first.slice(0, 300)}`);
  }

  async #trial(kind: FuzzKind, number: number, isSound = false): Promise<Finished> {
    const { folder, seed, keep } = this.#options;
    const name = isSound ? `${kind.name}-sound` : `${kind.name}-${number}`;
    const own = join(folder, name);
    await mkdir(own);
    try {
      const random = new Random(deriveSeed(seed, ...Buffer.from(kind.name), number));
      const { args, env = {}, compare } = await kind.prepare(new Mutator(random, isSound), own, this.#samples);
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

async function keepTrial(from: string, to: string, words: readonly string[], outcome: Outcome): Promise<void> {
  await cp(from, to, { recursive: true });
  await writeFile(join(to, 'command.txt'), `nowcast ${words.join(' ')}\n`);
  await writeFile(join(to, 'stderr.txt'), outcome.stderr);
}
