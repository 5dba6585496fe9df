import type { CameraRules, Point } from './api.js';

export const SHAPE_KINDS = ['zone', 'line', 'mask'] as const;
export type ShapeKind = (typeof SHAPE_KINDS)[number];

/** A zone, line or mask while it is drawn. Points are fractions of the picture. */
export type Shape = {
  readonly kind: ShapeKind;
  readonly name: string;
  readonly points: readonly Point[];
  /** Its other keys in the configuration, as lines of YAML: `dwell: 10s`. */
  readonly keys: readonly string[];
};

const LEAST_POINTS: Readonly<Record<ShapeKind, number>> = { zone: 3, line: 2, mask: 3 };
const SECTIONS: Readonly<Record<ShapeKind, string>> = { zone: 'zones', line: 'lines', mask: 'masks' };
/** New shapes begin here, in the middle of the picture. */
const FIRST_POINTS: Readonly<Record<ShapeKind, readonly Point[]>> = {
  zone: [
    [0.35, 0.4],
    [0.65, 0.4],
    [0.65, 0.8],
    [0.35, 0.8],
  ],
  line: [
    [0.3, 0.6],
    [0.7, 0.6],
  ],
  mask: [
    [0.4, 0.1],
    [0.6, 0.1],
    [0.6, 0.3],
    [0.4, 0.3],
  ],
};

/** The shapes of a camera as its configuration has them. */
export function shapesOf({ zones, lines, masks }: Pick<CameraRules, 'zones' | 'lines' | 'masks'>): Shape[] {
  return [
    ...Object.entries(zones).map(([name, { points, classes, enterMs, leaveMs, dwellMs }]): Shape => ({
      kind: 'zone',
      name,
      points,
      keys: [
        ...classesLine(classes),
        ...timeLine('enter', enterMs, 200),
        ...timeLine('leave', leaveMs, 500),
        ...timeLine('dwell', dwellMs, 0),
      ],
    })),
    ...Object.entries(lines).map(([name, { points, classes, minDistance, minMs, toLeft, toRight }]): Shape => ({
      kind: 'line',
      name,
      points,
      keys: [
        ...classesLine(classes),
        ...(minDistance === 0.02 ? [] : [`min_distance: ${minDistance}`]),
        ...timeLine('min_time', minMs, 2000),
        ...(toLeft === 'in' ? [] : [`to_left: ${scalar(toLeft)}`]),
        ...(toRight === 'out' ? [] : [`to_right: ${scalar(toRight)}`]),
      ],
    })),
    ...Object.entries(masks).map(([name, { points, classes }]): Shape => ({
      kind: 'mask',
      name,
      points,
      keys: classesLine(classes),
    })),
  ];
}

/** A new shape with a name that no other has. */
export function newShape(kind: ShapeKind, others: readonly Shape[]): Shape {
  const names = new Set(others.map(({ name }) => name));
  let name: string = kind;
  for (let i = 2; names.has(name); i++) name = `${kind}${i}`;
  return { kind, name, points: FIRST_POINTS[kind], keys: [] };
}

export function withPoint(shape: Shape, index: number, point: Point): Shape {
  return { ...shape, points: shape.points.with(index, inside(point)) };
}

/** Adds a point in the middle between a point and the next one. */
export function withPointAfter(shape: Shape, index: number): Shape {
  const [from, to] = [shape.points[index], shape.points[(index + 1) % shape.points.length]];
  const isEnd = shape.kind === 'line' && index === shape.points.length - 1;
  const added: Point = isEnd ? [from[0] + 0.05, from[1]] : [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  return { ...shape, points: shape.points.toSpliced(index + 1, 0, inside(added)) };
}

/** Without a point, unless the shape needs it. */
export function withoutPoint(shape: Shape, index: number): Shape {
  return shape.points.length <= LEAST_POINTS[shape.kind]
    ? shape
    : { ...shape, points: shape.points.toSpliced(index, 1) };
}

/** The sections of a camera for its configuration. */
export function yamlOf(camera: string, shapes: readonly Shape[]): string {
  const lines = ['cameras:', `  ${scalar(camera)}:`];
  for (const kind of SHAPE_KINDS) {
    const own = shapes.filter((shape) => shape.kind === kind);
    if (own.length === 0) continue;
    lines.push(`    ${SECTIONS[kind]}:`);
    for (const { name, points, keys } of own) {
      lines.push(`      ${scalar(name)}:`, `        points: [${points.map(pointText).join(', ')}]`);
      lines.push(...keys.map((key) => `        ${key}`));
    }
  }
  return `${lines.join('\n')}\n`;
}

function pointText([x, y]: Point): string {
  return `[${Number(x.toFixed(3))}, ${Number(y.toFixed(3))}]`;
}

function inside([x, y]: Point): Point {
  return [Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y))];
}

function classesLine(classes: readonly string[] | undefined): string[] {
  return classes === undefined ? [] : [`classes: [${classes.map(scalar).join(', ')}]`];
}

function timeLine(key: string, ms: number, usualMs: number): string[] {
  return ms === usualMs ? [] : [`${key}: ${ms === 0 ? 'none' : ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`}`];
}

/** Words that YAML may read as something else than text are quoted. */
function scalar(text: string): string {
  const isPlain = /^[a-z_][\w-]*$/i.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n|none)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}
