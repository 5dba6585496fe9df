import { constants } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import * as z from 'zod';
import { UNIT_CODECS } from '../../core/coded-unit.js';
import { UsageError } from '../../core/errors.js';
import { writeFileAtomic } from '../../files/atomic-write.js';
import { cannotWrite } from '../../files/output-failure.js';

const SCHEMA = 'nowcast.objects/1';

/** What a newer version keeps beyond this stays in the file. */
const keptObject = z.object({
  /** That of its events, which is unique within a run. */
  id: z.string(),
  camera: z.string(),
  className: z.string(),
  /** Unix time, as all of these. */
  startedMs: z.number(),
  /** Absent while it is there. */
  endedMs: z.number().optional(),
  /** That of its newest event. */
  newestMs: z.number(),
  topScore: z.number(),
  zones: z.array(z.string()).readonly(),
  /** The file of its best picture. */
  picture: z.string().optional(),
  clip: z.looseObject({ path: z.string(), codec: z.enum(UNIT_CODECS) }).optional(),
});

/** The facts of an object that outlast the run. */
export type KeptObject = Readonly<z.infer<typeof keptObject>>;

export type ObjectJournalOptions = {
  /** The newest objects are kept, so many. */
  readonly most: number;
  /** Called once when nothing can be written any more. */
  readonly onFailure: (message: string) => void;
  /** Called once when it is complete again. */
  readonly onHealed: () => void;
};

/** It shows who was where and when. */
const OWNER_ONLY = { mode: 0o600, folderMode: 0o700 };
const HEADER = JSON.stringify({ schema: SCHEMA });
/** Written anew when it has so many lines for each object that is kept. */
const MOST_LINES = 8;

/**
 * A file of the newest objects, for the next start. Each change of an object is one more line with all its facts, so a
 * killed process loses at most the lines that were under way.
 */
export class ObjectJournal {
  readonly #path: string;
  readonly #options: ObjectJournalOptions;
  /** The newest line of each object, in the order of their beginnings. */
  readonly #lines = new Map<string, string>();
  /** Objects whose newest line is not in the file. */
  #unwritten = new Set<string>();
  #writing: Promise<void> | undefined;
  #lineCount = 0;
  /** False if its end is not known, or nothing of ours: the next write replaces the file. */
  #canContinue: boolean;
  #isFailing = false;

  /** The objects of earlier runs, in the order of their beginnings. */
  readonly earlier: readonly KeptObject[];

  private constructor(path: string, options: ObjectJournalOptions, found: readonly string[], canContinue: boolean) {
    this.#path = path;
    this.#options = options;
    this.#canContinue = canContinue;
    this.#lineCount = found.length;
    const objects = new Map<string, KeptObject>();
    for (const object of found.flatMap(parsed)) {
      objects.set(keyOf(object), object);
      this.#set(object);
    }
    this.earlier = [...this.#lines.keys()].map((key) => objects.get(key)!);
  }

  /**
   * A file that holds something else is told to `onFailure`, and replaced.
   * @throws UsageError if the file cannot be read
   */
  static async open(path: string, options: ObjectJournalOptions): Promise<ObjectJournal> {
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') return '';
      throw new UsageError(
        `the file of objects ${path} cannot be read (${code ?? String(cause)}); name another place with --state`,
        { cause },
      );
    });
    const [header, ...lines] = text.split('\n');
    const isOurs = header === HEADER;
    if (!isOurs && text !== '') options.onFailure(`${path} holds no objects of Nowcast; it is replaced`);
    const isTorn = lines.pop() !== '';
    return new ObjectJournal(path, options, isOurs ? lines : [], isOurs && !isTorn);
  }

  /** Keeps the present facts of an object. */
  write(object: KeptObject): void {
    this.#set(object);
    this.#unwritten.add(keyOf(object));
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when all that can be written is. */
  async close(): Promise<void> {
    await (this.#writing ?? this.#writeAll());
  }

  #set(object: KeptObject): void {
    this.#lines.set(keyOf(object), JSON.stringify(object));
    while (this.#lines.size > this.#options.most) this.#lines.delete(this.#lines.keys().next().value!);
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#unwritten.size > 0) await this.#writeSome();
      if (this.#isFailing) this.#options.onHealed();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#options.onFailure(cannotWrite(this.#path, error).message);
      this.#isFailing = true;
    } finally {
      this.#writing = undefined;
    }
  }

  /** Those that cannot be written come with the next change of any object. */
  async #writeSome(): Promise<void> {
    const keys = this.#unwritten;
    this.#unwritten = new Set();
    try {
      await this.#write([...keys].flatMap((key) => this.#lines.get(key) ?? []));
    } catch (error) {
      for (const key of keys) if (this.#lines.has(key)) this.#unwritten.add(key);
      this.#canContinue = false;
      throw error;
    }
  }

  async #write(lines: readonly string[]): Promise<void> {
    this.#lineCount += lines.length;
    const hasRoom = this.#lineCount <= MOST_LINES * this.#options.most;
    if (this.#canContinue && hasRoom && (await append(this.#path, lines))) return;
    await writeFileAtomic(this.#path, [HEADER, ...this.#lines.values(), ''].join('\n'), OWNER_ONLY);
    this.#lineCount = this.#lines.size;
    this.#canContinue = true;
  }
}

/** @returns false if somebody removed the file, which would have no header then */
async function append(path: string, lines: readonly string[]): Promise<boolean> {
  try {
    await appendFile(path, lines.map((line) => `${line}\n`).join(''), {
      flag: constants.O_WRONLY | constants.O_APPEND,
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function keyOf({ id, startedMs }: KeptObject): string {
  return `${startedMs} ${id}`;
}

/** Nothing for the torn line of a run that was killed. */
function parsed(line: string): KeptObject[] {
  try {
    return [keptObject.loose().parse(JSON.parse(line))];
  } catch {
    return [];
  }
}
