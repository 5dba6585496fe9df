import { drawing, element, label, line, tooltip, type Markup } from './markup.js';
import { scale } from './scale.js';
import { number, signed } from './tables.js';

const WIDTH = 1000;
const ROW_HEIGHT = 26;
const [LEFT, RIGHT] = [220, WIDTH - 80];
/** A longer name would reach into the drawing. */
const LONGEST_NAME = 30;

type Pair = { readonly name: string; readonly a: number | null; readonly b: number | null };

/** The scores of A and B in each sequence, two dots joined by a line, the greatest gain first. */
export function differenceChart(sequences: readonly Pair[]): Markup {
  const pairs = [...sequences].sort((one, other) => gainOf(other) - gainOf(one));
  const x = scale([0, 1], [LEFT, RIGHT]);
  const bottom = pairs.length * ROW_HEIGHT + 4;
  const grid = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (value) =>
      line(x(value), 0, x(value), bottom, 'grid') + label(x(value), bottom + 16, value.toFixed(1), 'tick', 'middle'),
  );
  const rows = pairs.map(({ name, a, b }, i) => {
    const y = i * ROW_HEIGHT + 15;
    const dot = (value: number | null, className: string): Markup =>
      value === null ? '' : element('circle', { cx: x(value), cy: y, r: 5, class: `dot ${className}` });
    const change = a === null || b === null ? null : b - a;
    return element(
      'g',
      {},
      tooltip(`${name}: A ${number(a)}, B ${number(b)}`),
      label(LEFT - 12, y + 4, name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name, 'name', 'end'),
      a === null || b === null ? '' : line(x(a), y, x(b), y, b >= a ? 'change gain' : 'change loss'),
      dot(a, 'first'),
      dot(b, 'second'),
      label(RIGHT + 12, y + 4, signed(change), 'value'),
    );
  });
  const legend = element(
    'div',
    { class: 'legend' },
    element('span', { class: 'key first dot' }, 'A'),
    element('span', { class: 'key second dot' }, 'B'),
  );
  return drawing('Streaming AP of both runs by sequence', WIDTH, bottom + 24, ...grid, ...rows) + legend;
}

function gainOf({ a, b }: Pair): number {
  return a === null || b === null ? -Infinity : b - a;
}
