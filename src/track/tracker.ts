import type { Detection } from '../core/detection.js';
import type { Size } from '../core/size.js';
import type { NamedKind } from '../core/named-kind.js';
import type { TrackLife } from '../core/track-life.js';

/**
 * Tracks the objects of one stream and forecasts them for another moment.
 *
 * Times are milliseconds on any one scale. Only differences count, and they are used exactly, so dropped frames and
 * varying runtimes cause no error. Use one tracker for each stream; it reads no clock and holds nothing to close.
 */
export type Tracker = {
  /**
   * Observes the detections at `atMs` in a picture of `size` pixels.
   * @returns the same detections in the same order, with unchanged boxes and scores, each with its `trackId`. `nowcast`
   * gives no `trackId` to objects that are not sure yet; it returns the detections of an output that came after a newer
   * one unchanged, and ignores them otherwise
   */
  observe(detections: readonly Detection[], atMs: number, size: Size): readonly Detection[];
  /**
   * The objects at `atMs`, clipped to the picture, in source pixels. The tracker itself stays unchanged, so it can
   * answer for several moments. Coordinates are multiples of 1/1000 px, scores of 1e-6.
   */
  forecast(atMs: number, size: Size): readonly Detection[];
  /** Forgets every object; used ids are not assigned again. */
  reset(): void;
};

/**
 * `kalman` keeps tracks as sAP does, and ignores the {@link TrackLife}; `nowcast` has a default for each of its fields.
 */
export type TrackerOptions = Partial<TrackLife> & {
  /** Nominal time between two frames of the source: the unit in which noise is stated. More than 0. */
  readonly frameIntervalMs: number;
  /**
   * Effect of an observation without detections, for a tracker that keeps no unmatched objects: `forget` clears the
   * tracks, as sAP's Streamer does and as fits a live stream; `keep` lets the old boxes move on until the next
   * detection, as its post-process does. Default: `forget`.
   */
  readonly onEmpty?: 'forget' | 'keep';
};

/** Makes trackers of one kind, each for one stream. */
export type TrackerFactory = {
  /** The name of the forecaster in every percept that its trackers forecast. */
  readonly name: string;
  /** Its trackers keep the {@link TrackLife} of their options. */
  readonly keepsTrackLife?: true;
  /** @throws UsageError for invalid options */
  create(options: TrackerOptions): Tracker;
};

/** One entry of the registry: a forecaster that a configuration can name. */
export type TrackerKind = NamedKind<TrackerFactory>;
