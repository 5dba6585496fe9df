import { STATUS_STATES, isDropReason, type SourceEvent } from '../core/events.js';
import { shown } from '../core/extension.js';
import { CAPTURE_CLOCKS } from '../core/frame.js';

type Rule = { readonly wanted: string; readonly holds: (value: unknown) => boolean };

type KeyRule = Rule & { readonly key: string; readonly path: readonly string[] };

const TEXT: Rule = { wanted: 'a text that is not empty', holds: (value) => typeof value === 'string' && value !== '' };
const MILLISECONDS: Rule = { wanted: 'a finite number of milliseconds', holds: Number.isFinite };
const COUNT: Rule = {
  wanted: 'a whole number of 0 or more',
  holds: (value) => Number.isInteger(value) && (value as number) >= 0,
};
const PIXELS: Rule = {
  wanted: 'a whole number of 1 or more',
  holds: (value) => Number.isInteger(value) && (value as number) >= 1,
};

const SCALE: Rule = {
  wanted: 'a finite number above 0',
  holds: (value) => Number.isFinite(value) && (value as number) > 0,
};
const FINITE: Rule = { wanted: 'a finite number', holds: Number.isFinite };

const ONE_FRAME = {
  streamId: TEXT,
  seq: COUNT,
  epoch: COUNT,
  ptsMs: MILLISECONDS,
  capturedAtMs: MILLISECONDS,
  captureClock: {
    wanted: `one of ${CAPTURE_CLOCKS.join(', ')}`,
    holds: (value) => CAPTURE_CLOCKS.some((clock) => clock === value),
  },
  uncertaintyMs: {
    wanted: 'a finite number of 0 or more',
    holds: (value) => Number.isFinite(value) && (value as number) >= 0,
  },
} as const satisfies Record<string, Rule>;

/**
 * The rules of each kind of event, as a list for speed: every event is checked. A key may lead into the field:
 * `picture.image`.
 */
const RULES = asLists({
  frame: {
    ...ONE_FRAME,
    readyAtMs: MILLISECONDS,
    'picture.size.width': PIXELS,
    'picture.size.height': PIXELS,
    'picture.fit.scaleX': SCALE,
    'picture.fit.scaleY': SCALE,
    'picture.fit.padX': FINITE,
    'picture.fit.padY': FINITE,
    'picture.image': { wanted: 'a Uint8Array', holds: (value) => value instanceof Uint8Array },
    release: { wanted: 'a function that gives the picture back', holds: (value) => typeof value === 'function' },
  },
  drop: { ...ONE_FRAME, reason: { wanted: 'a reason for a drop', holds: isDropReason }, atMs: MILLISECONDS },
  gap: { streamId: TEXT, fromMs: MILLISECONDS, toMs: MILLISECONDS, why: TEXT },
  status: {
    atMs: MILLISECONDS,
    state: {
      wanted: `one of ${STATUS_STATES.join(', ')}`,
      holds: (value) => STATUS_STATES.some((state) => state === value),
    },
  },
} satisfies Record<SourceEvent['type'], Record<string, Rule>>);

/** The first rule that a value breaks, with the remedy; undefined if it is a valid event of a source. */
export function problemOfSourceEvent(event: unknown): string | undefined {
  const fields = (typeof event === 'object' ? (event ?? {}) : {}) as Record<string, unknown>;
  if (!isKind(fields['type']))
    return `emitted ${shown(event)}; it must be an event of type ${Object.keys(RULES).join(', ')}`;
  for (const { key, path, wanted, holds } of RULES[fields['type']]) {
    let value: unknown = fields;
    for (const name of path) value = (value as Record<string, unknown> | null | undefined)?.[name];
    if (!holds(value)) return `emitted a ${fields['type']} whose ${key} is ${shown(value)}; it must be ${wanted}`;
  }
  return undefined;
}

function asLists(rules: Record<SourceEvent['type'], Record<string, Rule>>): Record<SourceEvent['type'], KeyRule[]> {
  const listOf = (fields: Record<string, Rule>): KeyRule[] =>
    Object.entries(fields).map(([key, rule]) => ({ ...rule, key, path: key.split('.') }));
  return Object.fromEntries(Object.entries(rules).map(([type, fields]) => [type, listOf(fields)] as const)) as Record<
    SourceEvent['type'],
    KeyRule[]
  >;
}

function isKind(type: unknown): type is keyof typeof RULES {
  return typeof type === 'string' && Object.hasOwn(RULES, type);
}
