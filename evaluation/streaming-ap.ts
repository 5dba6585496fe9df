import { evaluatePairing, type CocoEvaluation, type Matcher } from './coco-ap.js';
import type { GroundTruth } from './ground-truth.js';
import { lastOutputs, PairingTally, type OutputStream, type PairingCounts } from './pair.js';

export type StreamingEvaluation = CocoEvaluation & {
  readonly pairing: PairingCounts;
  readonly mismatches: readonly { readonly mismatch: number; readonly frames: number }[];
  /** By image index: the group of the detection table that it was scored with; -1 for a miss. */
  readonly detectionFrames: Int32Array;
};

/** The outputs of one sequence, and when its frames ask for them. */
export type TimedOutputs = {
  readonly outputs: OutputStream;
  /** Frame times in the unit of the outputs' times. */
  readonly frameTimes: ArrayLike<number>;
};

/**
 * Streaming AP: every frame of the ground truth is held against the last output that is there at its time.
 *
 * @param matcher of the ground truth's objects and the detections that the outputs point to
 * @param sequences one for each sequence of the ground truth, in its order
 */
export function streamingAp(matcher: Matcher, truth: GroundTruth, sequences: readonly TimedOutputs[]): StreamingEvaluation {
  const detectionFrames = new Int32Array(truth.images.length).fill(-1);
  const tally = new PairingTally();
  truth.sequences.forEach(({ images }, s) => {
    const { outputs, frameTimes } = sequences[s];
    const last = lastOutputs(outputs.times, frameTimes);
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
