import type { Detection } from '../core/detection.js';
import type { NmsMode } from '../core/detector.js';
import type { Fit } from '../core/fit.js';
import type { Size } from '../core/size.js';
import type { PictureFormat } from '../core/picture.js';
import type { OnnxGraph } from './onnx/graph.js';
import type { ConstantInput, Normalisation } from './onnx/uint8-input.js';

/** How a network was taught to see a picture: what a source does to it, and what then happens to its bytes. */
export type Preprocessing = {
  readonly layout: Omit<PictureFormat, 'width' | 'height'>;
  /** In the order of the layout's channels. Absent where the network takes bytes from 0 to 255 as they are. */
  readonly normalisation?: Normalisation;
};

/** The facts that a family reads from one of its graphs. */
export type Recognised = {
  /** Which of the family's outputs this one is: what its decoder has to know beside the options. */
  readonly form: string;
  /** Name of the picture's input. */
  readonly image: string;
  readonly input: Size;
  /** The network's other inputs. */
  readonly constants?: readonly ConstantInput[];
  /** Names of the outputs that the decoder takes, in its order. */
  readonly outputs: readonly string[];
  readonly classCount: number;
  /** Where the form itself fixes them; names in the file go first. */
  readonly classNames?: readonly string[];
  /** Key into the family's preprocessing, of what holds unless the user says otherwise. */
  readonly preprocess: string;
};

export type DecodeOptions = {
  /** The detector's input in pixels. */
  readonly input: Size;
  /** One name for each class of the model. */
  readonly classNames: readonly string[];
  /** Least score of a detection, 0 to 1. */
  readonly confThreshold: number;
  /** Largest IoU at which NMS keeps two boxes, 0 to 1. Families without NMS ignore it. */
  readonly nmsThreshold: number;
  readonly nms: NmsMode;
  /** Report these classes alone. */
  readonly classIds?: readonly number[];
};

/**
 * Receives how many boxes of one picture were left out because they are NaN, infinite or of negative size, or their
 * score is NaN or infinite.
 */
export type OnUnusable = (boxes: number) => void;

/**
 * From a network's outputs to detections.
 * @param outputs float32, in the order of {@link Recognised.outputs}
 * @param onUnusable called at most once
 * @returns in source pixels, also outside the picture, best first; coordinates are multiples of 1/1000 px, scores of
 *   1e-6
 */
export type Decode = (outputs: readonly Float32Array[], fit: Fit, onUnusable?: OnUnusable) => Detection[];

/** The facts that a network's outputs on a black picture are judged by. */
export type JudgeFacts = Pick<DecodeOptions, 'input'> & { readonly classCount: number };

/**
 * A family's judgement of outputs: the form that fits them, with a warning for people if it is another than the
 * operators show; or the reason why none fits. A warning completes "the network's …", and so does a refusal.
 */
export type Judgement = { readonly form: string; readonly warning?: string } | { readonly refusal: string };

/**
 * A kind of detector: how its graphs are recognised, how its pictures are preprocessed, how its outputs are decoded.
 * One folder below `families/` and one line in `families/kinds.ts`.
 */
export type DetectorFamily = {
  readonly name: string;
  /** Inputs and outputs of its graphs, for messages: completes "it takes …". */
  readonly signature: string;
  /** The network itself chooses its rows and their order, so near ties may fall either way on another provider. */
  readonly rowsInAnyOrder?: true;
  /** By name; `--preprocess` chooses one. */
  readonly preprocessing: Readonly<Record<string, Preprocessing>>;
  /**
   * Looks at a graph's inputs, outputs and operators.
   * @param asked the size to run at, where the graph leaves it open
   * @returns what it is, or why it is not of this family: "its output must have three dimensions"
   * @throws ModelError where the graph is of this family and cannot be used as it is asked to be
   */
  recognise(graph: OnnxGraph, asked: Size | undefined): Recognised | string;
  /**
   * Compares what a network gives for a black picture with the form that its operators show. It must accept every
   * network of that form, an untrained one too. Absent where nothing can be compared.
   * @param outputs finite for the most part
   */
  judge?(form: string, outputs: readonly Float32Array[], facts: JudgeFacts): Judgement;
  /** Prepares the decoding for one model, in the detector's process. Its memory is allocated once and reused. */
  createDecoder(form: string, options: DecodeOptions): Decode;
};
