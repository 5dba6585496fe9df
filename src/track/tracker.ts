import type { Detection } from '../core/detection.js';
import type { Size } from '../core/letterbox.js';
import type { NamedKind } from '../core/named-kind.js';

/**
 * Follows the objects of one stream and says where they are at another moment.
 *
 * Times are milliseconds on any one scale; only differences count, and they are taken as they are, so that dropped
 * frames and varying runtimes make no error. One tracker a stream; it reads no clock and holds nothing to close.
 */
export type Tracker = {
  /**
   * Takes in what a detector saw at `atMs` in a picture of `size` pixels.
   * @returns the same detections in the same order, boxes and scores untouched, each with its `trackId`; `nowcast`
   * returns those of an output that came after a newer one as they are, and lets them change nothing
   */
  observe(detections: readonly Detection[], atMs: number, size: Size): readonly Detection[];
  /**
   * Where the objects are at `atMs`, clipped to the picture, in source pixels; the tracker itself stays as it is, so
   * that it can be asked for several moments. Coordinates are multiples of 1/1000 px, scores of 1e-6.
   */
  forecast(atMs: number, size: Size): readonly Detection[];
  /** Forgets every object; ids already given are not used again. */
  reset(): void;
};

export type TrackerOptions = {
  /** Nominal time between two frames of the source: the unit in which noise is stated. More than 0. */
  readonly frameIntervalMs: number;
  /**
   * What an observation without detections does to a tracker that keeps no objects beyond one: `forget` clears the
   * tracks, as sAP's Streamer does and as fits a live stream; `keep` lets the old boxes move on until the next
   * detection, as its post-process does. Default: `forget`.
   */
  readonly onEmpty?: 'forget' | 'keep';
};

/** Makes trackers of one kind, each for one stream. */
export type TrackerFactory = {
  /** Stands as `forecaster` in every percept that its trackers carry forward. */
  readonly name: string;
  /** @throws UsageError for options that cannot be */
  create(options: TrackerOptions): Tracker;
};

/** One entry of the registry: a forecaster that a configuration can ask for. */
export type TrackerKind = NamedKind<TrackerFactory>;
