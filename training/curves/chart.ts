import { drawing, element, escaped, label, line, polyline, type Markup } from '../../evaluation/report/markup.js';
import { scale, ticks, type Scale } from '../../evaluation/report/scale.js';
import { quantile } from '../../src/core/quantile.js';

/** Positions in a chart whose horizontal axis counts steps. */
export type Frame = {
  readonly x: Scale;
  readonly y: Scale;
  readonly top: number;
  readonly bottom: number;
  readonly parts: readonly Markup[];
};

export type ChartOptions = {
  readonly width: number;
  readonly height: number;
  readonly lastStep: number;
  /** The highest value that must be visible. */
  readonly most: number;
  readonly format?: (value: number) => string;
};

const [LEFT, RIGHT, TOP, BOTTOM] = [52, 14, 14, 38];

/** Axes from 0 on. Values above the last mark are drawn at it. */
export function frame({ width, height, lastStep, most, format = String }: ChartOptions): Frame {
  const [right, bottom] = [width - RIGHT, height - BOTTOM];
  const marks = ticks(most, 4);
  const greatest = marks[marks.length - 1];
  const x = scale([0, lastStep], [LEFT, right]);
  const linear = scale([0, greatest], [bottom, TOP]);
  const steps = ticks(lastStep, Math.round(width / 110)).filter((step) => step <= lastStep);
  return {
    x,
    y: (value) => linear(Math.min(value, greatest)),
    top: TOP,
    bottom,
    parts: [
      ...marks.map(
        (value) =>
          line(LEFT, linear(value), right, linear(value), 'grid') +
          label(LEFT - 8, linear(value) + 4, format(rounded(value)), 'tick', 'end'),
      ),
      ...steps.map((step) => label(x(step), bottom + 17, short(step), 'tick', x(step) > right - 20 ? 'end' : 'middle')),
      label((LEFT + right) / 2, height - 4, 'steps', 'tick', 'middle'),
    ],
  };
}

/** The highest value of a curve, unless a few outliers would flatten all others. */
export function seenMost(values: readonly number[]): number {
  const ascending = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (ascending.length === 0) return 1;
  const usual = quantile(ascending, 0.98);
  const most = ascending[ascending.length - 1];
  return most <= usual * 2 ? most : usual * 1.25;
}

export function curve(
  { x, y }: Frame,
  points: readonly (readonly [step: number, value: number])[],
  className: string,
): Markup {
  return polyline(
    points.map(([step, value]) => [x(step), y(value)] as const),
    className,
  );
}

export function chart(
  name: string,
  { width, height }: ChartOptions,
  { parts }: Frame,
  ...drawn: readonly Markup[]
): Markup {
  return drawing(name, width, height, ...parts, ...drawn);
}

export function legend(...keys: readonly (readonly [className: string, name: string])[]): Markup {
  return element(
    'div',
    { class: 'legend' },
    ...keys.map(([className, name]) => element('span', { class: `key ${className}` }, escaped(name))),
  );
}

function short(step: number): string {
  return step >= 10_000 ? `${rounded(step / 1000)}k` : String(step);
}

/** The value without floating-point noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
