import type { Detection } from '../core/detection.js';
import type { Size } from '../core/letterbox.js';

/**
 * Tracks the objects of one stream and forecasts them for another moment.
 *
 * Times are milliseconds on any one scale. Only differences count, and they are used exactly, so dropped frames and
 * varying runtimes cause no error. Use one tracker for each stream; it reads no clock and holds nothing to close.
 */
export type Tracker = {
  /**
   * Observes the detections at `atMs` in a picture of `size` pixels.
   * @returns the same detections in the same order, with unchanged boxes and scores, each with its `trackId`; `nowcast`
   * returns the detections of an output that came after a newer one unchanged, and ignores them otherwise
   */
  observe(detections: readonly Detection[], atMs: number, size: Size): readonly Detection[];
  /**
   * The objects at `atMs`, clipped to the picture, in source pixels. The tracker itself stays unchanged, so it can
   * answer for several moments. Coordinates are multiples of 1/1000 px, scores of 1e-6.
   */
  forecast(atMs: number, size: Size): readonly Detection[];
  /** Forgets every object; ids already given are not used again. */
  reset(): void;
};

export type TrackerOptions = {
  /** Nominal time between two frames of the source: the unit in which noise is stated. More than 0. */
  readonly frameIntervalMs: number;
};
