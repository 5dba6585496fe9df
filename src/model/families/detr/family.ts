import type { DetectorFamily, Recognised } from '../../family.js';
import { tensorInts } from '../../onnx/constants.js';
import { closedShape, type OnnxGraph } from '../../onnx/graph.js';
import type { InferredShape } from '../../onnx/infer-shapes.js';
import { TensorProto_DataType as DataType } from '../../onnx/onnx_pb.js';
import { COCO_BY_CATEGORY } from '../../coco-classes.js';
import { imageSize, problemOfImage, REAL_TYPES } from '../image-input.js';
import { createDecoder, type DetrForm } from './decode.js';
import { judge } from './judge.js';

const BYTES = 255;
const STRETCHED = { channels: 'rgb', fit: 'stretch' } as const;
/** Of the published models, where a graph does not tell. */
const COCO_CLASSES = 80;
/** Sides that every network of the family takes are multiples of it. */
const MULTIPLE = 32;

/**
 * Detection transformers, which need no suppression:
 * - `boxes`: RT-DETR (1, 2 and 4), D-FINE, DEIM, DEIMv2 and EdgeCrafter take `orig_target_sizes` beside the picture and
 *   give `labels`, `boxes` and `scores`.
 * - `logits`: RF-DETR gives `dets` and `labels`.
 */
export const detr: DetectorFamily = {
  name: 'detr',
  rowsInAnyOrder: true,
  signature:
    '[1,3,H,W] and orig_target_sizes [1,2] and gives labels [1,n], boxes [1,n,4] and scores [1,n]; or takes [1,3,H,W] and gives dets [1,n,4] and labels [1,n,classes]',
  preprocessing: {
    unit: { layout: STRETCHED, normalisation: { mean: [0, 0, 0], std: [BYTES, BYTES, BYTES] } },
    // Also of DEIMv2 S to X and EdgeCrafter, whose graphs look like the others of the first form.
    imagenet: {
      layout: STRETCHED,
      normalisation: {
        mean: [0.485, 0.456, 0.406].map((value) => value * BYTES),
        std: [0.229, 0.224, 0.225].map((value) => value * BYTES),
      },
    },
  },
  recognise(graph, asked) {
    const names = new Set(graph.outputs.map(({ name }) => name));
    const form: DetrForm | undefined = ['labels', 'boxes', 'scores'].every((name) => names.has(name))
      ? 'boxes'
      : ['dets', 'labels'].every((name) => names.has(name))
        ? 'logits'
        : undefined;
    if (form === undefined) return 'its outputs must be labels, boxes and scores, or dets and labels';
    const sizes = graph.inputs.find(({ name }) => name === 'orig_target_sizes');
    const images = graph.inputs.filter((input) => input !== sizes);
    if (images.length !== 1 || (form === 'boxes') !== (sizes !== undefined)) {
      return form === 'boxes' ? 'it must take a picture and orig_target_sizes' : 'it must take a picture alone';
    }
    const [image] = images;
    const problem = problemOfImage(image);
    if (problem !== undefined) return problem;
    if (sizes !== undefined && sizes.elemType !== DataType.INT64) return 'its orig_target_sizes must be int64';
    const input = imageSize(image.dims!, asked, graph.path, MULTIPLE);
    const shapes = graph.shapesAt(image.name, [1, 3, input.height, input.width]);
    const shapeOf = (name: string): InferredShape =>
      closedShape(
        graph.outputs.find((output) => output.name === name)!,
        shapes.shapeOf(name),
      );
    const real = form === 'boxes' ? ['boxes', 'scores'] : ['dets', 'labels'];
    if (graph.outputs.some(({ name, elemType }) => real.includes(name) && !REAL_TYPES.has(elemType)))
      return `its ${real.join(' and ')} must be float32 or float16`;
    const found = form === 'boxes' ? recogniseBoxes(graph, shapeOf) : recogniseLogits(shapeOf);
    if (typeof found === 'string') return found;
    // Boxes come out in pixels of the size that goes in here: width, then height.
    const constants = sizes === undefined ? [] : [{ name: sizes.name, values: [input.width, input.height] }];
    return { form, image: image.name, input, constants, preprocess: form === 'boxes' ? 'unit' : 'imagenet', ...found };
  },
  judge: (form, outputs, facts) => judge(form as DetrForm, outputs, facts),
  createDecoder: (form, options) => createDecoder(form as DetrForm, options),
};

type Found = Pick<Recognised, 'outputs' | 'classCount' | 'classNames'>;

function recogniseBoxes(graph: OnnxGraph, shapeOf: (name: string) => InferredShape): Found | string {
  const boxes = shapeOf('boxes');
  if (boxes?.length !== 3 || (boxes[2] !== undefined && boxes[2] !== 4)) return 'its boxes must be [1,n,4]';
  for (const name of ['labels', 'scores']) if (shapeOf(name)?.length !== 2) return `its ${name} must be [1,n]`;
  return { outputs: ['labels', 'boxes', 'scores'], classCount: classesOf(graph, 'labels') ?? COCO_CLASSES };
}

function recogniseLogits(shapeOf: (name: string) => InferredShape): Found | string {
  const [boxes, logits] = [shapeOf('dets'), shapeOf('labels')];
  if (boxes?.length !== 3 || (boxes[2] !== undefined && boxes[2] !== 4)) return 'its dets must be [1,n,4]';
  const classCount = logits?.length === 3 ? logits[2] : undefined;
  if (classCount === undefined) return 'its labels must be [1,n,classes] with a fixed number of classes';
  return {
    outputs: ['dets', 'labels'],
    classCount,
    ...(classCount === COCO_BY_CATEGORY.length && { classNames: COCO_BY_CATEGORY }),
  };
}

/** The graph picks the best of all classes of all queries and takes the label from its position, modulo the classes. */
function classesOf({ index }: OnnxGraph, labels: string): number | undefined {
  for (let value = labels, steps = 0; steps < 8; steps++) {
    const node = index.producer(value);
    if (node === undefined) return undefined;
    const divisor =
      node.opType === 'Mod'
        ? node.input[1]
        : node.opType === 'Sub'
          ? node.input
              .map((name) => index.producer(name))
              .find((other) => other?.opType === 'Mul')
              ?.input.find((name) => wholeNumber(index, name) !== undefined)
          : undefined;
    if (divisor !== undefined) return wholeNumber(index, divisor);
    value = node.input[0];
  }
  return undefined;
}

function wholeNumber(index: OnnxGraph['index'], value: string): number | undefined {
  const constant = index.constant(value);
  const numbers = constant !== undefined ? tensorInts(constant) : undefined;
  const producer = index.producer(value);
  return numbers?.length === 1
    ? numbers[0]
    : producer?.opType === 'Cast' || producer?.opType === 'Identity'
      ? wholeNumber(index, producer.input[0])
      : undefined;
}
