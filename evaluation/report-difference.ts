import type { RunDifference } from './diff.js';
import type { GroundTruth } from './ground-truth.js';
import { differenceChart } from './report/difference-chart.js';
import { card, factList, figure, page, scrolling } from './report/page.js';
import { cell, dataTable, number, rowHead, signed } from './report/tables.js';
import type { Markup } from './report/markup.js';
import { counted } from '../src/core/counted.js';

export type DifferenceReport = {
  readonly truth: GroundTruth;
  readonly difference: RunDifference;
  /** The inputs and settings of the comparison, by name. */
  readonly facts: readonly (readonly [name: string, value: string])[];
};

/** The comparison of two runs as one self-contained HTML file. */
export function renderDifference({ truth, difference: result, facts }: DifferenceReport): string {
  const { a, b, difference, interval, frames, sequences } = result;
  return page({
    title: 'Streaming AP of two runs',
    subtitle: `A and B on the same ${counted(truth.images.length, 'frame')} in ${counted(truth.sequences.length, 'sequence')}`,
    headline: [
      figure(signed(difference), 'B − A, in streaming AP', true),
      figure(
        interval === null ? '–' : `${signed(interval.low)} to ${signed(interval.high)}`,
        interval === null ? 'no interval with one sequence' : `95 % interval, ${interval.resamples} resamples`,
      ),
      figure(number(a.stats.AP), 'streaming AP of A'),
      figure(number(b.stats.AP), 'streaming AP of B'),
    ],
    cards: [
      card('Sequences', '', scrolling(differenceChart(sequences)), true),
      card('Numbers', '', scrolling(numbersTable(result))),
      card(
        'Frames',
        'The output that each frame was scored on, in B compared with A.',
        factList([
          ['newer', String(frames.newer)],
          ['equally old', String(frames.equal)],
          ['older', String(frames.older)],
        ]) + factList(facts),
      ),
      card('Classes', '', scrolling(classesTable(result)), true),
    ],
    footer:
      'Every resample draws the same sequences for both runs, so that the difficulty of a sequence cancels out. Made by Nowcast.',
  });
}

function numbersTable({ a, b }: RunDifference): Markup {
  const rows: [string, number | null, number | null][] = (['AP', 'AP50', 'AP75', 'APs', 'APm', 'APl'] as const).map(
    (key) => [key, a.stats[key], b.stats[key]],
  );
  if (a.attribution !== null && b.attribution !== null) {
    for (const [name, key] of STEPS) rows.push([name, a.attribution[key], b.attribution[key]]);
  }
  return dataTable(
    ['', 'A', 'B', 'B − A'],
    rows.map(([name, one, other]) => [
      rowHead(name),
      cell(number(one)),
      cell(number(other)),
      cell(signed(one === null || other === null ? null : other - one)),
    ]),
  );
}

const STEPS = [
  ['lost to the one-frame floor', 'oneFrameFloor'],
  ['lost to latency', 'latency'],
  ['lost to jitter', 'jitter'],
  ['lost to drops', 'drops'],
  ['lost to forecasting', 'forecasting'],
] as const;

function classesTable({ a, b }: RunDifference): Markup {
  const rows = Object.entries(a.perClass)
    .sort(([, one], [, other]) => other.objects - one.objects)
    .map(([name, { objects, AP }]) => {
      const other = b.perClass[name].AP;
      return [
        rowHead(name),
        cell(String(objects)),
        cell(number(AP)),
        cell(number(other)),
        cell(signed(AP === null || other === null ? null : other - AP)),
      ];
    });
  return dataTable(['class', 'objects', 'AP of A', 'AP of B', 'B − A'], rows);
}
