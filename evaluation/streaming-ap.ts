import { evaluatePairing, type CocoEvaluation, type Matcher } from './coco-ap.js';
import type { GroundTruth } from './ground-truth.js';
import { lastOutputs, PairingTally, type PairingCounts } from './pair.js';
import type { StreamedRun } from './streamed-run.js';

export type StreamingEvaluation = CocoEvaluation & {
  readonly pairing: PairingCounts;
  readonly mismatches: readonly { readonly mismatch: number; readonly frames: number }[];
  /** By image index: the group of the detection table that it was scored with; -1 for a miss. */
  readonly detectionFrames: Int32Array;
};

/**
 * Streaming AP: every frame of the ground truth is held against the last output that is there at its time.
 *
 * @param matcher of the ground truth's objects and the detections that the run's outputs point to
 * @param eta how many frame intervals before a frame's own time it asks for its output; may be negative
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
    pairing: tally.counts(), mismatches: tally.distribution(), detectionFrames,
  };
}
