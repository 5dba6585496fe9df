import { UsageError } from './errors.js';
import { allowedNumbers, readNumber, type NumberRule } from './number-rule.js';
import { problemOfPoints, type Point } from './polygon.js';

/** An area of the picture. An object is in it if the middle of its box's lower edge is; an edge is inside. */
export type ZoneRule = {
  /** Corners as fractions of the picture, in order, 3 or more. */
  readonly points: readonly Point[];
  /** Names of the classes that count. Default: all. */
  readonly classes?: readonly string[] | undefined;
  /** An object enters after it was inside for this long without a sighting outside, in milliseconds of stream time. */
  readonly enterMs: number;
  /** It leaves after it was outside for this long without a sighting inside. */
  readonly leaveMs: number;
  /** It counts once this time has passed since it came in, for zones in which people linger. */
  readonly dwellMs: number;
};

/** A line that counts the objects which cross it. The first point is its beginning. */
export type LineRule = {
  /** Points as fractions of the picture, 2 or more. */
  readonly points: readonly Point[];
  readonly classes?: readonly string[] | undefined;
  /** An object is on a side once it was this far from the line, as a fraction of the picture's diagonal. */
  readonly minDistance: number;
  /** It is so too, however close, after this time on one side, in milliseconds of stream time. */
  readonly minMs: number;
  /** Names of the two directions: towards the left, and towards the right, as one looks along the line. */
  readonly toLeft: string;
  readonly toRight: string;
};

/** An area in which detections are ignored, by the middle of the lower edge. */
export type MaskRule = {
  readonly points: readonly Point[];
  readonly classes?: readonly string[] | undefined;
};

/** The detections and tracks that are objects. */
export type ObjectFilter = {
  /** A detection below this score is not seen, 0 to 1. */
  readonly minScore: number;
  /** A track becomes an object once the median of its last ten scores is this high, and stays one; 0 to 1. */
  readonly threshold: number;
  /** Area of the box as a fraction of the picture. */
  readonly minArea: number;
  readonly maxArea: number;
  /** Width of the box over its height. */
  readonly minRatio: number;
  /** Undefined: any. */
  readonly maxRatio?: number | undefined;
};

/** The rules of one stream's scene. Names are those of zones, lines, masks and classes. */
export type SceneRules = {
  readonly zones: Readonly<Record<string, ZoneRule>>;
  readonly lines: Readonly<Record<string, LineRule>>;
  readonly masks: Readonly<Record<string, MaskRule>>;
  /** For classes without values of their own. */
  readonly filter: ObjectFilter;
  readonly filterByClass: Readonly<Record<string, Partial<ObjectFilter>>>;
  /** An object ends after it was not seen for this long: as long as its tracker keeps a track. */
  readonly lostMs: number;
  /** An object whose box stays for this long is stationary. */
  readonly stationaryMs: number;
};

/** A zone; what is left out has its default. */
export type ZoneOptions = Pick<ZoneRule, 'points' | 'classes'> & {
  readonly enterMs?: number | undefined;
  readonly leaveMs?: number | undefined;
  readonly dwellMs?: number | undefined;
};

/** A line; what is left out has its default. */
export type LineOptions = Pick<LineRule, 'points' | 'classes'> & {
  readonly minDistance?: number | undefined;
  readonly minMs?: number | undefined;
  readonly toLeft?: string | undefined;
  readonly toRight?: string | undefined;
};

/** A filter; what is left out has its default. */
export type FilterOptions = { readonly [K in keyof ObjectFilter]?: ObjectFilter[K] | undefined };

/** The same with every default left out. */
export type SceneOptions = {
  readonly zones?: Readonly<Record<string, ZoneOptions>> | undefined;
  readonly lines?: Readonly<Record<string, LineOptions>> | undefined;
  readonly masks?: Readonly<Record<string, MaskRule>> | undefined;
  /** The filter of all classes, and values of single classes over it. */
  readonly objects?:
    | (FilterOptions & {
        readonly perClass?: Readonly<Record<string, FilterOptions>> | undefined;
        readonly stationaryMs?: number | undefined;
      })
    | undefined;
  readonly lostMs?: number | undefined;
};

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/**
 * At 5 percepts a second, an object must be seen twice in a zone, and at 30 seven times, so that a box which jumps for
 * one frame enters nothing. Leaving takes longer: a box shrinks for some frames when its object is half hidden.
 */
export const ZONE_DEFAULTS: Pick<ZoneRule, 'enterMs' | 'leaveMs' | 'dwellMs'> = {
  enterMs: 200,
  leaveMs: 500,
  dwellMs: 0,
};

/**
 * A detected foot varies by about 1 % of the picture, so 2 % is beyond noise. The time is for objects that stop right
 * behind the line; it is long, because one that stands on the line is on the same side for some percepts by chance.
 */
export const LINE_DEFAULTS: Omit<LineRule, 'points' | 'classes'> = {
  minDistance: 0.02,
  minMs: 2000,
  toLeft: 'in',
  toRight: 'out',
};

export const FILTER_DEFAULTS: ObjectFilter = {
  minScore: 0,
  threshold: 0,
  minArea: 0,
  maxArea: 1,
  minRatio: 0,
};

export const SCENE_DEFAULTS = { lostMs: 1000, stationaryMs: 10_000 } as const;

export const FILTER_RULES = {
  minScore: { min: 0, max: 1 },
  threshold: { min: 0, max: 1 },
  minArea: { min: 0, max: 1 },
  maxArea: { min: 0, max: 1 },
  minRatio: { min: 0 },
  maxRatio: { above: 0 },
} as const satisfies Record<keyof ObjectFilter, NumberRule>;

const TIME: NumberRule = { min: 0 };

/**
 * The rules with their defaults filled in.
 * @param spelled a field as messages name it, of `zones.yard.enterMs`
 * @throws UsageError naming the field, its value and what it must be
 */
export function sceneRules(options: SceneOptions, spelled = (field: string): string => field): SceneRules {
  const { lostMs = SCENE_DEFAULTS.lostMs, objects = {} } = options;
  const { stationaryMs = SCENE_DEFAULTS.stationaryMs, perClass, ...filterOfAll } = objects;
  check('lostMs', lostMs, TIME);
  check('objects.stationaryMs', stationaryMs, TIME);
  const filter = filterOf('objects', FILTER_DEFAULTS, filterOfAll, spelled);
  return {
    zones: each('zones', options.zones, (where, zone) => {
      const rule = withDefaults<ZoneRule>(ZONE_DEFAULTS, zone);
      checkPoints(where, rule.points, true);
      for (const name of ['enterMs', 'leaveMs', 'dwellMs'] as const) check(`${where}.${name}`, rule[name], TIME);
      return rule;
    }),
    lines: each('lines', options.lines, (where, line) => {
      const rule = withDefaults<LineRule>(LINE_DEFAULTS, line);
      checkPoints(where, rule.points, false);
      check(`${where}.minDistance`, rule.minDistance, { min: 0, max: 1 });
      check(`${where}.minMs`, rule.minMs, TIME);
      if (rule.toLeft === rule.toRight)
        throw new UsageError(
          `${spelled(`${where}.toLeft`)} and ${spelled(`${where}.toRight`)} are both "${rule.toLeft}"; give the two directions different names`,
        );
      return rule;
    }),
    masks: each('masks', options.masks, (where, mask) => {
      checkPoints(where, mask.points, true);
      return mask;
    }),
    filter,
    filterByClass: each('objects.perClass', perClass, (where, own) => filterOf(where, filter, own, spelled)),
    lostMs,
    stationaryMs,
  };
}

/** The filter of a class. */
export function filterFor({ filter, filterByClass }: SceneRules, className: string): ObjectFilter {
  return Object.hasOwn(filterByClass, className) ? { ...filter, ...filterByClass[className] } : filter;
}

function filterOf(
  where: string,
  under: ObjectFilter,
  own: FilterOptions,
  spelled: (field: string) => string,
): ObjectFilter {
  const filter = withDefaults(under, own);
  for (const [name, rule] of Object.entries(FILTER_RULES) as [keyof ObjectFilter, NumberRule][])
    if (own[name] !== undefined) check(`${where}.${name}`, own[name], rule);
  for (const [least, most] of [
    ['minArea', 'maxArea'],
    ['minRatio', 'maxRatio'],
  ] as const) {
    const limit = filter[most];
    if (limit !== undefined && filter[least] > limit)
      throw new UsageError(
        `${spelled(`${where}.${least}`)} is ${filter[least]}, above ${spelled(`${where}.${most}`)}, ${limit}, so that no object passes; lower it`,
      );
  }
  return filter;
}

function withDefaults<T extends object>(defaults: Partial<T>, given: Given<T>): T {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(set) } as unknown as T;
}

function each<T, R>(
  section: string,
  entries: Readonly<Record<string, T>> | undefined,
  ruleOf: (where: string, entry: T) => R,
): Readonly<Record<string, R>> {
  return Object.fromEntries(
    Object.entries(entries ?? {}).map(([name, entry]) => [name, ruleOf(`${section}.${name}`, entry)]),
  );
}

function check(where: string, value: unknown, rule: NumberRule): void {
  if (typeof value !== 'number' || readNumber(value, rule) === undefined)
    throw new UsageError(`${where} must be ${allowedNumbers(rule)}, got ${String(value)}`);
}

function checkPoints(where: string, points: unknown, isClosed: boolean): void {
  const arePoints =
    Array.isArray(points) &&
    points.every(
      (point) => Array.isArray(point) && point.length === 2 && point.every((value) => typeof value === 'number'),
    );
  if (!arePoints)
    throw new UsageError(`${where}.points must be a list of points [x, y], got ${JSON.stringify(points) ?? 'nothing'}`);
  const problem = problemOfPoints(points as Point[], isClosed);
  if (problem !== undefined) throw new UsageError(`${where}.points ${problem}`);
}
