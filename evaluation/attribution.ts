import { averagePrecision, everyImageWithItself, type Matcher } from './coco-ap.js';
import type { GroundTruth } from './ground-truth.js';
import { lastOutputs } from './pair.js';
import type { StreamedRun, StreamedSequence } from './streamed-run.js';

/**
 * What streaming costs, in AP. Each term is the difference between two replays of the same run that differ in one
 * respect, so that they add up by construction: all six to `1 - sAP`, all but `detector` to `gap`.
 */
export type Attribution = {
  /** Of the detector on every frame, without a clock. */
  readonly offlineAP: number;
  /** After forecasting, where a forecaster ran. */
  readonly sAP: number;
  /** `offlineAP - sAP`. */
  readonly gap: number;
  /** What the detector gets wrong even with all the time in the world: `1 - offlineAP`. */
  readonly detector: number;
  /** Every output takes a moment, so that at best a frame is held against the one before. */
  readonly oneFrameFloor: number;
  /** Every frame is detected on as it comes, and takes the mean time. */
  readonly latency: number;
  /** The same, and each takes its own time. */
  readonly jitter: number;
  /** The schedule as it was: frames dropped, and frames that waited for the detector. */
  readonly drops: number;
  /** What forecasting gave back: negative where it helped. */
  readonly forecasting: number;
};

/**
 * Splits the gap between offline and streaming AP by counterfactual replay.
 *
 * @param offline matcher of the detector's answers for every frame, grouped by image index
 * @param streamedAP AP of the run without forecasting; null where it is undefined
 * @param sAP AP after forecasting; `streamedAP` where no forecaster ran
 * @returns undefined where AP is undefined
 */
export function attribute(offline: Matcher, truth: GroundTruth, run: StreamedRun, eta: number, streamedAP: number | null, sAP: number | null): Attribution | undefined {
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
    offlineAP, sAP,
    gap: offlineAP - sAP,
    detector: 1 - offlineAP,
    oneFrameFloor: offlineAP - oneFrameAP,
    latency: oneFrameAP - latencyAP,
    jitter: latencyAP - jitterAP,
    drops: jitterAP - streamedAP,
    forecasting: streamedAP - sAP,
  };
}

/** For each frame the last one that was captured strictly before it asks: outputs that take no time worth counting. */
function framesBefore({ frameTimesS }: StreamedSequence, eta: number): Int32Array {
  const [capturedS, askedS] = [frameTimesS(0), frameTimesS(eta)];
  let next = 0;
  return Int32Array.from(askedS, (time) => {
    while (next < capturedS.length && capturedS[next] < time) next++;
    return next - 1;
  });
}

/** For each frame the newest whose output would be there, had every frame been detected on as it came. */
function freshest({ frameTimesS }: StreamedSequence, eta: number, delayS: (frame: number) => number): Int32Array {
  const capturedS = frameTimesS(0);
  const order = Array.from(capturedS, (captured, frame) => ({ frame, endS: captured + delayS(frame) })).sort((a, b) => a.endS - b.endS);
  const last = lastOutputs(order.map(({ endS }) => endS), frameTimesS(eta));
  let newest = -1;
  const newestUpTo = order.map(({ frame }) => (newest = Math.max(newest, frame)));
  return last.map((output) => (output < 0 ? -1 : newestUpTo[output]));
}

/** A frame that was dropped takes as long as the last one that was not. */
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
