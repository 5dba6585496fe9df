import { frameTimesS, type OutputStream } from './pair.js';
import type { SimulatedSequence } from './simulate.js';
import type { TimestampedOutputs } from './timestamped-outputs.js';
import type { GroundTruth } from './ground-truth.js';
import type { DropReason } from '../src/core/events.js';

/** What happened to one frame that was detected on; seconds on the sequence's scale. */
export type StreamedOutput = {
  readonly frame: number;
  readonly startS: number;
  readonly endS: number;
  /** How long after its capture the output would have come, had its frame not waited for a free detector. */
  readonly delayS: number;
};

export type StreamedDrop = { readonly frame: number; readonly reason: DropReason; readonly atS: number };

/** One sequence as it was played to a detector: live, by simulation, or by a program of one's own. */
export type StreamedSequence = {
  readonly outputs: OutputStream;
  /** When each frame asks for its output, in seconds on the scale of the outputs; at eta 0 that is its capture. */
  readonly frameTimesS: (eta: number) => Float64Array;
  /** In the order of the outputs. */
  readonly runs: readonly StreamedOutput[];
  readonly drops: readonly StreamedDrop[];
};

export type StreamedRun = {
  readonly fps: number;
  /** One for each sequence of the ground truth, in its order. */
  readonly sequences: readonly StreamedSequence[];
};

/** A simulation's outputs; each gives the detections of its input frame, grouped by image index. */
export function simulatedRun(truth: GroundTruth, simulated: readonly SimulatedSequence[], fps: number): StreamedRun {
  const sequences = simulated.map(({ runs, drops }, s): StreamedSequence => {
    const { images } = truth.sequences[s];
    const inputFrames = Int32Array.from(runs, ({ frame }) => frame);
    return {
      outputs: { timesS: Float64Array.from(runs, ({ endS }) => endS), inputFrames, detectionFrames: inputFrames.map((frame) => images[frame]) },
      frameTimesS: (eta) => frameTimesS(images.length, fps, eta),
      runs: runs.map(({ frame, startS, endS, runtimeS }) => ({ frame, startS, endS, delayS: runtimeS })),
      drops,
    };
  });
  return { fps, sequences };
}

/**
 * Outputs that only say when they came out: as far as is known, each began with its frame.
 * @param ownDetections whether the outputs brought their detections, grouped by output, or give those of their frame
 */
export function timestampedRun(truth: GroundTruth, outputs: readonly TimestampedOutputs[], fps: number, ownDetections: boolean): StreamedRun {
  let first = 0;
  const sequences = outputs.map(({ timestampsS, inputFrames }, s): StreamedSequence => {
    const { images } = truth.sequences[s];
    const detectionFrames = inputFrames.map((frame, i) => (ownDetections ? first + i : images[frame]));
    first += inputFrames.length;
    const runs = Array.from(inputFrames, (frame, i): StreamedOutput =>
      ({ frame, startS: frame / fps, endS: timestampsS[i], delayS: Math.max(0, timestampsS[i] - frame / fps) }));
    const detected = new Set(inputFrames);
    const drops = Array.from(images, (_, frame): StreamedDrop => ({ frame, reason: 'superseded', atS: (frame + 1) / fps }));
    return {
      outputs: { timesS: timestampsS, inputFrames, detectionFrames },
      frameTimesS: (eta) => frameTimesS(images.length, fps, eta),
      runs, drops: drops.filter(({ frame }) => !detected.has(frame)),
    };
  });
  return { fps, sequences };
}
