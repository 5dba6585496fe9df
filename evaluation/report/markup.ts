/** Markup that can go into a page unescaped. */
export type Markup = string;

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element with its children, which are markup already; undefined attributes are omitted. */
export function element(name: string, attributes: Attributes = {}, ...children: readonly Markup[]): Markup {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === undefined ? '' : ` ${key}="${escaped(typeof value === 'number' ? short(value) : value)}"`,
  );
  return `<${name}${written.join('')}>${children.join('')}</${name}>`;
}

/** Text as markup. */
export function escaped(text: string): Markup {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A drawing that fills its card's width; coordinates are in CSS pixels of a card as wide as `width`. */
export function drawing(label: string, width: number, height: number, ...children: readonly Markup[]): Markup {
  return element('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label }, ...children);
}

export function line(x1: number, y1: number, x2: number, y2: number, className: string): Markup {
  return element('line', { x1, y1, x2, y2, class: className });
}

export function rect(
  x: number,
  y: number,
  width: number,
  height: number,
  className: string,
  ...children: readonly Markup[]
): Markup {
  return element(
    'rect',
    {
      x,
      y,
      width: Math.max(0, width),
      height: Math.max(0, height),
      class: className,
      rx: Math.min(3, width / 2, height / 2),
    },
    ...children,
  );
}

export function label(
  x: number,
  y: number,
  text: string,
  className: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): Markup {
  return element('text', { x, y, class: className, 'text-anchor': anchor }, escaped(text));
}

/** The tooltip of the parent element. */
export function tooltip(text: string): Markup {
  return element('title', {}, escaped(text));
}

export function polyline(points: readonly (readonly [number, number])[], className: string): Markup {
  return element('polyline', {
    points: points.map(([x, y]) => `${short(x)},${short(y)}`).join(' '),
    class: className,
    fill: 'none',
  });
}

/** Hundredths are invisible, and shorter than more digits. */
function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
