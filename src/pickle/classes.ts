import { PickleError } from './errors.js';

/** A class or function that a pickle may name. `make` is code of this package; nothing of the pickle ever runs. */
export type PickleClass = {
  /** Module and name: `numpy.dtype`. */
  readonly name: string;
  /** Calls the class. Errors must be {@link PickleError}s. */
  readonly make: (args: readonly unknown[]) => unknown;
};

/** The classes that a pickle may name, by module and name. Everything else is refused. */
export type ClassTable = ReadonlyMap<string, PickleClass>;

/** An object that takes a state after it was made. */
export abstract class Stateful {
  abstract setState(state: unknown): void;
}

/** @param aliases names that other releases use for the class */
export function pickleClass(
  name: string,
  make: PickleClass['make'],
  ...aliases: readonly string[]
): [string, PickleClass][] {
  return [name, ...aliases].map((alias) => [alias, { name, make }]);
}

const TYPES = ['list', 'dict', 'int', 'float', 'str', 'tuple'] as const;

/** Python's own containers and numbers. Python 2 calls `builtins` `__builtin__`. */
export const PLAIN_CLASSES: ClassTable = new Map([
  ...builtin('set', ([items = []]) => new Set(listOf(items, 'set'))),
  ...builtin('frozenset', ([items = []]) => new Set(listOf(items, 'frozenset'))),
  ...builtin('bytes', (args) => bytesOf(args, 'bytes')),
  ...builtin('bytearray', (args) => bytesOf(args, 'bytearray').slice()),
  ...builtin('complex', ([re = 0, im = 0]) => {
    if (typeof re !== 'number' || typeof im !== 'number') throw new PickleError('builtins.complex takes two numbers');
    return { re, im };
  }),
  // Only as the default of a dictionary, which is never asked for.
  ...TYPES.flatMap((type) =>
    builtin(type, () => {
      throw new PickleError(`it calls builtins.${type}, which is not read`);
    }),
  ),
  ...pickleClass('collections.OrderedDict', ([items = []]) => new OrderedDict(pairsOf(items))),
  ...pickleClass('collections.defaultdict', () => new Map()),
  // Protocols 0 to 2 store bytes as text.
  ...pickleClass('_codecs.encode', ([text, encoding]) => {
    if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1'))
      throw new PickleError('_codecs.encode is read only for bytes in latin1');
    return latin1Bytes(text);
  }),
]);

/** A dictionary with attributes, which are left out. */
class OrderedDict extends Map<unknown, unknown> {
  setState(): void {
    // The attributes, such as PyTorch's `_metadata`, are no entries.
  }
}

/** Whether an object takes a state. */
export function takesState(value: unknown): value is Stateful {
  return value instanceof Stateful || value instanceof OrderedDict;
}

function builtin(name: string, make: PickleClass['make']): [string, PickleClass][] {
  return pickleClass(`builtins.${name}`, make, `__builtin__.${name}`);
}

function listOf(value: unknown, of: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new PickleError(`${of} takes a list`);
  return value;
}

function pairsOf(value: unknown): [unknown, unknown][] {
  return listOf(value, 'collections.OrderedDict').map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new PickleError('collections.OrderedDict takes pairs of a key and a value');
    return [pair[0], pair[1]] as [unknown, unknown];
  });
}

function bytesOf([content, encoding]: readonly unknown[], of: string): Uint8Array {
  if (content === undefined) return new Uint8Array();
  if (content instanceof Uint8Array) return content;
  if (typeof content === 'string' && (encoding === 'latin1' || encoding === 'latin-1')) return latin1Bytes(content);
  throw new PickleError(`builtins.${of} is read only of bytes, or of text in latin1`);
}

/** @throws PickleError if a code point does not fit into a byte */
export function latin1Bytes(text: string): Uint8Array {
  if (/[^\x00-\xff]/.test(text)) throw new PickleError('a text in latin1 holds a letter that is not in latin1');
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
