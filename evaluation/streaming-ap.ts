import { evaluatePairing, type CocoEvaluation, type Matcher } from './coco-ap.js';
import type { GroundTruth } from './ground-truth.js';
import { lastOutputs, PairingTally, type PairingCounts } from './pairing.js';
import type { StreamedRun } from './streamed-run.js';

export type StreamingEvaluation = CocoEvaluation & {
  readonly pairing: PairingCounts;
  readonly mismatches: readonly { readonly mismatch: number; readonly frames: number }[];
  /** By image index: the group of the detection table that it is scored with; -1 for a miss. */
  readonly detectionFrames: Int32Array;
};

/**
 * Streaming AP: every frame of the ground truth is paired with the last output available at its time.
 * @param matcher of the ground truth's objects and the outputs' detections
 * @param eta number of frame intervals before a frame's own time at which its output is selected; may be negative
 */
export function streamingAp(matcher: Matcher, truth: GroundTruth, run: StreamedRun, eta: number): StreamingEvaluation {
  const detectionFrames = new Int32Array(truth.images.length).fill(-1);
  const tally = new PairingTally();
  truth.sequences.forEach(({ images }, s) => {
    const { outputs, frameTimesS } = run.sequences[s];
    const last = lastOutputs(outputs.timesS, frameTimesS(eta));
    tally.add(last, outputs.inputFrames);
    for (let i = 0; i < images.length; i++) {
      if (last[i] >= 0) detectionFrames[images[i]] = outputs.detectionFrames[last[i]];
    }
  });
  const image = Int32Array.from({ length: truth.images.length }, (_, i) => i);
  return {
    ...evaluatePairing(matcher, { image, frame: detectionFrames }),
    pairing: tally.counts(),
    mismatches: tally.distribution(),
    detectionFrames,
  };
}
