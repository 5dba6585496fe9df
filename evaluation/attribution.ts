import { averagePrecision, everyImageWithItself, type Matcher } from './coco-ap.js';
import type { GroundTruth } from './ground-truth.js';
import { lastOutputs } from './pairing.js';
import type { StreamedRun, StreamedSequence } from './streamed-run.js';

/**
 * The cost of streaming, in AP. Each term is the difference between two replays of the same run that differ in one
 * respect, so the terms add up by construction: all six to `1 - sAP`, all but `detector` to `gap`.
 */
export type Attribution = {
  /** Of the detector on every frame, without a clock. */
  readonly offlineAP: number;
  /** After forecasting, if a forecaster ran. */
  readonly sAP: number;
  /** `offlineAP - sAP`. */
  readonly gap: number;
  /** The detector's own errors, without any latency: `1 - offlineAP`. */
  readonly detector: number;
  /** Every output takes a moment, so a frame is at best paired with the previous one. */
  readonly oneFrameFloor: number;
  /** Every frame is detected on at arrival, and takes the mean time. */
  readonly latency: number;
  /** The same, but each takes its own time. */
  readonly jitter: number;
  /** The schedule as it was: dropped frames, and frames that waited for the detector. */
  readonly drops: number;
  /** The gain from forecasting, as a negative number. */
  readonly forecasting: number;
};

/**
 * Splits the gap between offline and streaming AP by counterfactual replay.
 * @param offline matcher of the detector's results for every frame, grouped by image index
 * @param streamedAP AP of the run without forecasting; null if undefined
 * @param sAP AP after forecasting; `streamedAP` if no forecaster ran
 * @returns undefined if AP is undefined
 */
export function attribute(
  offline: Matcher,
  truth: GroundTruth,
  run: StreamedRun,
  eta: number,
  streamedAP: number | null,
  sAP: number | null,
): Attribution | undefined {
  const replay = (lastFrames: (sequence: StreamedSequence, s: number) => Int32Array): number => {
    const frame = new Int32Array(truth.images.length).fill(-1);
    truth.sequences.forEach(({ images }, s) => {
      const last = lastFrames(run.sequences[s], s);
      for (let i = 0; i < images.length; i++) if (last[i] >= 0) frame[images[i]] = images[last[i]];
    });
    return averagePrecision(offline, { image: everyImageWithItself(truth.images.length).image, frame })!;
  };
  const offlineAP = averagePrecision(offline, everyImageWithItself(truth.images.length));
  if (offlineAP === null || streamedAP === null || sAP === null) return undefined;

  const meanDelayS = meanDelay(run);
  const oneFrameAP = replay((sequence) => framesBefore(sequence, eta));
  const latencyAP = replay((sequence) => freshest(sequence, eta, () => meanDelayS));
  const jitterAP = replay((sequence) => freshest(sequence, eta, delayOfFrame(sequence, meanDelayS)));
  return {
    offlineAP,
    sAP,
    gap: offlineAP - sAP,
    detector: 1 - offlineAP,
    oneFrameFloor: offlineAP - oneFrameAP,
    latency: oneFrameAP - latencyAP,
    jitter: latencyAP - jitterAP,
    drops: jitterAP - streamedAP,
    forecasting: streamedAP - sAP,
  };
}

/** For each frame, the last one that was captured strictly before its time: outputs with negligible latency. */
function framesBefore({ frameTimesS }: StreamedSequence, eta: number): Int32Array {
  const [capturedS, askedS] = [frameTimesS(0), frameTimesS(eta)];
  let next = 0;
  return Int32Array.from(askedS, (time) => {
    while (next < capturedS.length && capturedS[next] < time) next++;
    return next - 1;
  });
}

/** For each frame, the newest with an available output, if every frame had been detected on at arrival. */
function freshest({ frameTimesS }: StreamedSequence, eta: number, delayS: (frame: number) => number): Int32Array {
  const capturedS = frameTimesS(0);
  const order = Array.from(capturedS, (captured, frame) => ({ frame, endS: captured + delayS(frame) })).sort(
    (a, b) => a.endS - b.endS,
  );
  const last = lastOutputs(
    order.map(({ endS }) => endS),
    frameTimesS(eta),
  );
  let newest = -1;
  const newestUpTo = order.map(({ frame }) => (newest = Math.max(newest, frame)));
  return last.map((output) => (output < 0 ? -1 : newestUpTo[output]));
}

/** A dropped frame takes as long as the last one that was detected on. */
function delayOfFrame({ runs }: StreamedSequence, meanDelayS: number): (frame: number) => number {
  const known = [...runs].sort((a, b) => a.frame - b.frame);
  let next = 0;
  return (frame) => {
    while (next < known.length && known[next].frame <= frame) next++;
    return known[Math.max(0, next - 1)]?.delayS ?? meanDelayS;
  };
}

function meanDelay({ sequences }: StreamedRun): number {
  let sumS = 0;
  let count = 0;
  for (const { runs } of sequences) {
    for (const { delayS } of runs) sumS += delayS;
    count += runs.length;
  }
  return count === 0 ? Infinity : sumS / count;
}
