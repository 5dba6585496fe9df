import type { After } from '../../core/after.js';
import { counted } from '../../core/counted.js';
import { DetectorFailedError, InternalError, ModelError, NowcastError } from '../../core/errors.js';
import type { Fit } from '../../core/fit.js';
import type { Picture } from '../../core/picture.js';
import type { HostProcess } from './host-process.js';
import type { ReadyMessage, ResultMessage } from './messages.js';
import { Watchdog } from './watchdog.js';

/** Pictures with one host: the current one and the next one. */
export const SLOTS_PER_HOST = 2;

const STOP_DEADLINE_MS = 2000;
const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 10_000;
/** No start counts as hung before this. */
const START_FLOOR_MS = 1000;
/** A start that takes this many times longer than usual is hung; the limit doubles with each start that hung. */
const START_PATIENCE = 2;

/** The wait before the next start after `failures` consecutive failures: 0, 250, 500, 1000… at most 10 000 ms. */
export function backoffMs(failures: number): number {
  return failures <= 1 ? 0 : Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 2));
}

/** A host's result for a frame: packed rows, and stamps. */
export type HostAnswer = Pick<ResultMessage, 'detections' | 'unusable' | 'times'>;

/** The part of a {@link HostProcess} that supervision needs. */
export type SupervisedProcess = Pick<HostProcess, 'opened' | 'exited' | 'onResult' | 'detect' | 'stop' | 'kill'>;

export type SupervisedHostOptions = {
  /** A ready process; the host takes ownership. */
  readonly first: SupervisedProcess;
  readonly relaunch: () => SupervisedProcess;
  readonly writeSlot: (slot: number, image: Uint8Array) => void;
  /** No run is considered hung before this. */
  readonly watchdogMs: number;
  /** Of the first process's warm-up, from which the watchdog learns the speed of this model. */
  readonly warmUpMs: number;
  /** Of the first process, from its start until its model was open. */
  readonly startMs: number;
  /** Consecutive starts that may fail before the detector is given up; Infinity if it never is. */
  readonly maxFailedStarts: number;
  readonly onLog: (message: string) => void;
  readonly after: After;
};

type Job = {
  readonly slot: number;
  readonly fit: Fit;
  readonly resolve: (answer: HostAnswer) => void;
  readonly reject: (error: Error) => void;
};

type Pause = { readonly over: Promise<void>; end(): void };

type Waiter = { readonly resolve: () => void; readonly reject: (error: Error) => void };

/**
 * A detector process that is always available: supervised while it starts and runs, killed when it hangs, restarted
 * with back-off when it has ended, for as long as it takes. Its current picture is lost; the next picture goes to its
 * successor, if the first start succeeds. Each trouble is logged once, not again at each attempt.
 */
export class SupervisedHost {
  readonly #options: SupervisedHostOptions;
  readonly #watchdog: Watchdog;
  readonly #freeSlots = Array.from({ length: SLOTS_PER_HOST }, (_, slot) => slot);
  /** In the order of requests; the host computes the first one. */
  readonly #jobs: Job[] = [];
  readonly #waiters: Waiter[] = [];
  #process: SupervisedProcess;
  #isWorking = false;
  /** Consecutive deaths without a result between them. */
  #failures = 0;
  /** The reason why this host failed for good. */
  #ended: Error | undefined;
  #closing: Promise<void> | undefined;
  readonly #startWatchdog: Watchdog;
  #hungStarts = 0;
  #pause: Pause | undefined;
  /** The last message of each kind, without its numbers: process ids and times differ in the same trouble. */
  #lossSaid: string | undefined;

  constructor(options: SupervisedHostOptions) {
    this.#options = options;
    this.#watchdog = new Watchdog(
      options.watchdogMs,
      (limitMs) => this.#process.kill(`it gave no answer within ${Math.round(limitMs)} ms and was killed`),
      options.after,
    );
    this.#startWatchdog = new Watchdog(
      START_FLOOR_MS,
      (limitMs) => {
        this.#hungStarts += 1;
        this.#process.kill(`it did not open its model within ${Math.round(limitMs)} ms`);
      },
      options.after,
      START_PATIENCE,
    );
    this.#process = options.first;
    this.#adopt(options.first, options);
  }

  get isWorking(): boolean {
    return this.#isWorking && this.#ended === undefined;
  }

  /** True if it was closed, or failed for good. */
  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Number of pictures that this host could take now. */
  get freeSlotCount(): number {
    return this.#freeSlots.length;
  }

  /** Copies the picture before it returns. While the host restarts, the picture waits for it. */
  detect({ image, fit }: Pick<Picture, 'image' | 'fit'>): Promise<HostAnswer> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const slot = this.#freeSlots.at(-1);
    if (slot === undefined)
      return Promise.reject(new InternalError('a detector host was given more pictures than it has slots'));
    return new Promise((resolve, reject) => {
      this.#options.writeSlot(slot, image);
      this.#freeSlots.pop();
      this.#jobs.push({ slot, fit, resolve, reject });
      if (!this.#isWorking) return;
      this.#process.detect(slot, fit);
      if (this.#jobs.length === 1) this.#watchdog.arm();
    });
  }

  /** Resolves when the host works; rejects if it failed for good. */
  ready(): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (this.#isWorking) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Resolves when the process has exited. Open requests then reject. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const wasWorking = this.#isWorking;
    this.#ended ??= new NowcastError('NOWCAST_DETECTOR_CLOSED', 'the detector is closed');
    this.#pause?.end();
    if (!wasWorking) this.#process.kill('the detector is closed');
    await this.#process.stop(STOP_DEADLINE_MS);
    this.#isWorking = false;
    this.#watchdog.disarm();
    this.#startWatchdog.disarm();
    this.#rejectAll(this.#ended);
  }

  #adopt(process: SupervisedProcess, { warmUpMs, startMs }: { warmUpMs: number; startMs: number }): void {
    this.#process = process;
    this.#isWorking = true;
    this.#watchdog.learn(warmUpMs);
    this.#startWatchdog.learn(startMs);
    this.#hungStarts = 0;
    process.onResult = (result) => this.#settle(result);
    void process.exited.then((why) => {
      // A result may still be in the channel. Its frame counts as lost, and its slot may belong to another frame by
      // then.
      process.onResult = () => undefined;
      this.#lost(why);
    });
    for (const { slot, fit } of this.#jobs) process.detect(slot, fit);
    if (this.#jobs.length > 0) this.#watchdog.arm();
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  #settle({ slot, detections, unusable, times }: ResultMessage): void {
    const job = this.#jobs.shift();
    if (job?.slot !== slot)
      throw new InternalError(`the detector answered slot ${slot} instead of ${job?.slot ?? 'none'}`);
    this.#freeSlots.push(slot);
    this.#failures = 0;
    this.#lossSaid = undefined;
    this.#watchdog.learn(times.inferEndMs - times.inferStartMs);
    if (this.#jobs.length > 0) this.#watchdog.arm();
    else this.#watchdog.disarm();
    job.resolve({ detections, unusable, times });
  }

  #lost(why: string): void {
    this.#isWorking = false;
    this.#watchdog.disarm();
    if (this.#ended !== undefined) return;
    this.#failures += 1;
    const job = this.#jobs.shift();
    if (job !== undefined) {
      this.#freeSlots.push(job.slot);
      job.reject(new DetectorFailedError(`the detector's process was lost with this frame: ${why}`));
    }
    if (this.#lossSaid !== withoutNumbers(why))
      this.#options.onLog(`the detector's process was lost and is being restarted: ${why}`);
    this.#lossSaid = withoutNumbers(why);
    void this.#restart();
  }

  async #restart(): Promise<void> {
    const { maxFailedStarts, onLog } = this.#options;
    let pause = this.#pauseFor(backoffMs(this.#failures));
    let said: string | undefined;
    for (let failedStarts = 0; ;) {
      await pause.over;
      if (this.#ended !== undefined) return;
      // From start to start: a start that hung was itself the wait.
      pause = this.#pauseFor(backoffMs(this.#failures + 1));
      try {
        const ready = await this.#start();
        pause.end();
        if (this.#ended !== undefined) return;
        if (failedStarts > 0) onLog(`the detector works again, after ${counted(failedStarts, 'failed start')}`);
        this.#adopt(this.#process, ready);
        return;
      } catch (cause) {
        if (this.#ended !== undefined) return;
        this.#failures += 1;
        failedStarts += 1;
        const { message } = cause as Error;
        if (failedStarts === maxFailedStarts) {
          this.#giveUp(
            new ModelError(`the detector failed to start ${maxFailedStarts} times in a row: ${message}`, {
              cause,
              code: 'NOWCAST_DETECTOR_LOST',
            }),
          );
          return;
        }
        if (said !== withoutNumbers(message)) onLog(`the detector did not start, and is started again: ${message}`);
        said = withoutNumbers(message);
        // A picture is too old by then, unless every picture counts.
        if (maxFailedStarts === Infinity) this.#rejectJobs(lostWith(cause as Error));
      }
    }
  }

  /** Starts a process and watches it until its model is open. */
  async #start(): Promise<ReadyMessage> {
    const process = this.#options.relaunch();
    this.#process = process;
    this.#startWatchdog.arm(2 ** this.#hungStarts);
    try {
      return await process.opened;
    } finally {
      this.#startWatchdog.disarm();
    }
  }

  #pauseFor(ms: number): Pause {
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      const cancel = this.#options.after(ms, resolve);
      end = () => {
        cancel();
        resolve();
      };
    });
    return (this.#pause = { over, end });
  }

  /** Its pictures are lost. That ends a run only if no other host is left; `ready()` reports it. */
  #giveUp(error: Error): void {
    this.#ended = error;
    this.#rejectAll(lostWith(error), error);
  }

  #rejectAll(ofJobs: Error, ofWaiters = ofJobs): void {
    this.#rejectJobs(ofJobs);
    for (const { reject } of this.#waiters.splice(0)) reject(ofWaiters);
  }

  #rejectJobs(error: Error): void {
    for (const { slot, reject } of this.#jobs.splice(0)) {
      this.#freeSlots.push(slot);
      reject(error);
    }
  }
}

function lostWith(cause: Error): DetectorFailedError {
  return new DetectorFailedError(`the detector was lost with this frame: ${cause.message}`, { cause });
}

function withoutNumbers(message: string): string {
  return message.replaceAll(/\d+/g, '#');
}
