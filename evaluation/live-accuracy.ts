import type { Detection } from '../src/core/detection.js';
import { DataError } from '../src/core/errors.js';
import type { PerceptEvent } from '../src/core/events.js';
import type { Size } from '../src/core/size.js';
import { toUs } from '../src/recording/microseconds.js';
import type { TrackerFactory } from '../src/track/tracker.js';
import type { Tracker } from '../src/track/tracker.js';
import { mapClasses } from './class-mapping.js';
import {
  averagePrecision,
  detectionTable,
  evaluatePairing,
  everyImageWithItself,
  matcher,
  objectTable,
  type CocoStats,
  type Matcher,
  type ObjectColumns,
  type Outcome,
} from './coco-ap.js';
import { DetectionList } from './detection-list.js';
import { TRACKER_FRAME_MS } from './forecast-results.js';
import type { GroundTruth } from './ground-truth.js';
import { PairingTally, type PairingCounts } from './pairing.js';

/** One annotated object. */
export type TruthObject = {
  readonly classIndex: number;
  /** Left, top, width, height in pixels. */
  readonly bbox: readonly [number, number, number, number];
  /** In square pixels; width times height where absent. */
  readonly area?: number;
  /** A region of many objects, which never counts. */
  readonly crowd?: boolean;
};

/** The ground truth of one frame of a stream. */
export type TruthFrame = {
  readonly streamId: string;
  readonly seq: number;
  /** On the clock of the percepts. */
  readonly capturedAtMs: number;
  /** Of the picture, in pixels. */
  readonly size: Size;
  readonly objects: readonly TruthObject[];
};

export type LiveAccuracyOptions = {
  /** Classes of the ground truth. */
  readonly truth: Pick<GroundTruth, 'classes' | 'classIndex' | 'cocoMapping'>;
  /** Names of the percepts' classes by class id. */
  readonly classNames: readonly string[];
  /** Number of newest frames in `rolling`, over all streams. 300 by default. */
  readonly windowFrames?: number;
  /** Number of newest frames to keep, for an endless run; all by default, because `overall` needs them. */
  readonly keptFrames?: number;
  /** Forecasts the observation to each frame before it is scored. */
  readonly forecaster?: TrackerFactory | undefined;
};

/** Over the newest frames: only figures that are cheap enough to compute once a second. */
export type RollingScore = { readonly AP: number | null; readonly pairing: PairingCounts };

/** Of a whole run. */
export type OverallScore = { readonly stats: CocoStats; readonly pairing: PairingCounts };

/** A frame that was matched with its output, once and for all. */
type Settled = HeldFrame & { readonly outcome: Outcome };

type HeldFrame = {
  readonly seq: number;
  readonly objects: readonly TruthObject[];
  readonly found: readonly Detection[];
  readonly inputSeq: number | undefined;
};

/** Detections whose `classId` is the class index of the ground truth; microseconds as recorded. */
type Output = {
  readonly seq: number;
  readonly capturedUs: number;
  readonly emittedUs: number;
  readonly detections: readonly Detection[];
};

type Stream = {
  /** Ground truth of future frames, oldest first. */
  readonly pending: TruthFrame[];
  /** Outputs later than the frames that are being paired, oldest first. */
  readonly outputs: Output[];
  readonly tracker: Tracker | undefined;
  held: Output | undefined;
  lastCapturedUs: number;
};

/**
 * Streaming AP during a run. It takes percepts when they are emitted, and ground truth when it becomes available,
 * before or after the percepts that it is paired with, and scores settled frames. A frame is settled once its capture
 * lies in the past: no later output can count for it. The recording of the run gives the same numbers at eta 0.
 *
 * Keeps every settled frame, for `overall`, unless limited.
 */
export class LiveAccuracy {
  readonly #options: LiveAccuracyOptions;
  readonly #mapping: Int32Array;
  readonly #streams = new Map<string, Stream>();
  readonly #settled: Settled[] = [];

  /** @throws DataError if none of the classes is annotated */
  constructor(options: LiveAccuracyOptions) {
    this.#options = options;
    this.#mapping = mapClasses(options.classNames, options.truth);
  }

  /** In the order of emission. */
  percept({ streamId, seq, times, detections }: PerceptEvent): void {
    const known = detections.flatMap((detection) => {
      const classId = this.#mapping[detection.classId];
      return classId < 0 ? [] : [{ ...detection, classId }];
    });
    this.#stream(streamId).outputs.push({
      seq,
      capturedUs: toUs(times.capturedAtMs),
      emittedUs: toUs(times.emittedAtMs),
      detections: known,
    });
  }

  /**
   * In the order of capture.
   * @throws DataError for a frame that was captured before the previous one
   */
  truth(frame: TruthFrame): void {
    const stream = this.#stream(frame.streamId);
    const capturedUs = toUs(frame.capturedAtMs);
    if (capturedUs < stream.lastCapturedUs) {
      throw new DataError(
        `ground truth of "${frame.streamId}" went back: frame ${frame.seq} was captured ${(stream.lastCapturedUs - capturedUs) / 1000} ms before the previous one`,
      );
    }
    stream.lastCapturedUs = capturedUs;
    stream.pending.push(frame);
  }

  /** Of the newest settled frames; takes some milliseconds for 300 of them. */
  rolling(nowMs: number): RollingScore {
    this.#settle(nowMs);
    const frames = this.#settled.slice(-(this.#options.windowFrames ?? 300));
    return {
      AP: averagePrecision(this.#matcherOf(frames), everyImageWithItself(frames.length)),
      pairing: pairingOf(frames),
    };
  }

  /** Of all settled frames that are kept; the time is proportional to their number. */
  overall(nowMs: number): OverallScore {
    this.#settle(nowMs);
    const frames = this.#settled;
    return {
      stats: evaluatePairing(this.#matcherOf(frames), everyImageWithItself(frames.length)).stats,
      pairing: pairingOf(frames),
    };
  }

  #matcherOf(frames: readonly Settled[]): Matcher {
    return { ...tablesOf(frames, this.#options.truth.classes.length), outcome: (image) => frames[image].outcome };
  }

  #stream(streamId: string): Stream {
    let stream = this.#streams.get(streamId);
    if (stream === undefined) {
      const { forecaster } = this.#options;
      const tracker = forecaster?.create({ frameIntervalMs: TRACKER_FRAME_MS, onEmpty: 'keep' });
      stream = { pending: [], outputs: [], tracker, held: undefined, lastCapturedUs: -Infinity };
      this.#streams.set(streamId, stream);
    }
    return stream;
  }

  #settle(nowMs: number): void {
    // Later percepts have this time or a later one, so only the time before it is settled.
    const nowUs = toUs(nowMs);
    const { keptFrames = Infinity } = this.#options;
    for (const stream of this.#streams.values()) {
      while (stream.pending.length > 0 && toUs(stream.pending[0].capturedAtMs) < nowUs) {
        const frame = settle(stream, stream.pending.shift()!);
        const { objects, detections } = tablesOf([frame], this.#options.truth.classes.length);
        this.#settled.push({ ...frame, outcome: matcher(objects, detections).outcome(0, 0) });
      }
    }
    if (this.#settled.length > keptFrames) this.#settled.splice(0, this.#settled.length - keptFrames);
  }
}

function settle(stream: Stream, { seq, capturedAtMs, size, objects }: TruthFrame): HeldFrame {
  const capturedUs = toUs(capturedAtMs);
  const before = stream.held;
  while (stream.outputs.length > 0 && stream.outputs[0].emittedUs <= capturedUs) stream.held = stream.outputs.shift();
  const { held, tracker } = stream;
  if (held === undefined) return { seq, objects, found: [], inputSeq: undefined };
  if (tracker !== undefined && held !== before) tracker.observe(held.detections, trackerMs(held.capturedUs), size);
  return { seq, objects, found: tracker?.forecast(trackerMs(capturedUs), size) ?? held.detections, inputSeq: held.seq };
}

function pairingOf(frames: readonly HeldFrame[]): PairingCounts {
  const tally = new PairingTally();
  for (const { seq, inputSeq } of frames) tally.addFrame(seq, inputSeq);
  return tally.counts();
}

/** Each frame is an image of its own; so are its detections. */
function tablesOf(frames: readonly HeldFrame[], classes: number): Pick<Matcher, 'objects' | 'detections'> {
  const found = new DetectionList();
  frames.forEach((frame, i) => {
    for (const detection of frame.found) found.addDetection(i, detection.classId, detection);
  });
  return {
    objects: objectTable(objectColumns(frames), frames.length, classes),
    detections: detectionTable(found.columns(), frames.length, classes),
  };
}

function objectColumns(frames: readonly HeldFrame[]): ObjectColumns {
  const rows = frames.flatMap(({ objects }, image) => objects.map((object) => ({ image, ...object })));
  return {
    image: Int32Array.from(rows, ({ image }) => image),
    classIndex: Int32Array.from(rows, ({ classIndex }) => classIndex),
    boxes: Float64Array.from(rows.flatMap(({ bbox }) => bbox)),
    area: Float64Array.from(rows, ({ area, bbox: [, , width, height] }) => area ?? width * height),
    crowd: Uint8Array.from(rows, ({ crowd }) => (crowd === true ? 1 : 0)),
    idIsZero: new Uint8Array(rows.length),
  };
}

/** The objects of each image of an annotation file, for callers that play it. */
export function truthObjects({
  images,
  objects,
}: Pick<GroundTruth, 'images' | 'objects'>): readonly (readonly TruthObject[])[] {
  const byImage = images.map((): TruthObject[] => []);
  objects.image.forEach((image, row) => {
    const [left, top, width, height] = objects.boxes.subarray(row * 4, row * 4 + 4);
    byImage[image].push({
      classIndex: objects.classIndex[row],
      bbox: [left, top, width, height],
      area: objects.area[row],
      crowd: objects.crowd[row] === 1,
    });
  });
  return byImage;
}

/** Exactly the numbers from a recording's times, so that forecasts are equal to the last bit. */
function trackerMs(us: number): number {
  return (us / 1e6) * 1000;
}
