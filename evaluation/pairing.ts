/** The times and inputs of a stream of outputs. */
export type OutputStream = {
  /** When each output came out, in seconds, ascending. */
  readonly timesS: Float64Array;
  /** Index in the sequence of the frame that it was computed from. */
  readonly inputFrames: Int32Array;
  /** The group of its detections in a detection table. */
  readonly detectionFrames: Int32Array;
};

/** Pairing of frames with outputs, in numbers. */
export type PairingCounts = {
  readonly frames: number;
  /** Frames before the first output: scored without detections. */
  readonly miss: number;
  /** Frames whose output was computed from that very frame. */
  readonly inTime: number;
  /** Sum of frame minus input frame, over all other frames except the missed ones; also called staleness. */
  readonly mismatch: number;
};

/**
 * For each frame, the last output available at its time; -1 if there is none yet. Source: mtli/sAP
 * `det/streaming_eval.py`; as there, an output at exactly that time counts.
 * @param outputTimes ascending, on the scale of `frameTimes`
 * @param frameTimes ascending
 */
export function lastOutputs(outputTimes: ArrayLike<number>, frameTimes: ArrayLike<number>): Int32Array {
  const last = new Int32Array(frameTimes.length);
  let next = 0;
  for (let i = 0; i < frameTimes.length; i++) {
    while (next < outputTimes.length && outputTimes[next] <= frameTimes[i]) next++;
    last[i] = next - 1;
  }
  return last;
}

/**
 * The time of each frame of a sequence, in seconds from the sequence's start, for pairing: sAP's `(i - eta) / fps`. A
 * positive eta selects an earlier output, a negative one a later output.
 */
export function frameTimesS(frames: number, fps: number, eta: number): Float64Array {
  return Float64Array.from({ length: frames }, (_, i) => (i - eta) / fps);
}

/** Counts a pairing, and how often each mismatch in frames occurs. */
export class PairingTally {
  readonly #mismatches = new Map<number, number>();
  #frames = 0;
  #miss = 0;
  #inTime = 0;
  #mismatch = 0;

  /** @param last the result of {@link lastOutputs} for one sequence */
  add(last: Int32Array, inputFrames: Int32Array): void {
    for (let i = 0; i < last.length; i++) this.addFrame(i, last[i] < 0 ? undefined : inputFrames[last[i]]);
  }

  /** @param inputFrame of the output that the frame is paired with, or undefined if there was none yet */
  addFrame(frame: number, inputFrame: number | undefined): void {
    this.#frames++;
    if (inputFrame === undefined) {
      this.#miss++;
      return;
    }
    const mismatch = frame - inputFrame;
    if (mismatch === 0) this.#inTime++;
    this.#mismatch += mismatch;
    this.#mismatches.set(mismatch, (this.#mismatches.get(mismatch) ?? 0) + 1);
  }

  counts(): PairingCounts {
    return { frames: this.#frames, miss: this.#miss, inTime: this.#inTime, mismatch: this.#mismatch };
  }

  /** Ascending by mismatch. */
  distribution(): { readonly mismatch: number; readonly frames: number }[] {
    return [...this.#mismatches].sort(([a], [b]) => a - b).map(([mismatch, frames]) => ({ mismatch, frames }));
  }
}
