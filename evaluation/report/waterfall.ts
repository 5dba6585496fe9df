import type { Attribution } from '../attribution.js';
import { drawing, element, label, line, rect, tooltip, type Markup } from './markup.js';
import { scale } from './scale.js';
import { signed } from './tables.js';

type Row = {
  readonly name: string;
  readonly why: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'ideal' | 'total' | 'loss' | 'gain';
};

const WIDTH = 1000;
const ROW_HEIGHT = 32;
const [LEFT, RIGHT] = [120, WIDTH - 64];

/** From a perfect score down to the streaming AP, each step a bar between two totals. */
export function waterfall(attribution: Attribution): Markup {
  const rows = rowsOf(attribution);
  const x = scale([0, 1], [LEFT, RIGHT]);
  const bottom = rows.length * ROW_HEIGHT + 4;
  const grid = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (value) =>
      line(x(value), 0, x(value), bottom, 'grid') + label(x(value), bottom + 16, value.toFixed(1), 'tick', 'middle'),
  );
  const bars = rows.map(({ name, why, from, to, kind }, i) => {
    const y = i * ROW_HEIGHT + 6;
    const isTotal = kind === 'total' || kind === 'ideal';
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    const width = Math.max(1.5, x(high) - x(low));
    const value = isTotal ? to.toFixed(3) : signed(to - from);
    return element(
      'g',
      { class: `row ${kind}` },
      tooltip(`${name}: ${value}\n${why}`),
      label(LEFT - 12, y + 16, name, isTotal ? 'name strong' : 'name', 'end'),
      rect(x(low), y, width, 22, 'bar'),
      label(x(low) + width + 8, y + 16, value, 'value'),
      i + 1 < rows.length ? line(x(to), y + 22, x(to), y + ROW_HEIGHT, 'joint') : '',
    );
  });
  return drawing('Where AP is lost, from a perfect score to streaming AP', WIDTH, bottom + 24, ...grid, ...bars);
}

function rowsOf({ offlineAP, sAP, detector, oneFrameFloor, latency, jitter, drops, forecasting }: Attribution): Row[] {
  const rows: Row[] = [
    { name: 'perfect', why: 'every object found, in place, on every frame', from: 0, to: 1, kind: 'ideal' },
  ];
  const step = (name: string, loss: number, why: string): void => {
    const from = rows[rows.length - 1].to;
    rows.push({ name, why, from, to: from - loss, kind: loss > 0 ? 'loss' : 'gain' });
  };
  step('detector', detector, 'what it gets wrong even with all the time in the world');
  rows.push({ name: 'offline AP', why: 'every frame, without a clock', from: 0, to: offlineAP, kind: 'total' });
  step(
    'one-frame floor',
    oneFrameFloor,
    'an output takes a moment, so that at best a frame is held against the one before',
  );
  step('latency', latency, 'every frame detected on as it comes, and each takes the mean time');
  step('jitter', jitter, 'the same, and each takes its own time');
  step('drops', drops, 'the schedule: frames dropped, and frames that waited for the detector');
  if (forecasting !== 0) step('forecasting', forecasting, 'objects carried forward to the present');
  rows.push({ name: 'streaming AP', why: 'what the world saw', from: 0, to: sAP, kind: 'total' });
  return rows;
}
