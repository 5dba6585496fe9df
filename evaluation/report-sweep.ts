import { card, factList, figure, page, scrolling } from './report/page.js';
import { speedCurves, sweepBars } from './report/sweep-charts.js';
import { cell, dataTable, number, rowHead } from './report/tables.js';
import { sweepCells } from './sweep-table.js';
import { bestRow, type SweepRow } from './sweep.js';

/** More bars than this make the drawing longer than a screen. */
const MOST_BARS = 30;

export type SweepReport = {
  readonly rows: readonly SweepRow[];
  /** The inputs and settings of the sweep, by name. */
  readonly facts: readonly (readonly [name: string, value: string])[];
};

/** A sweep as one self-contained HTML file. */
export function renderSweep({ rows, facts }: SweepReport): string {
  const best = bestRow(rows);
  const { head, body } = sweepCells(rows);
  const speeds = new Set(rows.map(({ perfFactor }) => perfFactor)).size;
  return page({
    title: 'Streaming AP of many settings',
    subtitle: `${rows.length} ${rows.length === 1 ? 'combination' : 'combinations'}, simulated`,
    headline:
      best === undefined
        ? []
        : [
            figure(number(best.stats.AP), 'best streaming AP', true),
            figure(best.detector, 'detector'),
            figure(best.schedule, 'schedule'),
            figure(best.forecast, 'forecaster'),
            figure(number(best.offlineAP), 'its offline AP'),
          ],
    cards: [
      card(
        rows.length > MOST_BARS ? `The best ${MOST_BARS}` : 'Combinations',
        'The dashed mark is the offline AP of the detector.',
        scrolling(sweepBars(rows, MOST_BARS)),
        true,
      ),
      speeds < 2
        ? ''
        : card(
            'Speed',
            'For each detector, the best schedule and forecaster at each speed.',
            scrolling(speedCurves(rows)),
            true,
          ),
      card(
        'All numbers',
        '',
        scrolling(
          dataTable(
            head,
            body.map(([first, ...others]) => [rowHead(first), ...others.map(cell)]),
          ),
        ),
        true,
      ),
      card('Settings', '', factList(facts), true),
    ],
    footer:
      'Every combination draws the same runtimes. Streaming AP as in Li, Wang and Ramanan, “Towards Streaming Perception” (2020). Made by Nowcast.',
  });
}
