import type { Clock, WallClock } from '../../../core/clock.js';
import { OutputError } from '../../../core/errors.js';
import type { PipelineEvent } from '../../../core/events.js';
import { timeName } from '../../../core/time-name.js';
import type { KeptFolder, KeptUse } from '../../../files/kept-folder.js';
import type { RecordingHeader } from '../../../recording/format.js';
import { createRecorder, type Recorder } from '../../../recording/recorder.js';

export type RotatingRecordingOptions = {
  readonly folder: KeptFolder;
  /** Of each file; that of a run whose cameras change is asked for again. */
  readonly header: () => RecordingHeader;
  /** Length of a file. */
  readonly segmentMs: number;
  readonly clock: Clock & WallClock;
  /** Called when a file ends early, once until a file was completed. */
  readonly onTrouble: (error: OutputError) => void;
};

/** Folder of the files, inside that which is limited. */
const INSIDE = 'percepts';
const OWN_NAME = /^\d{8}T\d{9}Z\.jsonl$/;
/** Time to the next file after one that failed. */
const RETRY_MS = 10_000;

type Current = { readonly recorder: Recorder; readonly path: string; readonly untilMs: number };

export function isRecordingName(name: string): boolean {
  return OWN_NAME.test(name);
}

/** Records events into one file after another; each is a recording of its own. */
export class RotatingRecording {
  readonly #options: RotatingRecordingOptions;
  #current: Current | undefined;
  #retryMs = -Infinity;
  #isFailing = false;
  #failures = 0;
  /** Files so far. */
  readonly files: string[] = [];
  #completing: Promise<unknown> = Promise.resolve();

  constructor(options: RotatingRecordingOptions) {
    this.#options = options;
  }

  /** Whether no file was completed since the last failure, and the number of files that failed. */
  get trouble(): Pick<KeptUse, 'isFailing' | 'failures'> {
    return { isFailing: this.#isFailing, failures: this.#failures };
  }

  write(event: PipelineEvent): void {
    const nowMs = this.#options.clock.now();
    if (this.#current !== undefined && nowMs >= this.#current.untilMs) this.next();
    if (this.#current === undefined && nowMs >= this.#retryMs) this.#begin(nowMs);
    this.#current?.recorder.write(event);
  }

  /** Completes the file; the next event begins another one. */
  next(): void {
    if (this.#current === undefined) return;
    this.#isFailing = false;
    this.#end(this.#current);
  }

  async close(): Promise<void> {
    this.next();
    await this.#completing;
  }

  #begin(nowMs: number): void {
    const { folder, header, segmentMs, clock } = this.#options;
    const path = folder.pathOf(INSIDE, `${timeName(clock.toUnixMs(nowMs))}.jsonl`);
    try {
      folder.prepare(path);
      const recorder = createRecorder(path, header(), (error) => this.#failed(error));
      this.#current = { recorder, path, untilMs: nowMs + segmentMs };
      this.files.push(path);
    } catch (error) {
      if (!(error instanceof OutputError)) throw error;
      this.#failed(error);
    }
  }

  #failed(error: OutputError): void {
    this.#retryMs = this.#options.clock.now() + RETRY_MS;
    if (!this.#isFailing) this.#options.onTrouble(error);
    this.#isFailing = true;
    this.#failures += 1;
    if (this.#current !== undefined) this.#end(this.#current);
  }

  #end({ recorder, path }: Current): void {
    this.#current = undefined;
    this.#completing = this.#completing.then(async () => {
      await recorder.close();
      await this.#options.folder.adopt(path);
    });
  }
}
