import type { Mutator } from '../mutate.js';
import { opcodesOf } from './opcodes.js';
import { PICKLE_SEEDS } from './seeds.js';

/** The file that a pickle makes if anything of it runs. */
export const RUN_MARK = 'ran';

const OPCODES = PICKLE_SEEDS.map(({ bytes }) => opcodesOf(bytes));

/** Programs that leave one value: commands, and values that readers rarely expect. */
const VALUES: readonly Buffer[] = [
  `cposix\nsystem\n(S'touch ${RUN_MARK}'\ntR`,
  `(S'touch ${RUN_MARK}'\nios\nsystem\n`,
  `(cos\nsystem\nS'touch ${RUN_MARK}'\no`,
  `\x8c\x08builtins\x8c\x04exec\x93(S'open("${RUN_MARK}","w")'\ntR`,
  'c__builtin__\neval\n',
  ...['N', ')', ']', '}', '\x8f', '\x88', 'I-1\n', 'I0\n', 'I1\n', 'F0.5\n', 'Fnan\n', 'F-inf\n', 'F1e308\n'],
  ...['L99999999999999999999L\n', 'I2147483648\n', "S''\n", "S'__proto__'\n", "S'\\x1b[31m\\n'\n", 'V\\ud83d\n'],
  'C\x04abcd',
  // A list that holds itself, and one whose repeats make 2^40 elements.
  ']q\xf0h\xf0a',
  `]q\xf0${'0]h\xf0ah\xf0aq\xf0'.repeat(40)}`,
  ...['U3', 'S2', 'O8', 'M8', 'b1', 'f2', 'c16'].map(
    (type) => `cnumpy\ndtype\n(S'${type}'\nI0\nI1\ntR(I3\nS'<'\nNNNI5\nI4\nI8\ntb`,
  ),
  // Objects, one of them a list, as an array.
  "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I2\ntcnumpy\ndtype\n(S'O8'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\nI-1\nI63\ntbI00\n(I1\n]ltb",
].map((text) => Buffer.from(text, 'latin1'));

/** Changes bytes, or whole opcodes: deletes, repeats, swaps and replaces them, also by those of other pickles. */
export function changePickle(mutator: Mutator, pickle: Buffer): Buffer {
  const { random } = mutator;
  if (mutator.isIdle || random.chance(0.3)) return mutator.bytes(pickle);
  let opcodes = opcodesOf(pickle);
  for (let left = mutator.pick([1, 1, 2, 3, 8]); left > 0; left--) {
    const at = random.below(opcodes.length);
    opcodes = mutator.pick(CHANGES)(mutator, opcodes, at);
  }
  return Buffer.concat(opcodes);
}

type Change = (mutator: Mutator, opcodes: Buffer[], at: number) => Buffer[];

const CHANGES: readonly Change[] = [
  (_, opcodes, at) => opcodes.toSpliced(at, 1),
  (_, opcodes, at) => opcodes.toSpliced(at, 0, opcodes[at]),
  (mutator, opcodes, at) => opcodes.with(at, mutator.bytes(opcodes[at])),
  (mutator, opcodes, at) => opcodes.with(at, mutator.pick(mutator.pick(OPCODES))),
  (mutator, opcodes, at) => opcodes.with(at, mutator.pick(VALUES)),
  (mutator, opcodes, at) => opcodes.toSpliced(at, 0, mutator.pick(VALUES)),
  (mutator, opcodes, at) => {
    const other = mutator.random.below(opcodes.length);
    return opcodes.with(at, opcodes[other]).with(other, opcodes[at]);
  },
  // A value in the place of a number or a text is the change that gets farthest.
  (mutator, opcodes, at) => {
    const places = opcodes.flatMap((opcode, i) => (IS_VALUE.includes(String.fromCharCode(opcode[0])) ? [i] : []));
    return places.length === 0 ? opcodes : opcodes.with(places[at % places.length], mutator.pick(VALUES));
  },
];

const IS_VALUE = 'IJKMLFGNSTUVXBC\x88\x89\x8a\x8b\x8c\x8d\x8e';
