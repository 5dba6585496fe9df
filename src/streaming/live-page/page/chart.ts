const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 88;
/** Room for the axis labels: of a digit, and beside the label. */
const DIGIT = 6.5;
const BESIDE_LABEL = 10;

export type ChartPart =
  | { readonly kind: 'path'; readonly className: string; readonly d: string }
  | { readonly kind: 'dot'; readonly className: string; readonly x: number; readonly y: number };

/** Places values over time: `now` is at the right edge. */
export type Scale = {
  readonly x: (atMs: number) => number;
  readonly y: (value: number) => number;
  readonly left: number;
  readonly bottom: number;
};

export type ChartOptions = {
  readonly spanMs: number;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
};

/** A small chart over the last seconds, redrawn completely. */
export function drawChart(
  host: Element,
  nowMs: number,
  { spanMs, ticks, format }: ChartOptions,
  parts: (scale: Scale) => readonly ChartPart[],
): void {
  const width = host.clientWidth;
  const top = Math.max(...ticks);
  const labels = ticks.map(format);
  const left = Math.ceil(DIGIT * Math.max(...labels.map(({ length }) => length)) + BESIDE_LABEL);
  const scale: Scale = {
    x: (atMs) => width - 3 - ((nowMs - atMs) / spanMs) * (width - left - 3),
    y: (value) => HEIGHT - 8 - (Math.min(value, top) / top) * (HEIGHT - 16),
    left,
    bottom: HEIGHT - 8,
  };
  const svg = node('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, 'aria-hidden': 'true' });
  for (const [i, tick] of ticks.entries()) {
    const y = scale.y(tick);
    const label = node('text', { x: String(left - 6), y: String(y + 4), 'text-anchor': 'end' });
    label.textContent = labels[i];
    svg.append(node('path', { class: 'grid', d: `M${left} ${y}H${width}` }), label);
  }
  for (const part of parts(scale)) {
    svg.append(
      part.kind === 'path'
        ? node('path', { class: part.className, d: part.d })
        : node('circle', { class: part.className, cx: String(part.x), cy: String(part.y), r: '3' }),
    );
  }
  host.replaceChildren(svg);
}

function node(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
