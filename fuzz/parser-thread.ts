import { parentPort, workerData } from 'node:worker_threads';
import { InternalError, NowcastError } from '../src/core/errors.js';
import { deriveSeed, Random } from '../training/random.js';
import { Mutator, type Json } from './mutate.js';
import { PARSERS, type Parser } from './parsers.js';
import type { Samples } from './samples.js';

/** Runs trials of parsers until the thread is terminated. */
export type ParserThreadData = {
  readonly names: readonly string[];
  readonly samples: Samples;
  readonly seed: number;
  /** The number of the first trial of each parser. */
  readonly first: number;
  /** Runs this one trial only. */
  readonly only?: number;
  /** The index of the parser at work, and the number of its trial: the owner sees a hang by them. */
  readonly progress: Int32Array;
};

export type ParserMessage =
  | { readonly type: 'counts'; readonly name: string; readonly trials: number; readonly accepted: number }
  | { readonly type: 'fault'; readonly name: string; readonly trial: number; readonly error: string }
  | { readonly type: 'done' };

/** A parser's turn is over after so many trials or so much time. */
const TURN_TRIALS = 500;
const TURN_MS = 500;

/** Whether the parser accepts the input, or the error that no input may cause. */
function outcomeOf({ parse }: Parser, bytes: Buffer): boolean | Error {
  try {
    parse(bytes);
    return true;
  } catch (error) {
    if (error instanceof NowcastError && !(error instanceof InternalError)) return false;
    return error instanceof Error ? error : new Error(String(error));
  }
}

function changed({ name, isJson = false, change }: Parser, sound: Buffer, seed: number, trial: number): Buffer {
  const mutator = new Mutator(new Random(deriveSeed(seed, ...Buffer.from(name), trial)));
  if (change !== undefined) return change(mutator, sound);
  return isJson ? changedJson(mutator, sound.toString()) : mutator.bytes(sound);
}

/** Changes a value of a JSON file, or of one of its lines. */
function changedJson(mutator: Mutator, text: string): Buffer {
  const lines = text.trimEnd().split('\n');
  if (lines.length < 2 || !lines.every((line) => line.startsWith('{'))) {
    return Buffer.from(mutator.json(JSON.parse(text) as Json));
  }
  const at = mutator.random.below(lines.length);
  return Buffer.from(lines.with(at, mutator.json(JSON.parse(lines[at] ?? '') as Json)).join('\n'));
}

async function work(data: ParserThreadData): Promise<void> {
  const { names, samples, seed, first, only, progress } = data;
  const parsers = await Promise.all(
    PARSERS.filter(({ name }) => names.includes(name)).map(async (parser) => ({
      parser,
      sound: await parser.load(samples),
      next: only ?? first,
    })),
  );
  // Otherwise the trials would show nothing.
  for (const { parser, sound } of parsers) {
    const error = outcomeOf(parser, sound);
    if (error !== true) throw new Error(`the sound input of ${parser.name} does not pass`, { cause: error });
  }
  do {
    for (const [index, turn] of parsers.entries()) {
      const { parser, sound } = turn;
      Atomics.store(progress, 0, index);
      let [trials, accepted] = [0, 0];
      const endMs = performance.now() + TURN_MS;
      const most = only === undefined ? TURN_TRIALS : 1;
      for (; trials < most && performance.now() < endMs; trials++) {
        Atomics.store(progress, 1, turn.next);
        const result = outcomeOf(parser, changed(parser, sound, seed, turn.next));
        if (result === true) accepted++;
        else if (result !== false) send({ type: 'fault', name: parser.name, trial: turn.next, error: textOf(result) });
        turn.next++;
      }
      send({ type: 'counts', name: parser.name, trials, accepted });
    }
  } while (only === undefined);
  send({ type: 'done' });
}

function textOf({ stack, message }: Error): string {
  return stack ?? message;
}

function send(message: ParserMessage): void {
  parentPort?.postMessage(message);
}

await work(workerData as ParserThreadData);
