import { frameTimesS, type OutputStream } from './pairing.js';
import type { SimulatedSequence } from './simulate.js';
import type { TimestampedOutputs } from './timestamped-outputs.js';
import type { GroundTruth } from './ground-truth.js';
import type { DropReason } from '../src/core/events.js';

/** The processing of one detected frame; seconds on the sequence's scale. */
export type StreamedOutput = {
  readonly frame: number;
  readonly startS: number;
  readonly endS: number;
  /** Time from capture to output, without the wait for a free detector. */
  readonly delayS: number;
};

export type StreamedDrop = { readonly frame: number; readonly reason: DropReason; readonly atS: number };

/** One sequence as played to a detector: live, by simulation, or by another program. */
export type StreamedSequence = {
  readonly outputs: OutputStream;
  /** The time of each frame for pairing, in seconds on the scale of the outputs; at eta 0 its capture. */
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

/** A simulation's outputs; each has the detections of its input frame, grouped by image index. */
export function simulatedRun(truth: GroundTruth, simulated: readonly SimulatedSequence[], fps: number): StreamedRun {
  const sequences = simulated.map(({ runs, drops }, s): StreamedSequence => {
    const { images } = truth.sequences[s];
    const inputFrames = Int32Array.from(runs, ({ frame }) => frame);
    return {
      outputs: {
        timesS: Float64Array.from(runs, ({ endS }) => endS),
        inputFrames,
        detectionFrames: inputFrames.map((frame) => images[frame]),
      },
      frameTimesS: (eta) => frameTimesS(images.length, fps, eta),
      runs: runs.map(({ frame, startS, endS, runtimeS }) => ({ frame, startS, endS, delayS: runtimeS })),
      drops,
    };
  });
  return { fps, sequences };
}

/**
 * Outputs with only their times: each is assumed to begin with its frame.
 * @param ownDetections whether the outputs carry their detections, grouped by output, or have those of their frame
 */
export function timestampedRun(
  truth: GroundTruth,
  outputs: readonly TimestampedOutputs[],
  fps: number,
  ownDetections: boolean,
): StreamedRun {
  let first = 0;
  const sequences = outputs.map(({ timestampsS, inputFrames }, s): StreamedSequence => {
    const { images } = truth.sequences[s];
    const detectionFrames = inputFrames.map((frame, i) => (ownDetections ? first + i : images[frame]));
    first += inputFrames.length;
    const runs = Array.from(inputFrames, (frame, i): StreamedOutput => ({
      frame,
      startS: frame / fps,
      endS: timestampsS[i],
      delayS: Math.max(0, timestampsS[i] - frame / fps),
    }));
    const detected = new Set(inputFrames);
    const drops = Array.from(images, (_, frame): StreamedDrop => ({
      frame,
      reason: 'superseded',
      atS: (frame + 1) / fps,
    }));
    return {
      outputs: { timesS: timestampsS, inputFrames, detectionFrames },
      frameTimesS: (eta) => frameTimesS(images.length, fps, eta),
      runs,
      drops: drops.filter(({ frame }) => !detected.has(frame)),
    };
  });
  return { fps, sequences };
}

/** The latency of each output from the capture of its frame, in milliseconds, ascending. */
export function latenciesMs({ sequences }: StreamedRun): number[] {
  return sequences
    .flatMap(({ runs, frameTimesS }) => {
      const capturedS = frameTimesS(0);
      return runs.map(({ frame, endS }) => (endS - capturedS[frame]) * 1000);
    })
    .sort((a, b) => a - b);
}
