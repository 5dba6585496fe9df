import type { Size } from '../../../core/size.js';
import type { Judgement, JudgeFacts } from '../../family.js';
import { CODING_TEXTS, type BoxCoding } from '../box-coding.js';
import { rangeOf, rangeText, scoreKind, type Range } from '../score-range.js';
import { layoutOf, type YoloxForm } from './decode.js';
import { foreignHeads } from './foreign-heads.js';
import { dependenceOf } from './grid-dependence.js';
import { doubtOf, type ScoredCells, type Scores } from './objects-everywhere.js';

/**
 * Larger logarithms are no sizes: e^7 cells are 9000 pixels and more, even of the smallest stride. Trained networks
 * stay below 5.
 */
const LARGEST_LOG = 7;
/** No decoded box of a network of pixels is as small, and hardly one of fractions as large. */
const LARGEST_FRACTION = 2;
/** Numbers of a row of YOLOv8 and later, trained on COCO. */
const COCO_WITHOUT_OBJECTNESS = 84;
/** The sigmoid of a probability lies between these. */
const TWICE_SIGMOID: Range = { least: 0.499, most: 0.732 };
/** Fewer boxes than these say nothing about their unit. */
const LEAST_BOXES = 8;
const REMEDY =
  'export the network with undecoded boxes (YOLOX: tools/export_onnx.py), or run it in a detector made with defineDetector';

type Finding<T = string> = { readonly value: T; readonly warning?: string } | { readonly refusal: string };

/**
 * Judges rows by what holds for every network of their form, whatever it learned: finished boxes lie about their cells,
 * so their positions grow with the grid by one cell a cell; undecoded ones do not, and their logarithms of sizes are
 * small; probabilities lie between 0 and 1.
 */
export function judge(form: YoloxForm, outputs: readonly Float32Array[], { input, classCount }: JudgeFacts): Judgement {
  const claimed = layoutOf(form);
  const claimedScores = form.slice(claimed.length + 1) as Scores;
  if (claimed.endsWith('heads')) return judgeHeads(form, outputs, classCount);
  const [rows] = outputs;
  const width = 5 + classCount;
  const layout = judgeBoxes(claimed, rows, width, input);
  if ('refusal' in layout) return layout;
  if (layout.value !== claimed && width === COCO_WITHOUT_OBJECTNESS)
    return {
      refusal: `rows hold ${width} numbers, a finished box and probably COCO's 80 classes without objectness, as in YOLOv8 and later; ${REMEDY}`,
    };
  const scores = judgeScores(claimedScores, rangeOf(rows, 4, 1, width), rangeOf(rows, 5, classCount, width), 'rows');
  if ('refusal' in scores) return scores;
  const [objectness, classes] = [rows.subarray(4), rows.subarray(5)];
  const cells: ScoredCells[] = [
    { cells: rows.length / width, objectness, classes, classCount, cellStep: width, classStep: 1 },
  ];
  return judged(`${layout.value} ${scores.value}`, [layout.warning, scores.warning, doubtOf(cells, scores.value)]);
}

function judged(form: string, warnings: readonly (string | undefined)[]): Judgement {
  const given = warnings.filter((warning) => warning !== undefined);
  return { form, ...(given.length > 0 && { warning: given.join('; its ') }) };
}

function judgeBoxes(claimed: string, rows: Float32Array, width: number, input: Size): Finding {
  const [x, y] = [0, 1].map((column) => dependenceOf(rows, width, column, input));
  if (x?.axis === 'y' && y?.axis === 'x')
    return { refusal: `boxes are given as y and x instead of x and y; ${REMEDY}` };
  const other = [x, y].find((dependence) => dependence?.unit === 'other');
  if (other !== undefined)
    return {
      refusal:
        `box positions grow along the grid in steps of an unknown unit, ${Number(other.pixelsPerUnit.toPrecision(3))} pixels of the input; ` +
        REMEDY,
    };
  const boxes = activeBoxes(rows, width);
  if (x?.axis === 'x' && y?.axis === 'y' && x.unit === y.unit) {
    // Positions reach across the whole input. Sizes that are larger than these throughout are the other corners.
    const areCorners = shareOf(boxes, ([a, b, c, d]) => c >= a && d >= b) > 0.9;
    const coding: BoxCoding = areCorners
      ? x.unit === 'pixels'
        ? 'corners'
        : 'corner fractions'
      : x.unit === 'pixels'
        ? 'decoded'
        : 'decoded fractions';
    if (!areCorners && shareOf(boxes, ([, , w, h]) => w < 0 || h < 0) > 0.5)
      return { refusal: `boxes lie about their cells, but their sizes are negative; ${REMEDY}` };
    return claimed === coding ? { value: coding } : adapted(coding, 'they follow the grid');
  }
  if (claimed !== 'undecoded') {
    const negative = shareOf(boxes, ([, , w, h]) => w < 0 || h < 0);
    if (negative > 0.5)
      return {
        refusal: `boxes are decoded by the graph, but ${percent(negative)} of them have a negative width or height; ${REMEDY}`,
      };
    if (claimed === 'decoded' && boxes.length >= LEAST_BOXES && shareOf(boxes, areFractions) === 1)
      return adapted('decoded fractions', `none of their numbers exceeds ${LARGEST_FRACTION}`);
    return { value: claimed };
  }
  if (shareOf(boxes, areNoLogarithms) <= 0.5) return { value: claimed };
  // No logarithms. Few boxes show no slope, so a coding has to be the only possible one.
  const areCentres = boxes.every(([, , w, h]) => w > 0 && h > 0) && boxes.every((box) => isNear(box, input));
  const areCorners = boxes.every(([a, b, c, d]) => c > a && d > b);
  if (areCentres && !areCorners) return adapted('decoded', `as logarithms their sizes would be ${largest(boxes)}`);
  return {
    refusal: `boxes are not undecoded as YOLOX's are, because their sizes would be ${largest(boxes)}, and are no other kind for certain; ${REMEDY}`,
  };
}

function adapted(coding: BoxCoding, because: string): Finding {
  return {
    value: coding,
    warning:
      `boxes are taken as ${CODING_TEXTS[coding]}, because ${because}; the number behind each box is taken as ` +
      'objectness, which YOLOv8 and later lack. Other networks than YOLOX often want other pictures, too: see --preprocess',
  };
}

/** Heads are undecoded by their form alone; nothing else fits them. */
function judgeHeads(form: YoloxForm, outputs: readonly Float32Array[], classCount: number): Judgement {
  const layout = layoutOf(form);
  const perLevel = layout === 'three heads' ? 1 : 3;
  const foreign = perLevel === 1 ? foreignHeads(outputs, 5 + classCount) : undefined;
  if (foreign !== undefined) return { refusal: `${foreign}; ${REMEDY}` };
  const logs: (readonly number[])[] = [];
  const objectness: Range[] = [];
  const classes: Range[] = [];
  const scored: ScoredCells[] = [];
  for (let first = 0; first < outputs.length; first += perLevel) {
    const together = outputs[first];
    const [classMap, box, object] =
      perLevel === 1 ? split(together, classCount) : [outputs[first], outputs[first + 1], outputs[first + 2]];
    const cells = object.length;
    for (let cell = 0; cell < cells; cell++)
      logs.push([box[cell], box[cells + cell], box[2 * cells + cell], box[3 * cells + cell]]);
    objectness.push(...present(rangeOf(object)));
    classes.push(...present(rangeOf(classMap)));
    scored.push({ cells, objectness: object, classes: classMap, classCount, cellStep: 1, classStep: cells });
  }
  const boxes = logs.filter((box) => box.some((value) => value !== 0) && box.every(Number.isFinite));
  if (shareOf(boxes, areNoLogarithms) > 0.5)
    return {
      refusal: `boxes are not undecoded as YOLOX's are, because their sizes would be ${largest(boxes)}; ${REMEDY}`,
    };
  const scores = judgeScores(form.slice(layout.length + 1) as Scores, union(objectness), union(classes), 'heads');
  return 'refusal' in scores
    ? scores
    : judged(`${layout} ${scores.value}`, [scores.warning, doubtOf(scored, scores.value)]);
}

function split(together: Float32Array, classCount: number): readonly [Float32Array, Float32Array, Float32Array] {
  const cells = together.length / (5 + classCount);
  return [together.subarray(5 * cells), together.subarray(0, 4 * cells), together.subarray(4 * cells, 5 * cells)];
}

function judgeScores(
  claimed: Scores,
  objectness: Range | undefined,
  classes: Range | undefined,
  where: 'rows' | 'heads',
): Finding<Scores> {
  if (objectness === undefined || classes === undefined) return { value: claimed };
  const kinds = [scoreKind(objectness), scoreKind(classes)];
  const ranges = `objectness goes from ${rangeText(objectness)} and its classes from ${rangeText(classes)}`;
  if (kinds.includes('probabilities') && [objectness, classes].every((range) => isWithin(range, TWICE_SIGMOID)))
    return {
      refusal: `scores pass through the sigmoid twice: its ${ranges}; export them with one sigmoid, or before it`,
    };
  if (claimed === 'logits') {
    // Untrained logits spread about 0 as well, so that every value between 0 and 1 is no accident in both.
    if (kinds.every((kind) => kind === 'probabilities'))
      return { value: 'probabilities', warning: `scores are taken as probabilities, because its ${ranges}` };
    return { value: claimed };
  }
  if (kinds.includes('logits')) {
    if (kinds.includes('probabilities'))
      return {
        refusal: `${where} hold probabilities and logits side by side: its ${ranges}; export both with a sigmoid, or both without`,
      };
    return { value: 'logits', warning: `scores are taken as logits, because its ${ranges}` };
  }
  if (kinds.includes('neither'))
    return { refusal: `scores are no probabilities: its ${ranges}; export them from 0 to 1, or before the sigmoid` };
  return { value: claimed };
}

function activeBoxes(rows: Float32Array, width: number): (readonly number[])[] {
  const boxes: (readonly number[])[] = [];
  for (let at = 0; at < rows.length; at += width) {
    const box = Array.from(rows.subarray(at, at + 4));
    if (box.some((value) => value !== 0) && box.every(Number.isFinite)) boxes.push(box);
  }
  return boxes;
}

const areFractions = (box: readonly number[]): boolean => box.every((value) => Math.abs(value) <= LARGEST_FRACTION);
const areNoLogarithms = ([, , w, h]: readonly number[]): boolean => Math.max(w, h) > LARGEST_LOG;

/** Not farther away than the input is large, and not more than four times as large. */
function isNear([x, y, w, h]: readonly number[], { width, height }: Size): boolean {
  return x > -width && x < 2 * width && y > -height && y < 2 * height && w <= 4 * width && h <= 4 * height;
}

function largest(boxes: readonly (readonly number[])[]): string {
  const log = boxes.reduce((most, [, , w, h]) => Math.max(most, w, h), -Infinity);
  return `up to e^${Number(log.toPrecision(3))} cells`;
}

function shareOf<T>(all: readonly T[], test: (one: T) => boolean): number {
  return all.length === 0 ? 0 : all.filter(test).length / all.length;
}

function isWithin({ least, most }: Range, bounds: Range): boolean {
  return least >= bounds.least && most <= bounds.most;
}

function union(ranges: readonly Range[]): Range | undefined {
  return ranges.length === 0
    ? undefined
    : {
        least: Math.min(...ranges.map(({ least }) => least)),
        most: Math.max(...ranges.map(({ most }) => most)),
      };
}

function present<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
