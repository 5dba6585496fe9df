import { halfFloat } from '../core/half-float.js';
import { PickleError } from './errors.js';

/** An array of NumPy in C order: the last index varies fastest. */
export type NumpyArray = {
  readonly kind: 'ndarray';
  readonly dtype: NumpyDtype;
  readonly shape: readonly number[];
  /** One for each element. A number, a bigint (64-bit integers and times), a boolean, a text, bytes or an object. */
  readonly values: ArrayLike<unknown>;
};

/** A type of elements, by NumPy's letter and the bytes of one. */
export type NumpyDtype = {
  /** b boolean, i and u integers, f floats, c complex, S bytes, U text, M and m times, O objects */
  readonly letter: string;
  readonly bytes: number;
  readonly isLittleEndian: boolean;
};

type ElementReader = (view: DataView, at: number, isLittle: boolean) => unknown;

const READERS: Readonly<Record<string, ElementReader>> = {
  b1: (view, at) => view.getUint8(at) !== 0,
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, isLittle) => view.getInt16(at, isLittle),
  i4: (view, at, isLittle) => view.getInt32(at, isLittle),
  i8: (view, at, isLittle) => view.getBigInt64(at, isLittle),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, isLittle) => view.getUint16(at, isLittle),
  u4: (view, at, isLittle) => view.getUint32(at, isLittle),
  u8: (view, at, isLittle) => view.getBigUint64(at, isLittle),
  f2: (view, at, isLittle) => halfFloat(view.getUint16(at, isLittle)),
  f4: (view, at, isLittle) => view.getFloat32(at, isLittle),
  f8: (view, at, isLittle) => view.getFloat64(at, isLittle),
  c8: (view, at, isLittle) => ({ re: view.getFloat32(at, isLittle), im: view.getFloat32(at + 4, isLittle) }),
  c16: (view, at, isLittle) => ({ re: view.getFloat64(at, isLittle), im: view.getFloat64(at + 8, isLittle) }),
  M8: (view, at, isLittle) => view.getBigInt64(at, isLittle),
  m8: (view, at, isLittle) => view.getBigInt64(at, isLittle),
};

/**
 * @param text NumPy's name for a type without its byte order: `f4`, `i8`, `U12`, `O8`
 * @throws PickleError for a type that is not read, such as records
 */
export function dtypeNamed(text: string): NumpyDtype {
  const {
    order = '',
    letter,
    digits,
  } = /^(?<order>[<>=|]?)(?<letter>[a-zA-Z?])(?<digits>\d*)$/.exec(text)?.groups ?? {};
  const bytes = Number(digits) * (letter === 'U' ? 4 : 1);
  const isKnown = letter === 'O' || letter === 'S' || letter === 'U' || READERS[`${letter}${digits}`] !== undefined;
  if (letter === undefined || !isKnown || !Number.isSafeInteger(bytes))
    throw new PickleError(`arrays of NumPy's type "${text.slice(0, 40)}" are not read`);
  return { letter, bytes: letter === 'O' ? 0 : bytes, isLittleEndian: order !== '>' };
}

/**
 * @param content the bytes of the elements; for objects, their list
 * @param isFortran the first index varies fastest
 * @throws PickleError if the content does not have as many elements as the shape
 */
export function numpyArray(
  dtype: NumpyDtype,
  shape: readonly number[],
  content: Uint8Array | readonly unknown[],
  isFortran: boolean,
): NumpyArray {
  const count = shape.reduce((product, length) => product * length, 1);
  const found = content instanceof Uint8Array ? content.length : content.length;
  const expected = content instanceof Uint8Array ? count * dtype.bytes : count;
  // Without this, an array of empty texts could claim any length.
  if (found !== expected || (dtype.letter !== 'O' && dtype.bytes === 0 && count > 0))
    throw new PickleError(`an array of shape (${shape.join(', ')}) cannot have ${found} bytes or objects`);
  if (content instanceof Uint8Array !== (dtype.letter !== 'O'))
    throw new PickleError('the elements of an array are not of its type');
  const values = content instanceof Uint8Array ? elements(dtype, content, count) : content;
  return { kind: 'ndarray', dtype, shape, values: isFortran ? inCOrder(shape, values) : values };
}

/** One element. @throws PickleError if the bytes are those of none */
export function numpyScalar(dtype: NumpyDtype, content: Uint8Array): unknown {
  return plain(numpyArray(dtype, [], content, false).values[0]);
}

export function isNumpyArray(value: unknown): value is NumpyArray {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'ndarray';
}

/** A whole number as a number, where it fits. */
export function plain(value: unknown): unknown {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function elements(
  { letter, bytes, isLittleEndian }: NumpyDtype,
  content: Uint8Array,
  count: number,
): ArrayLike<unknown> {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (letter === 'f' && (bytes === 8 || bytes === 4)) {
    const values = bytes === 8 ? new Float64Array(count) : new Float32Array(count);
    const read = READERS[`f${bytes}`] as (view: DataView, at: number, isLittle: boolean) => number;
    for (let i = 0; i < count; i++) values[i] = read(view, i * bytes, isLittleEndian);
    return values;
  }
  if (letter === 'S' || letter === 'U') {
    return Array.from({ length: count }, (_, i) =>
      letter === 'S'
        ? withoutPadding(content.subarray(i * bytes, (i + 1) * bytes))
        : codePoints(view, i * bytes, bytes, isLittleEndian),
    );
  }
  const read = READERS[`${letter}${bytes}`];
  return Array.from({ length: count }, (_, i) => read(view, i * bytes, isLittleEndian));
}

function inCOrder(shape: readonly number[], values: ArrayLike<unknown>): unknown[] {
  const index = shape.map(() => 0);
  return Array.from({ length: values.length }, () => {
    let at = 0;
    for (let d = shape.length - 1; d >= 0; d--) at = at * shape[d] + index[d];
    for (let d = shape.length - 1; d >= 0 && ++index[d] === shape[d]; d--) index[d] = 0;
    return values[at];
  });
}

function withoutPadding(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

function codePoints(view: DataView, at: number, bytes: number, isLittle: boolean): string {
  let text = '';
  for (let i = at; i < at + bytes; i += 4) {
    const code = view.getUint32(i, isLittle);
    if (code > 0x10ffff) throw new PickleError('a text of an array holds a number that is no letter');
    text += String.fromCodePoint(code);
  }
  return text.replace(/\0+$/, '');
}
