import { IOU_THRESHOLDS, RECALL_THRESHOLDS, type Accumulated } from '../coco-ap.js';
import { AREA_RANGES, DEFAULT_LIMITS } from '../coco-ap.js';
import type { GroundTruthClass } from '../ground-truth.js';
import { drawing, element, escaped, label, line, polyline, tooltip, type Markup } from './markup.js';
import { scale } from './scale.js';

const [WIDTH, HEIGHT] = [460, 330];
const [LEFT, RIGHT, TOP, BOTTOM] = [40, WIDTH - 12, 12, HEIGHT - 36];
const CURVES = [
  { name: 'IoU 0.50', className: 'curve first', thresholds: [0] },
  { name: 'IoU 0.75', className: 'curve second', thresholds: [5] },
  { name: 'IoU 0.50:0.95', className: 'curve third', thresholds: IOU_THRESHOLDS.map((_, t) => t) },
] as const;

/** Precision over recall, for all classes together and for each; a menu selects. */
export function precisionRecall(accumulated: Accumulated, classes: readonly GroundTruthClass[]): Markup {
  const scored = classes
    .map(({ name }, k) => ({ name, k }))
    .filter(({ k }) => precisionAt(accumulated, [0], [k], 0) !== undefined);
  const views = [
    { name: 'all classes', ks: scored.map(({ k }) => k) },
    ...scored.map(({ name, k }) => ({ name, ks: [k] })),
  ];
  const options = views.map(({ name }, i) => element('option', { value: String(i) }, escaped(name)));
  const drawn = views.map(({ name, ks }, i) =>
    element(
      'g',
      { 'data-view': String(i), class: i === 0 ? undefined : 'hidden' },
      ...CURVES.map(({ name: curve, className, thresholds }) =>
        element('g', {}, tooltip(`${name}, ${curve}`), polyline(pointsOf(accumulated, thresholds, ks), className)),
      ),
    ),
  );
  return (
    element(
      'label',
      { class: 'menu' },
      'of ',
      element('select', { 'data-menu': 'views', 'aria-label': 'Class' }, ...options),
    ) +
    drawing('Precision over recall', WIDTH, HEIGHT, ...axes(), ...drawn) +
    element(
      'div',
      { class: 'legend' },
      ...CURVES.map(({ name, className }) =>
        element('span', { class: className.replace('curve', 'key') }, escaped(name)),
      ),
    )
  );
}

function axes(): Markup[] {
  const [x, y] = [scale([0, 1], [LEFT, RIGHT]), scale([0, 1], [BOTTOM, TOP])];
  return [
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((value) => [
      line(LEFT, y(value), RIGHT, y(value), 'grid'),
      label(LEFT - 8, y(value) + 4, String(value), 'tick', 'end'),
      label(x(value), BOTTOM + 16, String(value), 'tick', value === 1 ? 'end' : 'middle'),
    ]),
    label((LEFT + RIGHT) / 2, HEIGHT - 4, 'recall', 'tick', 'middle'),
  ];
}

function pointsOf(accumulated: Accumulated, thresholds: readonly number[], ks: readonly number[]): [number, number][] {
  const [x, y] = [scale([0, 1], [LEFT, RIGHT]), scale([0, 1], [BOTTOM, TOP])];
  return RECALL_THRESHOLDS.map((recall, r) => [x(recall), y(precisionAt(accumulated, thresholds, ks, r) ?? 0)]);
}

/** Mean precision at a recall, for all sizes and 100 detections; undefined if no class has an object. */
function precisionAt(
  { classes, precision }: Accumulated,
  thresholds: readonly number[],
  ks: readonly number[],
  r: number,
): number | undefined {
  const [A, M] = [AREA_RANGES.length, DEFAULT_LIMITS.length];
  let sum = 0;
  let count = 0;
  for (const t of thresholds) {
    for (const k of ks) {
      const value = precision[((t * RECALL_THRESHOLDS.length + r) * classes + k) * A * M + M - 1];
      if (value < 0) continue;
      sum += value;
      count++;
    }
  }
  return count === 0 ? undefined : sum / count;
}
