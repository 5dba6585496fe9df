import type { Point } from './api.js';
import type { Shape } from './shapes.js';

const SVG = 'http://www.w3.org/2000/svg';
/** Steps of the arrow keys, as fractions of the picture; with Shift the larger. */
const [STEP, LARGE_STEP] = [0.005, 0.05];
const HANDLE_RADIUS = 8;

export type ZoneLayerListener = {
  readonly onMove: (point: number, to: Point) => void;
  readonly onRemove: (point: number) => void;
  readonly onSelect: (shape: number) => void;
};

/** Zones, lines and masks over a picture. The selected one has handles for mouse, touch and keyboard. */
export class ZoneLayer {
  readonly element = document.createElementNS(SVG, 'svg');
  readonly #listener: ZoneLayerListener;
  #shapes: readonly Shape[] = [];
  #selected: number | undefined;

  constructor(listener: ZoneLayerListener) {
    this.#listener = listener;
    this.element.setAttribute('class', 'zones');
    new ResizeObserver(() => this.#draw()).observe(this.element);
  }

  /** @param selected undefined: nothing can be changed */
  show(shapes: readonly Shape[], selected: number | undefined): void {
    [this.#shapes, this.#selected] = [shapes, selected];
    this.#draw();
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    const focused = (document.activeElement as SVGElement | null)?.dataset['point'];
    const isOurs = this.element.contains(document.activeElement);
    this.element.setAttribute('viewBox', `0 0 ${width || 1} ${height || 1}`);
    const at = ([x, y]: Point): readonly [number, number] => [x * width, y * height];
    this.element.replaceChildren(
      ...this.#shapes.map((shape, i) => this.#shape(shape, i, at)),
      ...(this.#selected === undefined ? [] : this.#handles(this.#shapes[this.#selected], at)),
    );
    if (isOurs && focused !== undefined) this.element.querySelector<SVGElement>(`[data-point="${focused}"]`)?.focus();
  }

  #shape({ kind, name, points }: Shape, index: number, at: (point: Point) => readonly [number, number]): SVGElement {
    const path = points
      .map((point) =>
        at(point)
          .map((value) => value.toFixed(1))
          .join(' '),
      )
      .join('L');
    const [x, y] = at(points.reduce((least, point) => (point[1] < least[1] ? point : least)));
    const label = node('text', { x: String(Math.max(8, x)), y: String(y < 24 ? y + 18 : y - 7), class: 'name' });
    label.textContent = name;
    const isSelected = index === this.#selected;
    const group = node('g', { class: `shape ${kind}${isSelected ? ' selected' : ''}` });
    group.append(node('path', { d: `M${path}${kind === 'line' ? '' : 'Z'}` }), ...arrow(kind, points, at), label);
    if (this.#selected !== undefined) group.addEventListener('pointerdown', () => this.#listener.onSelect(index));
    return group;
  }

  #handles({ name, points }: Shape, at: (point: Point) => readonly [number, number]): SVGElement[] {
    return points.map((point, i) => {
      const [x, y] = at(point);
      const handle = node('circle', {
        class: 'handle',
        cx: x.toFixed(1),
        cy: y.toFixed(1),
        r: String(HANDLE_RADIUS),
        tabindex: '0',
        role: 'button',
        'data-point': String(i),
        'aria-label': `point ${i + 1} of ${name}, ${Math.round(100 * point[0])} % across, ${Math.round(100 * point[1])} % down; arrow keys move it`,
      });
      handle.addEventListener('pointerdown', (event) => this.#drag(event, i));
      handle.addEventListener('keydown', (event) => this.#key(event, i, point));
      return handle;
    });
  }

  #drag(down: PointerEvent, point: number): void {
    down.preventDefault();
    down.stopPropagation();
    (down.currentTarget as SVGElement).focus();
    // The handles are made anew at each move, so the drawing follows the pointer.
    const move = (event: PointerEvent): void => {
      const { left, top, width, height } = this.element.getBoundingClientRect();
      this.#listener.onMove(point, [(event.clientX - left) / width, (event.clientY - top) / height]);
    };
    const ended = new AbortController();
    window.addEventListener('pointermove', move, { signal: ended.signal });
    for (const type of ['pointerup', 'pointercancel'] as const)
      window.addEventListener(type, () => ended.abort(), { signal: ended.signal });
  }

  #key(event: KeyboardEvent, point: number, [x, y]: Point): void {
    const step = event.shiftKey ? LARGE_STEP : STEP;
    const moves: Readonly<Partial<Record<string, Point>>> = {
      ArrowLeft: [x - step, y],
      ArrowRight: [x + step, y],
      ArrowUp: [x, y - step],
      ArrowDown: [x, y + step],
    };
    const to = moves[event.key];
    if (to !== undefined) this.#listener.onMove(point, to);
    else if (event.key === 'Delete' || event.key === 'Backspace') this.#listener.onRemove(point);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** The direction in which a line is drawn, which gives it a left and a right. */
function arrow(
  kind: Shape['kind'],
  points: readonly Point[],
  at: (point: Point) => readonly [number, number],
): SVGElement[] {
  if (kind !== 'line') return [];
  const [[fromX, fromY], [toX, toY]] = [at(points.at(-2)!), at(points.at(-1)!)];
  const angle = (Math.atan2(toY - fromY, toX - fromX) * 180) / Math.PI;
  return [
    node('path', {
      class: 'arrow',
      d: 'M-12 -6L0 0L-12 6',
      transform: `translate(${toX} ${toY}) rotate(${angle.toFixed(1)})`,
    }),
  ];
}

function node(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
