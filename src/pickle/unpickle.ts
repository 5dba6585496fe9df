import { ATOMS } from './atoms.js';
import { ByteReader } from './byte-reader.js';
import { PLAIN_CLASSES, takesState, type ClassTable, type PickleClass } from './classes.js';
import { PickleError } from './errors.js';

export type UnpickleOptions = {
  /** The classes that the pickle may name. Default: Python's own containers and numbers. */
  readonly classes?: ClassTable;
  /** Turns a persistent id into the object that is stored elsewhere. By default, such ids are refused. */
  readonly persistent?: (id: unknown) => unknown;
  /** Where the pickle begins. Default: 0. */
  readonly at?: number;
};

export type Unpickled = {
  /**
   * `None` is null; lists and tuples are arrays; dictionaries are Maps; sets are Sets; bytes are `Uint8Array`; integers
   * are numbers, or bigints beyond 2^53. Objects that occur twice are the same object, so a list may hold itself.
   */
  readonly value: unknown;
  /** The first byte behind the pickle. */
  readonly end: number;
};

const MARK = Symbol('mark');
const HIGHEST_PROTOCOL = 5;
const CONTAINER_OPCODES = 'lt\x85\x86\x87d\x91aesu\x90';
const MEMO_OPCODES = 'pqr\x94ghj';
/** The last two, REDUCE and NEWOBJ, call a class with a tuple. */
const CALL_OPCODES = 'c\x93\x92ioPQR\x81';

/**
 * Reads a pickle of Python, protocols 0 to 5, without running anything of it. Every opcode takes at least a byte and
 * makes at most one object, so memory is proportional to the length of the pickle.
 * @throws PickleError naming the class, if it names one that is not allowed; or the byte, if it is cut off or damaged
 */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions = {}): Unpickled {
  const machine = new PickleMachine(bytes, options);
  return { value: machine.run(), end: machine.end };
}

class PickleMachine {
  readonly #read: ByteReader;
  readonly #classes: ClassTable;
  readonly #persistent: UnpickleOptions['persistent'];
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number | bigint, unknown>();

  constructor(bytes: Uint8Array, { classes = PLAIN_CLASSES, persistent, at = 0 }: UnpickleOptions) {
    this.#read = new ByteReader(bytes, at);
    this.#classes = classes;
    this.#persistent = persistent;
  }

  get end(): number {
    return this.#read.at;
  }

  run(): unknown {
    for (;;) {
      const opcode = String.fromCharCode(this.#read.uint8());
      if (opcode === '.') return this.#pop();
      this.#step(opcode);
    }
  }

  #step(opcode: string): void {
    const atom = ATOMS[opcode];
    if (atom !== undefined) this.#push(atom(this.#read));
    else if (CONTAINER_OPCODES.includes(opcode)) this.#fillContainer(opcode);
    else if (MEMO_OPCODES.includes(opcode)) this.#useMemo(opcode);
    else if (CALL_OPCODES.includes(opcode)) this.#push(this.#makeObject(opcode));
    else this.#doOther(opcode);
  }

  /** Opcodes that collect values into a list, a tuple, a dictionary or a set. */
  #fillContainer(opcode: string): void {
    switch (opcode) {
      case 'l':
      case 't':
        this.#push(this.#popToMark());
        break;
      case '\x85':
        this.#push(this.#popMany(1));
        break;
      case '\x86':
        this.#push(this.#popMany(2));
        break;
      case '\x87':
        this.#push(this.#popMany(3));
        break;
      case 'd': {
        const items = this.#popToMark();
        this.#push(new Map());
        this.#setItems(items);
        break;
      }
      case '\x91':
        this.#push(new Set(this.#popToMark()));
        break;
      case 'a':
        this.#append(this.#popMany(1));
        break;
      case 'e':
        this.#append(this.#popToMark());
        break;
      case 's':
        this.#setItems(this.#popMany(2));
        break;
      case 'u':
        this.#setItems(this.#popToMark());
        break;
      case '\x90':
        this.#addToSet(this.#popToMark());
        break;
    }
  }

  #useMemo(opcode: string): void {
    const read = this.#read;
    switch (opcode) {
      case 'p':
        this.#memo.set(read.decimal(), this.#top());
        break;
      case 'q':
        this.#memo.set(read.uint8(), this.#top());
        break;
      case 'r':
        this.#memo.set(read.uint32(), this.#top());
        break;
      case '\x94':
        this.#memo.set(this.#memo.size, this.#top());
        break;
      case 'g':
        this.#recall(read.decimal());
        break;
      case 'h':
        this.#recall(read.uint8());
        break;
      case 'j':
        this.#recall(read.uint32());
        break;
    }
  }

  /** Opcodes that name or call a class, or take an object from elsewhere. */
  #makeObject(opcode: string): unknown {
    const read = this.#read;
    switch (opcode) {
      case 'c': {
        const module = read.line();
        return this.#classNamed(module, read.line());
      }
      case '\x93': {
        const [module, name] = this.#popMany(2);
        return this.#classNamed(module, name);
      }
      case '\x92': {
        const [callable, args, named] = this.#popMany(3);
        if (!(named instanceof Map) || named.size > 0)
          throw new PickleError('it makes an object with named arguments, which are not read');
        return this.#call(callable, args);
      }
      case 'i': {
        const module = read.line();
        const callable = this.#classNamed(module, read.line());
        return this.#call(callable, this.#popToMark());
      }
      case 'o': {
        const [callable, ...args] = this.#popToMark();
        return this.#call(callable, args);
      }
      case 'P':
        return this.#fromElsewhere(read.line());
      case 'Q':
        return this.#fromElsewhere(this.#pop());
      default: {
        const [callable, args] = this.#popMany(2);
        return this.#call(callable, args);
      }
    }
  }

  #doOther(opcode: string): void {
    const read = this.#read;
    switch (opcode) {
      case '\x80': {
        const protocol = read.uint8();
        if (protocol > HIGHEST_PROTOCOL) throw new PickleError(`its protocol is ${protocol}; 0 to 5 are read`);
        break;
      }
      // A frame tells Python how far to read ahead.
      case '\x95':
        read.uint64();
        break;
      case '(':
        this.#push(MARK);
        break;
      case '0':
        this.#stack.pop();
        break;
      case '1':
        this.#popToMark();
        break;
      case '2':
        this.#push(this.#top());
        break;
      case 'b':
        this.#build(this.#pop());
        break;
      case '\x82':
      case '\x83':
      case '\x84':
        throw new PickleError("it names a class by a number of Python's extension registry, which is not read");
      case '\x97':
      case '\x98':
        throw new PickleError('it keeps data in buffers outside of the file, which are not here');
      default:
        throw new PickleError(
          `byte ${read.at - 1} is 0x${opcode.charCodeAt(0).toString(16).padStart(2, '0')}, which is no opcode; this is no pickle, or a damaged one`,
        );
    }
  }

  #push(value: unknown): void {
    this.#stack.push(value);
  }

  #pop(): unknown {
    return this.#popMany(1)[0];
  }

  #top(): unknown {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) throw this.#unbalanced();
    return value;
  }

  #popMany(count: number): unknown[] {
    if (count > this.#stack.length) throw this.#unbalanced();
    const values = this.#stack.splice(this.#stack.length - count);
    if (values.includes(MARK)) throw this.#unbalanced();
    return values;
  }

  #popToMark(): unknown[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) throw this.#unbalanced();
    const values = this.#stack.splice(at + 1);
    this.#stack.pop();
    return values;
  }

  #unbalanced(): PickleError {
    return new PickleError(`it takes more values than there are at byte ${this.#read.at - 1}; it is damaged`);
  }

  #append(values: readonly unknown[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw new PickleError(`it appends to something that is no list at byte ${this.#read.at}`);
    for (const value of values) list.push(value);
  }

  #setItems(items: readonly unknown[]): void {
    const map = this.#top();
    if (!(map instanceof Map) || items.length % 2 !== 0)
      throw new PickleError(`it sets items of something that is no dictionary at byte ${this.#read.at}`);
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  }

  #addToSet(items: readonly unknown[]): void {
    const set = this.#top();
    if (!(set instanceof Set)) throw new PickleError(`it adds to something that is no set at byte ${this.#read.at}`);
    for (const item of items) set.add(item);
  }

  #recall(place: number | bigint): void {
    if (!this.#memo.has(place)) throw new PickleError(`it recalls object ${place}, which it has not stored`);
    this.#push(this.#memo.get(place));
  }

  #classNamed(module: unknown, name: unknown): PickleClass {
    if (typeof module !== 'string' || typeof name !== 'string')
      throw new PickleError('it names a class by something that is no text');
    const found = this.#classes.get(`${module}.${name}`);
    if (found === undefined)
      throw new PickleError(
        `it names ${shown(`${module}.${name}`)}, which is no plain data; nothing of it was run, and it is not read`,
      );
    return found;
  }

  #call(callable: unknown, args: unknown): unknown {
    if (!isPickleClass(callable)) throw new PickleError('it calls something that is no class');
    if (!Array.isArray(args)) throw new PickleError(`it calls ${callable.name} with something that is no tuple`);
    return callable.make(args);
  }

  #build(state: unknown): void {
    const object = this.#top();
    if (!takesState(object)) throw new PickleError('it sets the state of an object that has none');
    object.setState(state);
  }

  #fromElsewhere(id: unknown): unknown {
    if (this.#persistent === undefined)
      throw new PickleError('it refers to objects that are stored elsewhere, which this kind of file does not have');
    return this.#persistent(id);
  }
}

function isPickleClass(value: unknown): value is PickleClass {
  return typeof value === 'object' && value !== null && 'make' in value && typeof value.make === 'function';
}

/** A text of the pickle in a message. */
function shown(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
