import type { SweepRow } from '../sweep.js';
import { drawing, element, escaped, label, line, polyline, rect, tooltip, type Markup } from './markup.js';
import { scale } from './scale.js';
import { number } from './tables.js';

const WIDTH = 1000;
const ROW_HEIGHT = 26;
const [LEFT, RIGHT] = [330, WIDTH - 60];
/** A longer name would reach into the drawing. */
const LONGEST_NAME = 46;
/** The colours of the report. */
const COLOURS = ['first', 'second', 'third', 'fourth'] as const;

/** Streaming AP of the best rows as bars, the best first; the colour is the detector's. */
export function sweepBars(rows: readonly SweepRow[], most: number): Markup {
  const best = [...rows].sort((a, b) => (b.stats.AP ?? -1) - (a.stats.AP ?? -1)).slice(0, most);
  const detectors = [...new Set(rows.map(({ detector }) => detector))];
  const x = scale([0, 1], [LEFT, RIGHT]);
  const bottom = best.length * ROW_HEIGHT + 4;
  const grid = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (value) =>
      line(x(value), 0, x(value), bottom, 'grid') + label(x(value), bottom + 16, value.toFixed(1), 'tick', 'middle'),
  );
  const bars = best.map((row, i) => {
    const y = i * ROW_HEIGHT + 4;
    const ap = row.stats.AP ?? 0;
    return element(
      'g',
      {},
      tooltip(`${nameOf(row)}: streaming AP ${number(row.stats.AP)}, offline AP ${number(row.offlineAP)}`),
      label(LEFT - 12, y + 14, shortened(nameOf(row)), 'name', 'end'),
      rect(x(0), y, x(ap) - x(0), 18, `bar ${colourOf(detectors.indexOf(row.detector))}`),
      row.offlineAP === null ? '' : line(x(row.offlineAP), y - 2, x(row.offlineAP), y + 20, 'marker'),
      label(Math.max(x(ap), x(row.offlineAP ?? 0)) + 8, y + 14, number(row.stats.AP), 'value'),
    );
  });
  return drawing('Streaming AP of the combinations', WIDTH, bottom + 24, ...grid, ...bars) + legend(detectors);
}

const [PLOT_HEIGHT, PLOT_LEFT, PLOT_TOP] = [300, 44, 12];

/** Streaming AP over the speed of the device: for each detector, its best schedule and forecaster at each speed. */
export function speedCurves(rows: readonly SweepRow[]): Markup {
  const detectors = [...new Set(rows.map(({ detector }) => detector))];
  const factors = [...new Set(rows.map(({ perfFactor }) => perfFactor))].sort((a, b) => a - b);
  const bottom = PLOT_HEIGHT - 36;
  const x = scale([Math.log(factors[0]), Math.log(factors[factors.length - 1])], [PLOT_LEFT + 20, WIDTH - 40]);
  const y = scale([0, 1], [bottom, PLOT_TOP]);
  const curves = detectors.map((detector, d) => {
    const points = factors.flatMap((factor): [number, number][] => {
      const scores = rows.flatMap(({ stats, ...row }) =>
        row.detector === detector && row.perfFactor === factor && stats.AP !== null ? [stats.AP] : [],
      );
      return scores.length === 0 ? [] : [[x(Math.log(factor)), y(Math.max(...scores))]];
    });
    const dots = points.map(([cx, cy]) => element('circle', { cx, cy, r: 4, class: `dot ${colourOf(d)}` }));
    return polyline(points, `curve ${colourOf(d)}`) + dots.join('');
  });
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (value) =>
      line(PLOT_LEFT, y(value), WIDTH - 20, y(value), 'grid') +
      label(PLOT_LEFT - 8, y(value) + 4, String(value), 'tick', 'end'),
  );
  const marks = factors.map((factor) => label(x(Math.log(factor)), bottom + 16, `×${factor}`, 'tick', 'middle'));
  return (
    drawing(
      'Streaming AP by the speed of the device',
      WIDTH,
      PLOT_HEIGHT,
      ...grid,
      ...curves,
      ...marks,
      label(WIDTH / 2, PLOT_HEIGHT - 4, 'speed of the device, with the profiled one as 1', 'tick', 'middle'),
    ) + legend(detectors)
  );
}

function nameOf({ detector, schedule, forecast, perfFactor }: SweepRow): string {
  return [
    detector,
    schedule,
    ...(forecast === 'none' ? [] : [forecast]),
    ...(perfFactor === 1 ? [] : [`×${perfFactor}`]),
  ].join(', ');
}

function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `…${name.slice(1 - LONGEST_NAME)}` : name;
}

function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length];
}

function legend(detectors: readonly string[]): Markup {
  const keys = detectors.map((name, d) => element('span', { class: `key ${colourOf(d)}` }, escaped(name)));
  return element('div', { class: 'legend' }, ...keys);
}
