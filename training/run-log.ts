import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OutputError, UsageError } from '../src/core/errors.js';
import type { Validation } from './validate.js';
import { makeFolder } from '../src/files/make-folder.js';

/** Mean losses of one step. */
export type StepReport = {
  readonly type: 'step';
  /** Steps done, of `steps`. */
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly lr: number;
  readonly loss: number;
  readonly iou: number;
  readonly objectness: number;
  readonly classes: number;
  readonly l1: number;
  readonly positives: number;
};

/** Absent in some of the earliest logs. */
export type ValidationReport = Omit<Validation, 'apPerClass'> &
  Partial<Validation> & { readonly type: 'validation'; readonly step: number };

type Entry = StepReport | ValidationReport;

/** The log of a run: stored as `log.jsonl`, one entry a line. */
export class RunLog {
  readonly steps: StepReport[] = [];
  readonly validations: ValidationReport[] = [];
  readonly #path: string;

  /**
   * @param out the run's folder
   * @param step from which the run continues; at 0 the log is replaced
   * @throws UsageError if the old log cannot be read
   */
  constructor(out: string, step: number) {
    this.#path = join(out, 'log.jsonl');
    this.#writing(() => {
      makeFolder(out);
      if (step === 0) writeFileSync(this.#path, '');
    });
    const written = this.#read();
    for (const entry of readEntries(written)) if (entry.step <= step) this.#keep(entry);
    // Starts on a new line, so that a torn line does not damage the next one.
    if (written.length > 0 && written[written.length - 1] !== LINE_FEED)
      this.#writing(() => appendFileSync(this.#path, '\n'));
  }

  add(entry: Entry): void {
    this.#keep(entry);
    this.#writing(() => appendFileSync(this.#path, `${JSON.stringify(entry)}\n`));
  }

  hasValidation(step: number): boolean {
    return this.validations.at(-1)?.step === step;
  }

  /** A run that resumes from an earlier checkpoint logs the same steps again: the last entry counts. */
  #keep(entry: Entry): void {
    const entries: Entry[] = entry.type === 'step' ? this.steps : this.validations;
    while (entries.length > 0 && entries[entries.length - 1].step >= entry.step) entries.pop();
    entries.push(entry);
  }

  #read(): Buffer {
    try {
      return existsSync(this.#path) ? readFileSync(this.#path) : Buffer.of();
    } catch (cause) {
      throw new UsageError(
        `cannot read ${this.#path}: ${(cause as Error).message}; make it readable, or move it away to continue without its curves`,
        { cause },
      );
    }
  }

  #writing(work: () => void): void {
    try {
      work();
    } catch (cause) {
      throw new OutputError(`cannot write ${this.#path}: ${(cause as Error).message}`, { cause });
    }
  }
}

const LINE_FEED = 10;

/** The complete lines: a crash or a full disk may have torn some. */
function* readEntries(bytes: Buffer): Generator<Entry> {
  for (let start = 0, end; (end = bytes.indexOf(LINE_FEED, start)) >= 0; start = end + 1) {
    try {
      yield JSON.parse(bytes.toString('utf8', start, end)) as Entry;
    } catch {
      // A torn line.
    }
  }
}
