import type { Size } from '../../src/core/size.js';
import type { Labels } from '../data/labels.js';

/** Annotated pictures; the files are not open. */
export type DataSet = {
  /** In the order of their ids; a class id of a label points into this. */
  readonly classNames: readonly string[];
  readonly pictures: readonly DataPicture[];
  /** Problems of the data, each once, with its count and an example. */
  readonly warnings: readonly string[];
};

export type DataPicture = {
  readonly path: string;
  readonly size: Size;
  /** In pixels of the picture. */
  readonly labels: Labels;
};
