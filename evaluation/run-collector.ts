import { DataError } from '../src/core/errors.js';
import type { DropEvent, PerceptEvent, PipelineEvent } from '../src/core/events.js';
import { toUs } from '../src/recording/microseconds.js';
import { matchClasses } from './class-mapping.js';
import type { DetectionColumns } from './coco-ap.js';
import { DetectionList } from './detection-list.js';
import type { GroundTruth, Sequence } from './ground-truth.js';
import type { StreamedRun, StreamedSequence } from './streamed-run.js';
import { Warnings } from './warnings.js';

export type CollectedRun = {
  readonly run: StreamedRun;
  /** Detections of the outputs; `frame` counts the outputs over all sequences. */
  readonly detections: DetectionColumns;
  readonly outputCount: number;
  readonly warnings: readonly string[];
};

/** A percept without its detections, which go to the list at once; times in microseconds as recorded. */
type Percept = {
  readonly frame: number;
  readonly output: number;
  readonly capturedUs: number;
  readonly startedUs: number;
  readonly emittedUs: number;
  readonly delayUs: number;
};
type Drop = {
  readonly frame: number;
  readonly reason: DropEvent['reason'];
  readonly capturedUs: number;
  readonly atUs: number;
};
type Stream = { readonly sequence: Sequence; readonly percepts: Percept[]; readonly drops: Drop[] };

/**
 * Turns the events of a pipeline into a run that can be scored. Streams match sequences by name; a single stream
 * matches a single sequence whatever the names. A frame's time is its capture, and all times are compared as the
 * integer microseconds of a recording, so that a live run and its recording have the same score.
 */
export class RunCollector {
  readonly warnings = new Warnings();
  /** Classes that can only score 0. */
  readonly classWarnings: readonly string[];
  readonly #truth: GroundTruth;
  readonly #streams: ReadonlyMap<string, Stream>;
  readonly #mapping: Int32Array;
  readonly #found = new DetectionList();
  #outputCount = 0;

  /**
   * @param streams names of the played streams
   * @param classes names by the detections' class id
   * @throws DataError if these are not the streams or classes of the ground truth
   */
  constructor(streams: readonly string[], classes: readonly string[], truth: GroundTruth) {
    this.#truth = truth;
    this.#streams = matchStreams(streams, truth);
    const { mapping, warnings } = matchClasses(classes, truth);
    this.#mapping = mapping;
    this.classWarnings = warnings;
  }

  /**
   * @param where the event, for messages
   * @throws DataError if it belongs to other sequences
   */
  add(event: PipelineEvent, where: string): void {
    if (event.type !== 'percept' && event.type !== 'drop') return;
    const stream = this.#streams.get(event.streamId);
    if (stream === undefined)
      throw new DataError(`${where}: stream "${event.streamId}" is not in the header's "streams"`);
    if (event.seq >= stream.sequence.images.length) {
      this.warnings.add(
        'frame skipped beyond the end of its annotated sequence',
        `"${stream.sequence.name}", frame ${event.seq}`,
      );
    } else if (event.type === 'drop') {
      stream.drops.push({
        frame: event.seq,
        reason: event.reason,
        capturedUs: toUs(event.capturedAtMs),
        atUs: toUs(event.atMs),
      });
    } else {
      checkSize(event, stream.sequence, this.#truth, where);
      stream.percepts.push(perceptOf(event, this.#outputCount));
      for (const detection of event.detections) {
        const classIndex = this.#mapping[detection.classId];
        if (classIndex >= 0) this.#found.addDetection(this.#outputCount, classIndex, detection);
        else if (!this.#truth.unscoredClasses?.size)
          this.warnings.add(`detection skipped: class "${detection.className}" is not in the annotations`, where);
      }
      this.#outputCount++;
    }
  }

  /**
   * @param fps of the sequences; by default derived from the captures
   * @throws DataError if a sequence has no frame, or one twice
   */
  finish(fps?: number): CollectedRun {
    const played = [...this.#streams.values()];
    const intervalUs = fps === undefined ? frameIntervalUs(played) : 1e6 / fps;
    const sequences = played.map((stream) => streamedSequence(stream, intervalUs, this.warnings));
    return {
      run: { fps: 1e6 / intervalUs, sequences },
      detections: this.#found.columns(),
      outputCount: this.#outputCount,
      warnings: this.warnings.list(),
    };
  }
}

/** In the order of the sequences. */
function matchStreams(names: readonly string[], truth: GroundTruth): Map<string, Stream> {
  const newStream = (sequence: Sequence): Stream => ({ sequence, percepts: [], drops: [] });
  if (names.length === 1 && truth.sequences.length === 1) return new Map([[names[0], newStream(truth.sequences[0])]]);
  const stranger = names.find((name) => !truth.sequences.some((sequence) => sequence.name === name));
  if (stranger !== undefined)
    throw new DataError(
      `the recorded stream "${stranger}" is not a sequence of the annotations; check that the recording belongs to this data set`,
    );
  const missing = truth.sequences.find(({ name }) => !names.includes(name));
  if (missing !== undefined)
    throw new DataError(
      `sequence "${missing.name}" of the annotations was not recorded; score it against annotations that hold the recorded sequences only`,
    );
  return new Map(truth.sequences.map((sequence) => [sequence.name, newStream(sequence)]));
}

function checkSize({ width, height, seq }: PerceptEvent, sequence: Sequence, truth: GroundTruth, where: string): void {
  const { size } = truth.images[sequence.images[seq]];
  if (size !== undefined && (size.width !== width || size.height !== height)) {
    throw new DataError(
      `${where}: frame ${seq} of "${sequence.name}" has ${width}x${height} pixels, but ${size.width}x${size.height} in the annotations; check that the recording belongs to this data set`,
    );
  }
}

function perceptOf({ seq, times }: PerceptEvent, output: number): Percept {
  const [capturedUs, readyUs, startedUs, emittedUs] = [
    times.capturedAtMs,
    times.readyAtMs,
    times.startedAtMs,
    times.emittedAtMs,
  ].map(toUs);
  return {
    frame: seq,
    output,
    capturedUs,
    startedUs,
    emittedUs,
    delayUs: readyUs - capturedUs + emittedUs - startedUs,
  };
}

function streamedSequence(
  { sequence, percepts, drops }: Stream,
  intervalUs: number,
  warnings: Warnings,
): StreamedSequence {
  const byOutput = percepts.sort((a, b) => a.emittedUs - b.emittedUs);
  const capturedUs = captureTimes(sequence, [...percepts, ...drops], intervalUs);
  const frames = new Set<number>();
  for (const { frame } of [...percepts, ...drops]) {
    if (frames.has(frame)) throw new DataError(`the recording holds frame ${frame} of "${sequence.name}" twice`);
    frames.add(frame);
  }
  const missing = sequence.images.length - frames.size;
  if (missing > 0) warnings.add('frame that the recording does not tell of', `${missing} of "${sequence.name}"`);
  return {
    outputs: {
      timesS: Float64Array.from(byOutput, ({ emittedUs }) => emittedUs / 1e6),
      inputFrames: Int32Array.from(byOutput, ({ frame }) => frame),
      detectionFrames: Int32Array.from(byOutput, ({ output }) => output),
    },
    frameTimesS: (eta) => capturedUs.map((_, i) => timeAtUs(capturedUs, i - eta, intervalUs) / 1e6),
    runs: byOutput.map(({ frame, startedUs, emittedUs, delayUs }) => ({
      frame,
      startS: startedUs / 1e6,
      endS: emittedUs / 1e6,
      delayS: delayUs / 1e6,
    })),
    drops: drops.map(({ frame, reason, atUs }) => ({ frame, reason, atS: atUs / 1e6 })),
  };
}

/** As recorded; a frame that the recording lacks is placed by its distance from the previous recorded one. */
function captureTimes(
  sequence: Sequence,
  recorded: readonly { readonly frame: number; readonly capturedUs: number }[],
  intervalUs: number,
): Float64Array {
  if (recorded.length === 0) throw new DataError(`the recording holds no frame of sequence "${sequence.name}"`);
  const times = new Float64Array(sequence.images.length).fill(NaN);
  for (const { frame, capturedUs } of recorded) times[frame] = capturedUs;
  const first = times.findIndex((time) => !Number.isNaN(time));
  for (let i = first - 1; i >= 0; i--) times[i] = times[i + 1] - intervalUs;
  for (let i = first + 1; i < times.length; i++) if (Number.isNaN(times[i])) times[i] = times[i - 1] + intervalUs;
  return times;
}

/**
 * The time of capture of a position between frames; before the first and after the last, frames continue at their
 * interval.
 */
function timeAtUs(capturedUs: Float64Array, place: number, intervalUs: number): number {
  const before = Math.min(Math.max(Math.floor(place), 0), capturedUs.length - 1);
  const beyond = place - before;
  const stepUs =
    beyond > 0 && before + 1 < capturedUs.length ? capturedUs[before + 1] - capturedUs[before] : intervalUs;
  return capturedUs[before] + beyond * stepUs;
}

/** Mean distance between the captures of neighbouring frames, over all recorded frames. */
function frameIntervalUs(streams: readonly Stream[]): number {
  let spanUs = 0;
  let intervals = 0;
  for (const { percepts, drops } of streams) {
    const recorded = [...percepts, ...drops].sort((a, b) => a.frame - b.frame);
    if (recorded.length < 2) continue;
    spanUs += recorded.at(-1)!.capturedUs - recorded[0].capturedUs;
    intervals += recorded.at(-1)!.frame - recorded[0].frame;
  }
  if (!(spanUs > 0)) throw new DataError('the recording holds too few frames to derive a frame rate; pass --fps');
  return spanUs / intervals;
}
