import { setInterval } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Count } from './fuzzer.js';
import type { ParserMessage, ParserThreadData } from './parser-thread.js';
import type { Samples } from './samples.js';

/** The longest trial that is not a hang. */
const HANG_MS = 20_000;
const LOOK_MS = 250;
/** A parser with so many faults is left out: their cause is probably one. */
const MOST_FAULTS = 5;
const MEMORY = { maxOldGenerationSizeMb: 1536 };

export type ParserFuzzerOptions = {
  readonly names: readonly string[];
  readonly samples: Samples;
  readonly seed: number;
  readonly print: (text: string) => void;
};

/** Runs trials of parsers in a thread, and replaces the thread if a trial hangs or takes all its memory. */
export class ParserFuzzer {
  readonly #options: ParserFuzzerOptions;
  readonly #counts: Map<string, Count>;

  constructor(options: ParserFuzzerOptions) {
    this.#options = options;
    this.#counts = new Map(options.names.map((name) => [name, { trials: 0, accepted: 0, faults: 0 }]));
  }

  /** Runs trials until the time is over. @returns the counts by parser */
  async run(durationMs: number): Promise<ReadonlyMap<string, Count>> {
    const endMs = performance.now() + durationMs;
    while (performance.now() < endMs) {
      const names = this.#options.names.filter((name) => (this.#counts.get(name)?.faults ?? 0) < MOST_FAULTS);
      if (names.length === 0) break;
      const first = Math.max(...names.map((name) => this.#counts.get(name)?.trials ?? 0));
      await this.#runThread({ names, first }, endMs);
    }
    return this.#counts;
  }

  /** Runs one trial again. @returns the exit code: 0 if it has no fault */
  async repeat(name: string, trial: number): Promise<number> {
    await this.#runThread({ names: [name], first: trial, only: trial }, Infinity);
    return this.#counts.get(name)?.faults === 0 ? 0 : 1;
  }

  async #runThread(
    { names, ...range }: Pick<ParserThreadData, 'names' | 'first' | 'only'>,
    endMs: number,
  ): Promise<void> {
    const { samples, seed } = this.#options;
    const progress = new Int32Array(new SharedArrayBuffer(8)).fill(-1);
    const data: ParserThreadData = { names, samples, seed, progress, ...range };
    const worker = new Worker(new URL('parser-thread.js', import.meta.url), {
      workerData: data,
      resourceLimits: MEMORY,
    });
    const at = (): [string, number] => [names[Atomics.load(progress, 0)] ?? '', Atomics.load(progress, 1)];
    let isOver = false;
    const failures: Error[] = [];
    worker.on('message', (message: ParserMessage) => {
      isOver ||= message.type === 'done' || this.#received(message);
    });
    worker.on('error', (error) => {
      isOver = true;
      if (Atomics.load(progress, 0) < 0) failures.push(error);
      else this.#fault(...at(), error.message);
    });
    await this.#watch(at, () => isOver || performance.now() >= endMs);
    await worker.terminate();
    for (const failure of failures) throw failure;
  }

  /** Resolves when the work is over, or hangs. */
  async #watch(at: () => [string, number], isOver: () => boolean): Promise<void> {
    let [last, sinceMs] = ['', performance.now()];
    for await (const _ of setInterval(LOOK_MS)) {
      if (isOver()) return;
      const now = at().join('/');
      if (now !== last) [last, sinceMs] = [now, performance.now()];
      if (performance.now() - sinceMs < HANG_MS) continue;
      this.#fault(...at(), 'hung');
      return;
    }
  }

  /** @returns true if the thread shall end, because a parser has too many faults */
  #received(message: ParserMessage): boolean {
    if (message.type === 'done') return true;
    const count = this.#counts.get(message.name);
    if (count === undefined) return false;
    if (message.type === 'counts') {
      count.trials += message.trials;
      count.accepted += message.accepted;
      return false;
    }
    if (count.faults < MOST_FAULTS) this.#fault(message.name, message.trial, message.error);
    return count.faults >= MOST_FAULTS;
  }

  #fault(name: string, trial: number, error: string): void {
    const count = this.#counts.get(name);
    if (count !== undefined) count.faults++;
    this.#options.print(`${name}/${trial} of seed ${this.#options.seed}: ${error}`);
  }
}
