import { latin1Bytes, pickleClass, PLAIN_CLASSES, Stateful, type ClassTable, type PickleClass } from './classes.js';
import { PickleError } from './errors.js';
import { dtypeNamed, numpyArray, numpyScalar, type NumpyArray, type NumpyDtype } from './numpy-array.js';

/** NumPy's arrays, numbers and types of elements, besides Python's own containers and numbers. */
export const NUMPY_CLASSES: ClassTable = new Map<string, PickleClass>([
  ...PLAIN_CLASSES,
  ...pickleClass('numpy.dtype', ([name]) => {
    if (typeof name !== 'string') throw new PickleError('numpy.dtype takes the name of a type');
    return new Dtype(dtypeNamed(name));
  }),
  // Named as the class to make, and never called.
  ...pickleClass('numpy.ndarray', () => {
    throw new PickleError('it calls numpy.ndarray, which is not read');
  }),
  ...pickleClass(
    'numpy.core.multiarray._reconstruct',
    () => new ArrayBeingBuilt(),
    'numpy._core.multiarray._reconstruct',
  ),
  ...pickleClass(
    'numpy.core.multiarray.scalar',
    ([type, content]) => {
      const dtype = dtypeOf(type);
      return dtype.letter === 'O' ? content : numpyScalar(dtype, bytesOf(content));
    },
    'numpy._core.multiarray.scalar',
  ),
  // Protocol 5.
  ...pickleClass(
    'numpy.core.numeric._frombuffer',
    ([content, type, shape, order]) => numpyArray(dtypeOf(type), shapeOf(shape), bytesOf(content), order === 'F'),
    'numpy._core.numeric._frombuffer',
  ),
]);

class Dtype extends Stateful {
  value: NumpyDtype;

  constructor(value: NumpyDtype) {
    super();
    this.value = value;
  }

  /** (version, byte order, sub-array, names, fields, size, alignment, flags…). The size follows from the name, too. */
  setState(state: unknown): void {
    const [, order, subarray, names, fields] = Array.isArray(state) ? (state as unknown[]) : [];
    if (subarray !== null || names !== null || fields !== null) throw new PickleError('arrays of records are not read');
    if (order !== '<' && order !== '>' && order !== '|' && order !== '=')
      throw new PickleError('a type of elements has no byte order');
    this.value = { ...this.value, isLittleEndian: order !== '>' };
  }
}

/** An array whose contents follow as its state. */
class ArrayBeingBuilt extends Stateful implements NumpyArray {
  readonly kind = 'ndarray';
  #array: NumpyArray | undefined;

  get dtype(): NumpyDtype {
    return this.#built().dtype;
  }

  get shape(): readonly number[] {
    return this.#built().shape;
  }

  get values(): ArrayLike<unknown> {
    return this.#built().values;
  }

  /** (version, shape, type, whether the first index varies fastest, contents) */
  setState(state: unknown): void {
    const parts = Array.isArray(state) ? (state as unknown[]) : [];
    const [shape, type, isFortran, content] = parts.slice(-4);
    if (parts.length < 4) throw new PickleError('the state of an array is incomplete');
    this.#array = numpyArray(
      dtypeOf(type),
      shapeOf(shape),
      Array.isArray(content) ? (content as unknown[]) : bytesOf(content),
      isFortran === true || isFortran === 1,
    );
  }

  #built(): NumpyArray {
    if (this.#array === undefined) throw new PickleError('an array has no contents');
    return this.#array;
  }
}

function dtypeOf(value: unknown): NumpyDtype {
  if (!(value instanceof Dtype)) throw new PickleError('an array has something as its type that is none');
  return value.value;
}

function shapeOf(value: unknown): readonly number[] {
  if (!Array.isArray(value) || !value.every((length) => Number.isSafeInteger(length) && length >= 0))
    throw new PickleError('the shape of an array is no tuple of lengths');
  return value as number[];
}

/** Python 2 stores bytes as text. */
function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return latin1Bytes(value);
  throw new PickleError('the contents of an array are no bytes');
}
