import { drawChart, type ChartPart } from '../chart.js';
import type { CameraModel } from './camera-model.js';
import { TIMELINE_MS } from './camera-model.js';
import { DROP_OUTCOMES, dropOutcome } from './drop-reasons.js';

const BIN_MS = 2000;

/** Frames of the last minute by their outcome: a column for each two seconds, percepts below and drops above. */
export function drawTimeline(host: Element, { latencies, drops }: CameraModel, nowMs: number): void {
  const bins = new Map<number, Map<string, number>>();
  const count = (atMs: number, outcome: string): void => {
    const at = Math.floor(atMs / BIN_MS);
    const bin = bins.get(at) ?? new Map<string, number>();
    bins.set(at, bin.set(outcome, (bin.get(outcome) ?? 0) + 1));
  };
  for (const { atMs } of latencies) count(atMs, 'answered');
  for (const { atMs, reason } of drops) count(atMs, dropOutcome(reason));
  const perSecond = [...bins.values()].map((bin) => sum([...bin.values()]) / (BIN_MS / 1000));
  const top = Math.max(10, Math.ceil(Math.max(0, ...perSecond) / 10) * 10);
  const options = { spanMs: TIMELINE_MS, ticks: [0, top / 2, top], format: (value: number) => String(value) };
  drawChart(host, nowMs, options, ({ x, y, left }) => {
    const paths = new Map<string, string>();
    for (const [at, bin] of bins) {
      const from = x(at * BIN_MS) + 0.5;
      const to = Math.min(x((at + 1) * BIN_MS) - 0.5, x(nowMs));
      if (from < left || to <= from) continue;
      let below = 0;
      for (const outcome of ['answered', ...DROP_OUTCOMES]) {
        const value = (bin.get(outcome) ?? 0) / (BIN_MS / 1000);
        if (value === 0) continue;
        const [bottom, upper] = [y(below), y(below + value)].map((edge) => edge.toFixed(1));
        paths.set(
          outcome,
          `${paths.get(outcome) ?? ''}M${from.toFixed(1)} ${bottom}V${upper}H${to.toFixed(1)}V${bottom}Z`,
        );
        below += value;
      }
    }
    return [...paths].map(([outcome, d]): ChartPart => ({ kind: 'path', className: `bar ${outcome}`, d }));
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
