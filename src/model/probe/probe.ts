import { ModelError } from '../../core/errors.js';
import type { DetectorFamily, JudgeFacts } from '../family.js';
import type { Session } from '../inference-session.js';
import { TEST_PICTURES } from './test-pictures.js';

export type ProbedNetwork = {
  /** Name of the model, for messages. */
  readonly model: string;
  readonly family: DetectorFamily;
  /** The form that the graph's operators show. */
  readonly form: string;
  readonly facts: JudgeFacts;
};

export type ProbeResult = {
  /** The form that the network's outputs have. */
  readonly form: string;
  /** Sentences for people, each with the model's name. */
  readonly warnings: readonly string[];
  /** Duration of the first run. */
  readonly firstRunMs: number;
};

/** A network slower than this is tried on one picture, unless that gave no number. */
const SLOW_MS = 2000;

/**
 * Runs a network on the test pictures, and compares its outputs with its form.
 * @throws ModelError (`NOWCAST_MODEL_OUTPUT`) if an output holds no number at all, or the outputs fit no form
 */
export async function probe(
  session: Pick<Session, 'image' | 'run'>,
  { model, family, form, facts }: ProbedNetwork,
): Promise<ProbeResult> {
  const runs: { readonly outputs: readonly Float32Array[]; readonly holes: Holes }[] = [];
  let firstRunMs = 0;
  for (const fill of TEST_PICTURES) {
    if (firstRunMs > SLOW_MS && runs.some(({ holes }) => !holes.isEmpty)) break;
    fill(session.image);
    const { outputs, startMs, endMs } = await session.run();
    if (runs.length === 0) firstRunMs = endMs - startMs;
    // ONNX Runtime may reuse the memory.
    runs.push({ outputs: outputs.map((output) => output.slice()), holes: holesOf(outputs) });
  }
  session.image.fill(0);

  const usable = runs.find(({ holes }) => !holes.isEmpty);
  if (usable === undefined) {
    throw new ModelError(
      `${model} gives NaN or infinity instead of numbers, on ${runs.length === 1 ? 'a test picture' : `each of ${runs.length} test pictures`}. ` +
        'Half precision overflows like this: export it in float32; otherwise its weights are damaged',
      { code: 'NOWCAST_MODEL_OUTPUT' },
    );
  }
  const warnings: string[] = [];
  const { holes } = runs.reduce((worst, run) => (run.holes.count > worst.holes.count ? run : worst));
  if (holes.count > 0)
    warnings.push(
      `${model}: ${holes.count} of the ${holes.of} numbers that it gives for a test picture are NaN or infinite; half precision overflows like this, so export it in float32`,
    );
  if (runs.length > 1 && runs.every(({ outputs }) => areEqual(outputs, runs[0].outputs)))
    warnings.push(`${model} gives the same output for a black picture and for noise, so it does not see its pictures`);
  const judgement = family.judge?.(form, usable.outputs, facts) ?? { form };
  if ('refusal' in judgement) {
    throw new ModelError(
      `${model} looks like a network of the family ${family.name} (${form}), but on a test picture its ${judgement.refusal}; --trust-model runs it as it is`,
      { code: 'NOWCAST_MODEL_OUTPUT' },
    );
  }
  if (judgement.warning !== undefined) warnings.push(`${model}: its ${judgement.warning}`);
  return { form: judgement.form, warnings, firstRunMs };
}

/** Numbers that are none. */
type Holes = {
  readonly count: number;
  readonly of: number;
  /** An output holds nothing else. */
  readonly isEmpty: boolean;
};

/** Negative infinity counts as a number, because networks mask logits with it. */
function holesOf(outputs: readonly Float32Array[]): Holes {
  const counts = outputs.map((output) => output.reduce((sum, value) => sum + (value < Infinity ? 0 : 1), 0));
  return {
    count: counts.reduce((sum, count) => sum + count, 0),
    of: outputs.reduce((sum, { length }) => sum + length, 0),
    isEmpty: outputs.some(({ length }, i) => length > 0 && counts[i] === length),
  };
}

function areEqual(some: readonly Float32Array[], others: readonly Float32Array[]): boolean {
  return some.every(
    (values, i) => values.length === others[i].length && values.every((value, at) => Object.is(value, others[i][at])),
  );
}
