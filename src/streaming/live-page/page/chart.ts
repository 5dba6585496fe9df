const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 84;
/** Room for the axis labels. */
const LEFT = 30;

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
  const scale: Scale = {
    x: (atMs) => width - 3 - ((nowMs - atMs) / spanMs) * (width - LEFT - 3),
    y: (value) => HEIGHT - 4 - (Math.min(value, top) / top) * (HEIGHT - 12),
    left: LEFT,
    bottom: HEIGHT - 4,
  };
  const svg = node('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, 'aria-hidden': 'true' });
  for (const tick of ticks) {
    const y = scale.y(tick);
    const label = node('text', { x: String(LEFT - 7), y: String(y + 4), 'text-anchor': 'end' });
    label.textContent = format(tick);
    svg.append(node('path', { class: 'grid', d: `M${LEFT} ${y}H${width}` }), label);
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
