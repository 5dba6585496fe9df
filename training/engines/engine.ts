import type { Size } from '../../src/core/size.js';
import type { Objects } from '../assign/assignment.js';
import type { LossSums } from '../losses.js';
import type { Weights } from '../network/weights.js';

/** Pictures and their objects. */
export type Batch = {
  /** In pixels, multiples of 32; the same for all pictures. */
  readonly input: Size;
  /** [pictures, 3, height, width], BGR, 0–255. */
  readonly pixels: Uint8Array | Float32Array;
  /** One for each picture. */
  readonly objects: readonly Objects[];
};

export type StepResult = {
  readonly losses: LossSums;
  /** Gradient of the mean loss, in the layout of the parameters. */
  readonly gradient: Float32Array;
  /** The batch's means, then its unbiased variances, of all norms. The running statistics move towards them. */
  readonly statistics: Float32Array;
};

/** Runs a network forwards and backwards. One step at a time. */
export type Engine = {
  readonly name: string;
  /** @param options.l1 add the L1 loss of the boxes, as in the last epochs */
  step(weights: Weights, batch: Batch, options: { readonly l1: boolean }): Promise<StepResult>;
  close(): Promise<void>;
};
