import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DetectorFailedError, ModelError } from '../../core/errors.js';
import type { Fit } from '../../core/fit.js';
import type { FromHost, OpenMessage, ReadyMessage, ResultMessage, ToHost } from './messages.js';

const ENTRY = fileURLToPath(new URL('./detector-main.js', import.meta.url));
const STDERR_TAIL_CHARS = 2000;

export type HostProcessOptions = {
  readonly open: OpenMessage;
  /** Of the file of pictures, inherited by the process. */
  readonly slotsFd: number;
  /** A process that has not opened its model by then is killed. */
  readonly startTimeoutMs: number;
};

/** One detector process, from its start to its end. It is not restarted; see `supervised-host.ts`. */
export class HostProcess {
  /** Resolves once the model is open and has run once; rejects with what prevented it. */
  readonly opened: Promise<ReadyMessage>;
  /** Resolves with the reason when the process is gone and reaped. Never rejects. */
  readonly exited: Promise<string>;
  /** Called for each answer to {@link detect}, in the order of asking. */
  onResult: (result: ResultMessage) => void = () => undefined;
  readonly #child: ChildProcess;
  readonly #startTimer: NodeJS.Timeout;
  #onMeasured: (runMs: readonly number[]) => void = () => undefined;
  #killedBecause: string | undefined;
  #failure: ModelError | undefined;
  #stderrTail = '';

  constructor({ open, slotsFd, startTimeoutMs }: HostProcessOptions) {
    this.#child = fork(ENTRY, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', slotsFd],
      serialization: 'advanced',
      // Those of this process (an inspector's port, a test runner's loader) are not the detector's.
      execArgv: [],
    });
    // Absent where the system has no descriptor left to start a process with.
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderrTail = (this.#stderrTail + text).slice(-STDERR_TAIL_CHARS);
    });
    this.exited = this.#untilExit();
    this.opened = this.#untilOpen();
    this.opened.catch(() => undefined);
    this.#startTimer = setTimeout(
      () => this.kill(`it did not open its model within ${startTimeoutMs} ms`),
      startTimeoutMs,
    );
    this.#send(open);
  }

  /** Undefined where the system refused to start a process. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Asks for the picture in a slot; the answer comes through {@link onResult}. */
  detect(slot: number, fit: Fit): void {
    this.#send({ type: 'detect', slot, fit });
  }

  /** Milliseconds of up to `runs` bare runs, fewer where one took longer than `giveUpAboveMs` or the process ended. */
  measure(runs: number, giveUpAboveMs: number): Promise<readonly number[]> {
    const measured = new Promise<readonly number[]>((resolve) => {
      this.#onMeasured = resolve;
    });
    this.#send({ type: 'measure', runs, giveUpAboveMs });
    return Promise.race([measured, this.exited.then(() => [])]);
  }

  /** Lets the run under way end; after `deadlineMs` the process is killed. Resolves when it is gone. */
  async stop(deadlineMs: number): Promise<void> {
    this.#send({ type: 'close' });
    const timer = setTimeout(() => this.kill('it did not stop when asked'), deadlineMs);
    await this.exited;
    clearTimeout(timer);
  }

  kill(because: string): void {
    this.#killedBecause ??= because;
    this.#child.kill('SIGKILL');
  }

  #send(message: ToHost): void {
    // A process that has just died has lost the message; its end is reported through `exited`.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #untilExit(): Promise<string> {
    return new Promise((resolve) => {
      const end = (why: string): void => {
        clearTimeout(this.#startTimer);
        resolve(why);
      };
      this.#child.once('close', (code, signal) => end(this.#describeExit(code, signal)));
      this.#child.on('error', (error) => {
        if (this.#child.pid === undefined) end(`it could not be started: ${error.message}`);
      });
    });
  }

  #untilOpen(): Promise<ReadyMessage> {
    return new Promise((resolve, reject) => {
      this.#child.on('message', (received) => {
        const message = received as FromHost;
        switch (message.type) {
          case 'ready':
            clearTimeout(this.#startTimer);
            resolve(message);
            break;
          case 'result':
            this.onResult(message);
            break;
          case 'measured':
            this.#onMeasured(message.runMs);
            break;
          case 'failed':
            this.#failure = new ModelError(message.message, message.code === undefined ? {} : { code: message.code });
            break;
        }
      });
      void this.exited.then((why) =>
        reject(this.#failure ?? new DetectorFailedError(`the detector's process ended while it started: ${why}`)),
      );
    });
  }

  #describeExit(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#killedBecause !== undefined) return this.#killedBecause;
    if (this.#failure !== undefined) return this.#failure.message;
    const how = signal === null ? `exit code ${code}` : signal;
    const said = this.#stderrTail.trim();
    return said === '' ? how : `${how}; its last words: ${said}`;
  }
}
