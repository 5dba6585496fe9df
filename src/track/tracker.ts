import type { Detection } from '../core/detection.js';
import type { Size } from '../core/letterbox.js';

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
};
