import type { Random } from '../training/random.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** How many changes one input gets: mostly one, so that a finding has one cause. */
const CHANGES = [1, 1, 1, 2, 2, 4, 16] as const;

/** Values that parsers and their users rarely expect. */
const ODD_VALUES: readonly Json[] = [
  ...[null, true, false, 0, -1, 1, 0.5, -0.0001, 1e308, -1e308, 1e-320, 2 ** 31, 2 ** 53, -(2 ** 63)],
  ...['', ' ', 'x', '-1', '1', 'NaN', 'null', '__proto__', 'constructor', 'toString', '\u0000', '\u001b[31m', '\ud83d'],
  ...['9'.repeat(400), 'a'.repeat(100_000), '../../../../etc/passwd', 'Ünïcode 🚦', 'line one\nline two'],
  ...[[], {}, [[]], [null], [1, 2, 3, 4], { id: 1 }],
];

function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[random.below(values.length)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}

/** Changes inputs at random. The same random numbers make the same changes. */
export class Mutator {
  /** @param isIdle leaves all inputs as they are: to see whether the sound ones pass */
  constructor(
    readonly random: Random,
    readonly isIdle = false,
  ) {}

  pick<T>(values: readonly T[]): T {
    return pick(this.random, values);
  }

  /** True, and never if idle. */
  chance(probability: number): boolean {
    return this.random.chance(probability) && !this.isIdle;
  }

  /**
   * Changes bytes here and there: flips, replaces, deletes, inserts, repeats, cuts off.
   * @param head most changes fall into so many bytes from the beginning, where formats have their structure
   */
  bytes(bytes: Uint8Array, head = bytes.length): Buffer {
    return this.isIdle ? Buffer.from(bytes) : mutateBytes(this.random, bytes, head);
  }

  text(text: string): string {
    return this.bytes(Buffer.from(text)).toString();
  }

  /** JSON text with changed values and keys: odd values, deleted, additional and repeated members, other magnitudes. */
  json(value: Json): string {
    return this.isIdle ? JSON.stringify(value) : jsonText(this.random, mutateJson(this.random, value));
  }
}

function mutateBytes(random: Random, bytes: Uint8Array, head: number): Buffer {
  let changed = Buffer.from(bytes);
  const reach = random.chance(0.3) ? bytes.length : Math.min(head, bytes.length);
  for (let left = pick(random, CHANGES); left > 0; left--) {
    const at = random.below(Math.max(1, Math.min(reach, changed.length)));
    changed = pick(random, BYTE_CHANGES)(random, changed, at);
  }
  return changed;
}

type ByteChange = (random: Random, bytes: Buffer<ArrayBuffer>, at: number) => Buffer<ArrayBuffer>;

const spliced = (bytes: Buffer, at: number, deleted: number, inserted: Uint8Array): Buffer<ArrayBuffer> =>
  Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + deleted)]);

const BYTE_CHANGES: readonly ByteChange[] = [
  (random, bytes, at) => spliced(bytes, at, 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.below(8)))),
  (random, bytes, at) => spliced(bytes, at, 1, Uint8Array.of(pick(random, [0, 1, 127, 128, 255, random.below(256)]))),
  (random, bytes, at) => spliced(bytes, at, pick(random, [1, 2, 8, 100]), new Uint8Array()),
  (random, bytes, at) =>
    spliced(
      bytes,
      at,
      0,
      Uint8Array.from({ length: pick(random, [1, 4, 32]) }, () => random.below(256)),
    ),
  (random, bytes, at) => {
    const from = random.below(Math.max(1, bytes.length));
    return spliced(bytes, at, 16, bytes.subarray(from, from + 16));
  },
  (_random, bytes, at) => spliced(bytes, at, 8, new Uint8Array(8).fill(255)),
  (random, bytes, at) => (random.chance(0.3) ? Buffer.from(bytes.subarray(0, at)) : bytes),
];

function mutateJson(random: Random, value: Json): Json {
  let changed = value;
  for (let left = pick(random, CHANGES); left > 0; left--) changed = mutateOnce(random, changed);
  return changed;
}

/** JSON text; rarely with what only some writers write: a byte order mark, a number above all doubles, NaN. */
function jsonText(random: Random, value: Json): string {
  const text = JSON.stringify(value);
  if (random.chance(0.03)) return `\ufeff${text}`;
  if (random.chance(0.03)) return text.replace(/\d+/, '1e999');
  if (random.chance(0.03)) return text.replace(/\d+/, 'NaN');
  return text;
}

/** Walks down to a random member and changes it. */
function mutateOnce(random: Random, value: Json): Json {
  if (isList(value)) {
    if (value.length === 0 || random.chance(0.1)) return changedList(random, value);
    const at = random.below(value.length);
    return value.with(at, descend(random, value[at] ?? null));
  }
  if (value !== null && typeof value === 'object') {
    const keys = Object.keys(value);
    if (keys.length === 0 || random.chance(0.1)) return changedObject(random, value, keys);
    const key = pick(random, keys);
    return { ...value, [key]: descend(random, value[key] ?? null) };
  }
  return changedValue(random, value);
}

function descend(random: Random, value: Json): Json {
  return value !== null && typeof value === 'object' && random.chance(0.85)
    ? mutateOnce(random, value)
    : changedValue(random, value);
}

function changedValue(random: Random, value: Json): Json {
  if (typeof value === 'number' && random.chance(0.3)) return value * pick(random, [-1, 0.5, 1e-6, 1e6, 1e300]);
  if (typeof value === 'number' && random.chance(0.1)) return String(value);
  return pick(random, ODD_VALUES);
}

function changedList(random: Random, list: readonly Json[]): Json {
  if (list.length > 0 && random.chance(0.5)) return [...list, pick(random, list)];
  return random.chance(0.5) ? list.slice(0, random.below(list.length + 1)) : [...list, pick(random, ODD_VALUES)];
}

function changedObject(random: Random, object: { readonly [key: string]: Json }, keys: readonly string[]): Json {
  if (keys.length > 0 && random.chance(0.5)) {
    const gone = pick(random, keys);
    return Object.fromEntries(Object.entries(object).filter(([key]) => key !== gone));
  }
  const key = pick(random, ['__proto__', 'constructor', 'id', 'zzz', ...keys]);
  return Object.fromEntries([...Object.entries(object), [key, pick(random, ODD_VALUES)]]);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
