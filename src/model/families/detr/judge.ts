import { lowerMedian } from '../../../core/quantile.js';
import type { Judgement, JudgeFacts } from '../../family.js';
import { CODING_TEXTS, type BoxCoding } from '../box-coding.js';
import { rangeOf, rangeText, scoreKind } from '../score-range.js';
import { formOf, partsOf, type DetrForm } from './decode.js';

/** Fewer boxes than these tell no coding. */
const LEAST_BOXES = 8;
/** Largest coordinate of a box in fractions; trained networks reach beyond the picture's border a little. */
const LARGEST_FRACTION = 2;
const REMEDY = 'export the network as its own repository does, or run it in a detector made with defineDetector';

/** Share of the boxes that a coding must fit before another one is given up for it. */
const CERTAIN = 0.98;

type Row = readonly [number, number, number, number];

/**
 * Judges queries by what holds for every network of their form: corners come in order, sizes are positive, fractions
 * are small numbers and pixels are not, probabilities lie between 0 and 1.
 */
export function judge(form: DetrForm, outputs: readonly Float32Array[], { input }: JudgeFacts): Judgement {
  const { head, coding } = partsOf(form);
  const [boxes, scores] = head === 'boxes' ? [outputs[1], outputs[2]] : outputs;
  const range = rangeOf(scores);
  const kind = range === undefined ? 'either' : scoreKind(range);
  if (head === 'boxes' && (kind === 'logits' || kind === 'neither'))
    return { refusal: `scores are no probabilities, they go from ${rangeText(range!)}; ${REMEDY}` };
  const isAfterSigmoid = head === 'logits' && kind === 'probabilities';
  const found = codingOf(coding, boxes, Math.min(input.width, input.height));
  const warnings = [
    ...(isAfterSigmoid ? [`scores are taken as probabilities, because they go from ${rangeText(range!)}`] : []),
    ...(found === coding ? [] : [`boxes are taken as ${CODING_TEXTS[found]}, because they fit nothing else`]),
  ];
  return {
    form: formOf(isAfterSigmoid ? 'probabilities' : head, found),
    ...(warnings.length > 0 && { warning: warnings.join('; ') }),
  };
}

/** The coding that fits the boxes; the claimed one unless the numbers speak against it clearly. */
function codingOf(claimed: BoxCoding, boxes: Float32Array, side: number): BoxCoding {
  const rows = Array.from({ length: boxes.length / 4 }, (_, row): Row => {
    const [a, b, c, d] = boxes.subarray(4 * row, 4 * row + 4);
    return [a, b, c, d];
  }).filter((row) => row.every(Number.isFinite) && row.some((value) => value !== 0));
  if (rows.length < LEAST_BOXES) return claimed;
  const share = (test: (row: Row) => boolean): number => rows.filter(test).length / rows.length;
  const largest = lowerMedian(rows.map((row) => Math.max(...row.map(Math.abs))));
  // Between the two, as in a small network's small input, the numbers tell nothing.
  const isFraction = largest <= LARGEST_FRACTION ? true : largest > side / 8 ? false : claimed.endsWith('fractions');
  const inOrder = share(([x1, y1, x2, y2]) => x2 >= x1 && y2 >= y1);
  const positive = share(([, , w, h]) => w >= 0 && h >= 0);
  // Taken as centres, boxes given by their corners reach far beyond the picture at the right and at the bottom.
  const end = isFraction ? 1 : side;
  const beyond = share(([x, y, w, h]) => x + w / 2 > 1.1 * end || y + h / 2 > 1.1 * end);
  const areCorners = claimed.startsWith('corner')
    ? inOrder > 0.5 || positive < CERTAIN
    : inOrder > CERTAIN && (beyond > 0.2 || positive < 0.5);
  if (areCorners) return isFraction ? 'corner fractions' : 'corners';
  return isFraction ? 'decoded fractions' : 'decoded';
}
