import type { Size } from '../src/core/size.js';
import type { Shape } from './figure.js';

/**
 * The visible part of one figure. Bounds are in pixels of the picture, at the edges of cells; empty if nothing is
 * visible.
 */
export type Seen = {
  /** Number of cells that it covers, hidden or not, inside the picture or beside it. */
  all: number;
  /** Number of the picture's cells that show it. */
  visible: number;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
};

/** How far the grid extends beyond the picture, as a fraction of it: cut-off parts count as hidden. */
const MARGIN = 0.4;

/**
 * The visible figure of each cell: a grid on which figures are filled from the farthest to the nearest, in the order of
 * drawing. Plain arithmetic, so it is the same on every machine.
 */
export class Coverage {
  readonly #cell: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #marginX: number;
  readonly #marginY: number;
  readonly #width: number;
  readonly #owner: Int16Array;
  readonly #all: number[] = [];

  /** @param cell side of a cell, pixels */
  constructor({ width, height }: Size, cell: number) {
    this.#cell = cell;
    this.#columns = Math.ceil(width / cell);
    this.#rows = Math.ceil(height / cell);
    this.#marginX = Math.ceil(MARGIN * this.#columns);
    this.#marginY = Math.ceil(MARGIN * this.#rows);
    this.#width = this.#columns + 2 * this.#marginX;
    this.#owner = new Int16Array(this.#width * (this.#rows + 2 * this.#marginY)).fill(-1);
  }

  /** Adds the next nearer figure. */
  add(shapes: readonly Shape[]): void {
    this.#all.push(0);
    for (const shape of shapes) if (!shape.isDetail) this.#fill(shape);
  }

  /** The results for the figures, in the order of addition. */
  seen(): Seen[] {
    const seen = this.#all.map((all): Seen => ({
      all,
      visible: 0,
      x1: Infinity,
      y1: Infinity,
      x2: -Infinity,
      y2: -Infinity,
    }));
    for (let y = 0; y < this.#rows; y++) {
      let i = (y + this.#marginY) * this.#width + this.#marginX;
      for (let x = 0; x < this.#columns; x++, i++) {
        const owner = this.#owner[i];
        if (owner < 0) continue;
        const figure = seen[owner];
        figure.visible++;
        if (x < figure.x1) figure.x1 = x;
        if (x >= figure.x2) figure.x2 = x + 1;
        if (y < figure.y1) figure.y1 = y;
        figure.y2 = y + 1;
      }
    }
    for (const figure of seen) {
      figure.x1 *= this.#cell;
      figure.y1 *= this.#cell;
      figure.x2 *= this.#cell;
      figure.y2 *= this.#cell;
    }
    return seen;
  }

  #fill(shape: Shape): void {
    switch (shape.kind) {
      case 'polygon':
        this.#polygon(shape.points);
        break;
      case 'quads':
        for (let i = 0; i < shape.points.length; i += 8) this.#polygon(shape.points.slice(i, i + 8));
        break;
      case 'discs':
        for (let i = 0; i < shape.circles.length; i += 3)
          this.#disc(shape.circles[i], shape.circles[i + 1], shape.circles[i + 2]);
        break;
      case 'stroke':
        this.#stroke(shape.points, shape.width / 2);
        break;
    }
  }

  #polygon(points: readonly number[]): void {
    let [top, bottom] = [Infinity, -Infinity];
    for (let i = 1; i < points.length; i += 2) {
      if (points[i] < top) top = points[i];
      if (points[i] > bottom) bottom = points[i];
    }
    const crossings: number[] = [];
    for (let row = this.#firstRow(top), end = this.#lastRow(bottom); row <= end; row++) {
      const y = (row - this.#marginY + 0.5) * this.#cell;
      crossings.length = 0;
      let [x0, y0] = [points[points.length - 2], points[points.length - 1]];
      for (let i = 0; i < points.length; i += 2) {
        const [x1, y1] = [points[i], points[i + 1]];
        if (y0 <= y !== y1 <= y) crossings.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
        x0 = x1;
        y0 = y1;
      }
      if (crossings.length > 2) crossings.sort((a, b) => a - b);
      for (let i = 1; i < crossings.length; i += 2)
        this.#span(row, Math.min(crossings[i - 1], crossings[i]), Math.max(crossings[i - 1], crossings[i]));
    }
  }

  #disc(x: number, y: number, drawnRadius: number): void {
    const radius = this.#atLeastACell(drawnRadius);
    for (let row = this.#firstRow(y - radius), end = this.#lastRow(y + radius); row <= end; row++) {
      const off = (row - this.#marginY + 0.5) * this.#cell - y;
      const half = Math.sqrt(Math.max(0, radius * radius - off * off));
      this.#span(row, x - half, x + half);
    }
  }

  #stroke(points: readonly number[], drawnHalf: number): void {
    const half = this.#atLeastACell(drawnHalf);
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = [points[i], points[i + 1]];
      this.#disc(x, y, half);
      if (i === 0) continue;
      const [dx, dy] = [x - points[i - 2], y - points[i - 1]];
      const length = Math.hypot(dx, dy);
      if (length === 0) continue;
      const [nx, ny] = [(-dy / length) * half, (dx / length) * half];
      this.#polygon([x + nx, y + ny, x - nx, y - ny, x - dx - nx, y - dy - ny, x - dx + nx, y - dy + ny]);
    }
  }

  /** Figures thinner than a cell still count as visible. */
  #atLeastACell(half: number): number {
    return Math.max(half, this.#cell / 2);
  }

  #firstRow(y: number): number {
    return Math.max(0, Math.ceil(y / this.#cell - 0.5) + this.#marginY);
  }

  #lastRow(y: number): number {
    return Math.min(this.#rows + 2 * this.#marginY - 1, Math.floor(y / this.#cell - 0.5) + this.#marginY);
  }

  /** Assigns the cells whose middles lie between two columns to the newest figure. */
  #span(row: number, x1: number, x2: number): void {
    const owner = this.#all.length - 1;
    const from = row * this.#width + Math.max(0, Math.ceil(x1 / this.#cell - 0.5) + this.#marginX);
    const to = row * this.#width + Math.min(this.#width - 1, Math.floor(x2 / this.#cell - 0.5) + this.#marginX);
    for (let i = from; i <= to; i++) {
      if (this.#owner[i] === owner) continue;
      this.#owner[i] = owner;
      this.#all[owner]++;
    }
  }
}
