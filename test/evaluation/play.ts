import { policyByName } from '../../src/scheduling/kinds.js';
import type { Policy } from '../../src/scheduling/policy.js';
import { detectionsByFrame } from '../../evaluation/detection-list.js';
import { traceRuntimes } from '../../evaluation/runtimes.js';
import { simulateSequence, type SimulatedSequence } from '../../evaluation/simulate.js';
import { simulatedRecording } from '../../evaluation/simulated-recording.js';
import { simulatedRun, type StreamedRun } from '../../evaluation/streamed-run.js';
import { randomSource } from '../helpers/random.js';
import type { ReadScene } from './scene.js';

export const FPS = 30;

export type Played = { readonly simulated: readonly SimulatedSequence[]; readonly run: StreamedRun };

/** Plays a scene to one detector that takes `runtimeS` for each run. */
export function play(
  { truth }: ReadScene,
  runtimeS: (nth: number) => number,
  policy: Policy = policyByName('idle-free'),
  workers = 1,
): Played {
  const runtimes = traceRuntimes(Array.from({ length: truth.images.length }, (_, nth) => runtimeS(nth)));
  const simulated = truth.sequences.map(({ images }) =>
    simulateSequence(images.length, { fps: FPS, policy, workers }, runtimes),
  );
  return { simulated, run: simulatedRun(truth, simulated, FPS) };
}

/** Runtimes around a mean. */
export function jittery(meanS: number, seed: number): () => number {
  const { uniform } = randomSource(seed);
  return () => meanS * (0.7 + 0.6 * uniform());
}

/** The recording of the playback, as text. */
export function record({ truth, parsed }: ReadScene, { simulated }: Played): string {
  const about = { config: {}, host: { nowcast: '0', node: '0', platform: 'test', cpu: 'test' } };
  const detectionsOf = detectionsByFrame(parsed.columns, truth.images.length, truth.classes);
  return [...simulatedRecording(truth, simulated, FPS, detectionsOf, about)].map((line) => `${line}\n`).join('');
}
