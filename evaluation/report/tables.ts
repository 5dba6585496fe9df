import { classScores } from '../class-scores.js';
import { DEFAULT_LIMITS, type CocoEvaluation, type CocoStats, type DetectionLimits } from '../coco-ap.js';
import type { GroundTruth } from '../ground-truth.js';
import { element, escaped, type Markup } from './markup.js';

/** The scores of each class, the classes with most objects first. */
export function classTable({ classes }: GroundTruth, evaluation: CocoEvaluation): Markup {
  const scores = classScores(evaluation);
  const order = classes.map((_, k) => k).sort((a, b) => scores[b].objects - scores[a].objects);
  const rows = order.map((k) => {
    const { objects, detections, AP, AP50, AP75, AR } = scores[k];
    return [
      rowHead(classes[k].name),
      cell(String(objects)),
      cell(String(detections)),
      barCell(AP),
      cell(number(AP50)),
      cell(number(AP75)),
      cell(number(AR)),
    ];
  });
  const recall = `AR${evaluation.scored.matcher.detections.limits[2]}`;
  return dataTable(['class', 'objects', 'detections', 'AP', 'AP50', 'AP75', recall], rows);
}

/** The twelve numbers of COCO. */
export function statsTable(stats: CocoStats, limits: DetectionLimits = DEFAULT_LIMITS): Markup {
  const limitOf: Partial<Record<keyof CocoStats, number>> = { AR1: limits[0], AR10: limits[1], AR100: limits[2] };
  const titleOf = (key: keyof CocoStats): string => (limitOf[key] === undefined ? key : `AR${limitOf[key]}`);
  const groups: [string, (keyof CocoStats)[]][] = [
    ['precision', ['AP', 'AP50', 'AP75', 'APs', 'APm', 'APl']],
    ['recall', ['AR1', 'AR10', 'AR100', 'ARs', 'ARm', 'ARl']],
  ];
  return groups
    .map(([name, keys]) =>
      element(
        'table',
        { class: 'stats' },
        element('thead', {}, element('tr', {}, ...keys.map((key) => element('th', { scope: 'col' }, titleOf(key))))),
        element('tbody', {}, element('tr', { 'aria-label': name }, ...keys.map((key) => cell(number(stats[key]))))),
      ),
    )
    .join('');
}

export function number(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

/** A change of a score, with its sign. */
export function signed(value: number | null): string {
  if (value === null) return '–';
  const digits = Math.abs(value).toFixed(3);
  return digits === '0.000' ? digits : `${value < 0 ? '\u2212' : '+'}${digits}`;
}

/** @param rows of cells made by {@link rowHead}, {@link cell} and {@link barCell} */
export function dataTable(head: readonly string[], rows: readonly (readonly Markup[])[]): Markup {
  const heads = head.map((name) =>
    element('th', { scope: 'col', class: name === 'AP' ? 'meter' : undefined }, escaped(name)),
  );
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...rows.map((cells) => element('tr', {}, ...cells))),
  );
}

export function rowHead(text: string): Markup {
  return element('th', { scope: 'row' }, escaped(text));
}

export function cell(text: string): Markup {
  return element('td', {}, escaped(text));
}

export function barCell(value: number | null): Markup {
  return element(
    'td',
    { class: 'meter' },
    element(
      'div',
      {},
      element('b', {}, number(value)),
      element('span', {}, element('i', { style: `width:${((value ?? 0) * 100).toFixed(1)}%` })),
    ),
  );
}
