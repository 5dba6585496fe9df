import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { pickleClass, PLAIN_CLASSES } from '../../src/pickle/classes.js';
import { PickleError } from '../../src/pickle/errors.js';
import { NUMPY_CLASSES } from '../../src/pickle/numpy-classes.js';
import { unpickle } from '../../src/pickle/unpickle.js';
import { temporaryFolder } from '../helpers/temporary.js';

const SAMPLES = 'test/fixtures/field/sap-toolkit';

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const read = (text: string): unknown => unpickle(bytesOf(text), { classes: NUMPY_CLASSES }).value;

describe('a hostile pickle', () => {
  const folder = temporaryFolder();

  it('is refused by the name of what it would run, and nothing runs', () => {
    const mark = join(folder(), 'ran');
    const command = `touch ${mark}`;
    const pickles: [string, string][] = [
      // What pickle.dumps gives for an object whose __reduce__ is (os.system, (command,)).
      [`cposix\nsystem\n(S'${command}'\ntR.`, 'posix.system'],
      [`\x80\x02cnt\nsystem\nX${lengthOf(command)}${command}\x85R.`, 'nt.system'],
      [`\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x041+1.\x85R.`, 'builtins.eval'],
      [`(ios\nsystem\nS'${command}'\n.`, 'os.system'],
      [`(cos\nsystem\nS'${command}'\no.`, 'os.system'],
      ['c__builtin__\n__import__\n.', '__builtin__.__import__'],
      ['cnumpy.core.multiarray\n_reconstruct.__globals__\n.', 'numpy.core.multiarray._reconstruct.__globals__'],
      ['cnumpy\nload\n.', 'numpy.load'],
      ['c__proto__\nconstructor\n.', '__proto__.constructor'],
      // A class is refused even if it is not called.
      ['csubprocess\nPopen\n0N.', 'subprocess.Popen'],
    ];
    for (const [text, name] of pickles) {
      assert.throws(
        () => read(text),
        (error: unknown) => error instanceof PickleError && error.message.includes(` ${name},`),
        name,
      );
    }
    assert.equal(existsSync(mark), false);
  });

  it('takes memory in proportion to its length, however often it repeats an object', () => {
    // Each list holds the one before twice: 2^60 elements for a reader that follows them.
    const bomb = `]q\x00${']q\x01h\x00ah\x00a0h\x01q\x00'.repeat(60)}.`;
    let value = read(bomb) as unknown[];
    for (let depth = 0; depth < 60 && value.length > 0; depth++) value = value[0] as unknown[];
    assert.equal(value.length, 0);
  });

  it('may hold itself', () => {
    const list = read(']q\x00h\x00a.') as unknown[];
    assert.equal(list[0], list);
  });

  it('cannot claim more than it holds', () => {
    for (const text of [
      'B\xff\xff\xff\xff.',
      '\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.',
      '\x8b\xff\xff\xff\x7f.',
      'T\xff\xff\xff\xff.',
    ])
      assert.throws(() => read(text), PickleError, JSON.stringify(text));
    const array = (shape: string, type: string, content: string): string =>
      `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(${shape}tcnumpy\ndtype\n(S'${type}'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS'${content}'\ntb.`;
    assert.doesNotThrow(() => read(array('I1\n', 'i1', 'a')));
    for (const [shape, type, content] of [
      ['I1000000000\n', 'S0', ''],
      ['I1000000000\n', 'i1', 'a'],
      ['I-1\n', 'i1', 'a'],
      ['I94906267\nI94906267\nI94906267\n', 'f8', ''],
    ])
      assert.throws(() => read(array(shape, type, content)), PickleError, `${type} ${shape}`);
  });

  it('gives the letters of a text four bytes each, whatever size its type states', () => {
    const dtype = "cnumpy\ndtype\n(S'U1'\nI0\nI1\ntR(I3\nS'<'\nNNNI5\nI4\nI8\ntb";
    const scalar = (content: string): unknown => read(`cnumpy.core.multiarray\nscalar\n(${dtype}S'${content}'\ntR.`);
    assert.equal(scalar('a\\x00\\x00\\x00'), 'a');
    assert.throws(() => scalar('a\\x00\\x00\\x00b'), PickleError);
  });

  it('may use keys and names such as __proto__ as any other', () => {
    const map = read("(dS'__proto__'\nI1\ns.") as Map<unknown, unknown>;
    assert.equal(map.get('__proto__'), 1);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });
});

describe('a pickle', () => {
  it('is refused where it refers to other files, unless the caller reads them', () => {
    assert.throws(() => read('Pstorage\n.'), /stored elsewhere/);
    const { value } = unpickle(bytesOf('Pstorage\n.'), { persistent: (id) => [id] });
    assert.deepEqual(value, ['storage']);
    assert.throws(() => read('\x97.'), /buffers outside of the file/);
    assert.throws(() => read('\x82\x01.'), /extension registry/);
  });

  it('may name classes that the caller adds', () => {
    const classes = new Map([...PLAIN_CLASSES, ...pickleClass('torch.Size', ([sizes]) => ({ sizes }))]);
    assert.deepEqual(unpickle(bytesOf('ctorch\nSize\n((I1\nI2\nttR.'), { classes }).value, { sizes: [1, 2] });
  });

  it('tells where it ends, so that another may follow', () => {
    const two = bytesOf('I1\n.I2\n.');
    const first = unpickle(two);
    assert.deepEqual([first.value, unpickle(two, { at: first.end }).value], [1, 2]);
  });

  it('of Python 2 is read: texts as bytes, escapes and long integers', () => {
    assert.deepEqual(read("(lp0\nS'a\\x00\\n\\'\\\\'\np1\naL-12345678901234567890L\na."), [
      "a\0\n'\\",
      -12345678901234567890n,
    ]);
  });

  const samples = readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.pkl'))
    .map((name) => readFileSync(join(SAMPLES, name)));

  it('that is cut off anywhere is refused', () => {
    for (const sample of samples) {
      const step = Math.max(1, Math.floor(sample.length / 500));
      for (let length = 0; length < sample.length; length += step)
        assert.throws(() => unpickle(sample.subarray(0, length), { classes: NUMPY_CLASSES }), PickleError);
    }
  });

  it('with changed bytes gives a value or a PickleError, and nothing else', () => {
    const change = fc.record({
      sample: fc.constantFrom(...samples),
      edits: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(change, ({ sample, edits }) => {
        const changed = Uint8Array.from(sample);
        for (const [at, byte] of edits) changed[at % changed.length] = byte;
        valueOrPickleError(changed);
      }),
      { numRuns: 1500 },
    );
  });

  it('of random bytes gives a value or a PickleError, and nothing else', () => {
    const opcodes =
      '.()]}0123abcdeghijlopqrstuNIKMJLFGVXSTUBCPQR\x80\x81\x85\x86\x87\x88\x8a\x8c\x8f\x90\x91\x92\x93\x94\x95';
    const opcode = fc.constantFrom(...Array.from(opcodes));
    const text = fc.array(
      fc.oneof(
        opcode,
        fc.nat(255).map((code) => String.fromCharCode(code)),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(text, (letters) => valueOrPickleError(bytesOf(letters.join('')))),
      { numRuns: 5000 },
    );
  });
});

function valueOrPickleError(bytes: Uint8Array): void {
  try {
    unpickle(bytes, { classes: NUMPY_CLASSES });
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
  }
}

function lengthOf(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(text.length);
  return bytes.toString('latin1');
}
