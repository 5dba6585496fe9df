import { drawing, element, label, line, rect, tooltip, type Markup } from './markup.js';
import { quantile } from '../../src/core/quantile.js';
import { scale, ticks } from './scale.js';
import { counted } from '../../src/core/counted.js';

const [WIDTH, HEIGHT] = [460, 240];
const [LEFT, RIGHT, TOP, BOTTOM] = [40, WIDTH - 12, 26, HEIGHT - 36];
const BINS = 32;

/** Latency of outputs, from the capture of their frame, in milliseconds. */
export function latencyHistogram(latenciesMs: readonly number[]): Markup {
  if (latenciesMs.length === 0) return element('p', { class: 'empty' }, 'nothing came out');
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  // A few stragglers would squeeze all others into one bar, so the last bin holds all values beyond it.
  const top = Math.max(
    sorted[sorted.length - 1] <= quantile(sorted, 0.99) * 1.5
      ? sorted[sorted.length - 1]
      : quantile(sorted, 0.99) * 1.25,
    1,
  );
  const marks = ticks(top, 6);
  const end = marks[marks.length - 1];
  const counts = new Array<number>(BINS).fill(0);
  for (const value of sorted) counts[Math.min(BINS - 1, Math.floor((value / end) * BINS))]++;
  const x = scale([0, end], [LEFT, RIGHT]);
  const bars = counts.map((count, bin): Bar => ({
    x: x((bin * end) / BINS),
    width: (RIGHT - LEFT) / BINS - 1,
    count,
    tip: `${Math.round((bin * end) / BINS)} to ${bin === BINS - 1 && sorted[sorted.length - 1] > end ? 'more' : Math.round(((bin + 1) * end) / BINS)} ms: ${count} outputs`,
  }));
  const quantiles = (
    [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const
  ).map(([name, q], i) => {
    const at = x(Math.min(quantile(sorted, q), end));
    return (
      line(at, TOP - 6, at, BOTTOM, 'marker') +
      label(
        at + (i === 0 ? -5 : 5),
        TOP - 8,
        `${name} ${quantile(sorted, q).toFixed(0)}`,
        'tick',
        i === 0 ? 'end' : 'start',
      )
    );
  });
  return drawing(
    'Latency of outputs in milliseconds',
    WIDTH,
    HEIGHT,
    ...barChart(bars),
    ...marks.map((value) => label(x(value), BOTTOM + 16, String(value), 'tick', value === end ? 'end' : 'middle')),
    label((LEFT + RIGHT) / 2, HEIGHT - 4, 'milliseconds from capture to output', 'tick', 'middle'),
    ...quantiles,
  );
}

/** Age in frames of the outputs that frames were paired with. */
export function mismatchHistogram(
  mismatches: readonly { readonly mismatch: number; readonly frames: number }[],
  miss: number,
): Markup {
  const total = mismatches.reduce((sum, { frames }) => sum + frames, miss);
  const bins = [
    ...mismatches.map(({ mismatch, frames }) => ({
      name: String(mismatch),
      frames,
      tip: `${counted(mismatch, 'frame')} behind: ${counted(frames, 'frame')}`,
    })),
    ...(miss > 0 ? [{ name: 'miss', frames: miss, tip: `no output yet: ${counted(miss, 'frame')}` }] : []),
  ];
  if (bins.length === 0) return element('p', { class: 'empty' }, 'no frames');
  const step = (RIGHT - LEFT) / bins.length;
  const bars = bins.map(({ frames, tip, name }, i): Bar => ({
    x: LEFT + i * step + step * 0.15,
    width: step * 0.7,
    count: frames,
    tip: `${tip} (${percent(frames / total)})`,
    alarm: name === 'miss',
  }));
  const every = Math.ceil(bins.length / 16);
  return drawing(
    'Age of outputs in frames',
    WIDTH,
    HEIGHT,
    ...barChart(bars),
    ...bins.flatMap(({ name, frames }, i) => [
      i % every === 0 || name === 'miss' ? label(LEFT + (i + 0.5) * step, BOTTOM + 16, name, 'tick', 'middle') : '',
      bins.length <= 12
        ? label(LEFT + (i + 0.5) * step, heightOf(bars)(frames) - 5, percent(frames / total), 'tick', 'middle')
        : '',
    ]),
    label((LEFT + RIGHT) / 2, HEIGHT - 4, 'frames since the one that the output had seen', 'tick', 'middle'),
  );
}

type Bar = {
  readonly x: number;
  readonly width: number;
  readonly count: number;
  readonly tip: string;
  readonly alarm?: boolean;
};

function barChart(bars: readonly Bar[]): Markup[] {
  const y = heightOf(bars);
  const marks = ticks(Math.max(...bars.map(({ count }) => count)), 4);
  return [
    ...marks.map(
      (value) =>
        line(LEFT, y(value), RIGHT, y(value), 'grid') + label(LEFT - 8, y(value) + 4, String(value), 'tick', 'end'),
    ),
    ...bars.map(({ x, width, count, tip, alarm }) =>
      rect(x, y(count), width, BOTTOM - y(count), alarm ? 'bar alarm' : 'bar', tooltip(tip)),
    ),
  ];
}

function heightOf(bars: readonly Bar[]): (count: number) => number {
  const marks = ticks(Math.max(...bars.map(({ count }) => count)), 4);
  return scale([0, marks[marks.length - 1]], [BOTTOM, TOP]);
}

function percent(share: number): string {
  return share > 0 && share < 0.01 ? '<1%' : `${Math.round(share * 100)}%`;
}
