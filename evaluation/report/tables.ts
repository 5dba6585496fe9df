import { meanPrecision, meanRecall, type CocoEvaluation, type CocoStats } from '../coco-ap.js';

import type { GroundTruth } from '../ground-truth.js';
import { element, escaped, type Markup } from './markup.js';

/** AP of each class, the classes with most objects first. */
export function classTable({ classes, objects }: GroundTruth, { apPerClass, accumulated }: CocoEvaluation): Markup {
  const count = new Int32Array(classes.length);
  for (const k of objects.classIndex) count[k]++;
  const order = classes.map((_, k) => k).sort((a, b) => count[b] - count[a]);
  const rows = order.map((k) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, escaped(classes[k].name)),
      cell(String(count[k])),
      barCell(apPerClass[k]),
      cell(number(meanPrecision(accumulated, { classIndex: k, threshold: 0 }))),
      cell(number(meanPrecision(accumulated, { classIndex: k, threshold: 5 }))),
      cell(number(meanRecall(accumulated, { classIndex: k }))),
    ),
  );
  return element(
    'table',
    {},
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...['class', 'objects', 'AP', 'AP50', 'AP75', 'AR100'].map((name) =>
          element('th', { scope: 'col', class: name === 'AP' ? 'meter' : undefined }, name),
        ),
      ),
    ),
    element('tbody', {}, ...rows),
  );
}

/** The twelve numbers of COCO. */
export function statsTable(stats: CocoStats): Markup {
  const groups: [string, (keyof CocoStats)[]][] = [
    ['precision', ['AP', 'AP50', 'AP75', 'APs', 'APm', 'APl']],
    ['recall', ['AR1', 'AR10', 'AR100', 'ARs', 'ARm', 'ARl']],
  ];
  return groups
    .map(([name, keys]) =>
      element(
        'table',
        { class: 'stats' },
        element('thead', {}, element('tr', {}, ...keys.map((key) => element('th', { scope: 'col' }, key)))),
        element('tbody', {}, element('tr', { 'aria-label': name }, ...keys.map((key) => cell(number(stats[key]))))),
      ),
    )
    .join('');
}

export function number(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

function cell(text: string): Markup {
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
