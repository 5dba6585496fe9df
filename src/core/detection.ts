import type { Box } from './box.js';

/** One object that the detector found. */
export type Detection = {
  /** In pixels of the source's picture. May reach beyond its edges, as YOLOX's boxes do. */
  readonly box: Box;
  /** Objectness times class probability, 0 to 1. */
  readonly score: number;
  readonly classId: number;
  readonly className: string;
  /** Constant while the object is tracked; absent without tracking, and while the object is not sure to be one. */
  readonly trackId?: number;
};
