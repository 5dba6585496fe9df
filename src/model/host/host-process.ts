import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cpuTimeMs } from '../../children/cpu-time.js';
import { watchStart } from '../../children/start-timeout.js';
import { childEnvironment } from '../../core/child-environment.js';
import { DetectorFailedError, ModelError } from '../../core/errors.js';
import { shortageText } from '../../core/shortages.js';
import type { Fit } from '../../core/fit.js';
import { PROVIDER_ERROR } from '../actual-provider.js';
import { missingLibrary } from '../missing-library.js';
import type { FailedMessage, FromHost, OpenMessage, ReadyMessage, ResultMessage, ToHost } from './messages.js';
import { realAfter } from './watchdog.js';

const ENTRY = fileURLToPath(new URL('./detector-main.js', import.meta.url));
const STDERR_TAIL_CHARS = 2000;

export type HostProcessOptions = {
  readonly open: OpenMessage;
  /** Descriptor of the file of pictures, inherited by the process. */
  readonly slotsFd: number;
  /** The process is killed if it has not opened its model by then. */
  readonly startTimeoutMs: number;
  /** The limit is of processor time instead, as long as the process gets any. */
  readonly isPatient: boolean;
};

/** One detector process, from its start to its end. `supervised-host.ts` restarts detectors; this does not. */
export class HostProcess {
  /** Resolves once the model is open and has run once; rejects with the error that prevented it. */
  readonly opened: Promise<ReadyMessage>;
  /** Resolves with the reason when the process has exited and was reaped. Never rejects. */
  readonly exited: Promise<string>;
  /** Called for each result of {@link detect}, in the order of requests. */
  onResult: (result: ResultMessage) => void = () => undefined;
  readonly #child: ChildProcess;
  readonly #endStartWatch: () => void;
  #onMeasured: (runMs: readonly number[]) => void = () => undefined;
  #onSampled: (outputs: readonly Float32Array[]) => void = () => undefined;
  #killedBecause: string | undefined;
  #failed: FailedMessage | undefined;
  #stderrTail = '';

  constructor({ open, slotsFd, startTimeoutMs, isPatient }: HostProcessOptions) {
    this.#child = fork(ENTRY, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', slotsFd],
      serialization: 'advanced',
      env: childEnvironment(process.env),
      // Node's own arguments (an inspector's port, a test runner's loader) are for this process only.
      execArgv: [],
    });
    // Absent if the system has no file descriptor left to start a process.
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderrTail = (this.#stderrTail + text).slice(-STDERR_TAIL_CHARS);
    });
    this.exited = this.#untilExit();
    this.opened = this.#untilOpen();
    this.opened.catch(() => undefined);
    const { pid } = this.#child;
    this.#endStartWatch = watchStart({
      limitMs: startTimeoutMs,
      cpuTimeMs: () => (pid === undefined || !isPatient ? undefined : cpuTimeMs(pid)),
      onHung: () => this.kill(`it did not open its model within ${startTimeoutMs} ms`),
      after: realAfter,
    });
    this.#send(open);
  }

  /** Undefined if the system could not start the process. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Requests the detections of the picture in a slot; {@link onResult} receives them. */
  detect(slot: number, fit: Fit): void {
    this.#send({ type: 'detect', slot, fit });
  }

  /** Milliseconds of up to `runs` bare runs; fewer if one took longer than `giveUpAboveMs` or the process ended. */
  measure(runs: number, giveUpAboveMs: number): Promise<readonly number[]> {
    const measured = new Promise<readonly number[]>((resolve) => {
      this.#onMeasured = resolve;
    });
    this.#send({ type: 'measure', runs, giveUpAboveMs });
    return Promise.race([measured, this.exited.then(() => [])]);
  }

  /** The network's outputs for a picture that is the same in each process; none if the process ended. */
  sample(): Promise<readonly Float32Array[]> {
    const sampled = new Promise<readonly Float32Array[]>((resolve) => {
      this.#onSampled = resolve;
    });
    this.#send({ type: 'sample' });
    return Promise.race([sampled, this.exited.then(() => [])]);
  }

  /** Lets the current run end; after `deadlineMs` the process is killed. Resolves when it has exited. */
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
    // A process that has just died has lost the message; `exited` reports its end.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #untilExit(): Promise<string> {
    return new Promise((resolve) => {
      const end = (why: string): void => {
        this.#endStartWatch();
        resolve(why);
      };
      this.#child.once('close', (code, signal) => end(this.#describeExit(code, signal)));
      this.#child.on('error', (error) => {
        if (this.#child.pid === undefined) end(`it could not be started: ${shortageText(error)}`);
      });
    });
  }

  #untilOpen(): Promise<ReadyMessage> {
    return new Promise((resolve, reject) => {
      this.#child.on('message', (received) => {
        const message = received as FromHost;
        switch (message.type) {
          case 'ready':
            this.#endStartWatch();
            resolve(message);
            break;
          case 'result':
            this.onResult(message);
            break;
          case 'measured':
            this.#onMeasured(message.runMs);
            break;
          case 'sampled':
            this.#onSampled(message.outputs);
            break;
          case 'failed':
            this.#failed = message;
            break;
        }
      });
      void this.exited.then((why) =>
        reject(this.#failure() ?? new DetectorFailedError(`the detector's process ended during its start: ${why}`)),
      );
    });
  }

  #describeExit(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#killedBecause !== undefined) return this.#killedBecause;
    const failure = this.#failure();
    if (failure !== undefined) return failure.message;
    const how = signal === null ? `exit code ${code}` : signal;
    const said = this.#stderrTail.trim();
    return said === '' ? how : `${how}; its last words: ${said}`;
  }

  /** The error that it ended with. ONNX Runtime tells which library is missing on standard error alone. */
  #failure(): ModelError | undefined {
    if (this.#failed === undefined) return undefined;
    const { message, code } = this.#failed;
    const library = code === PROVIDER_ERROR ? missingLibrary(this.#stderrTail) : undefined;
    const text = library === undefined ? message : `${message}; the library ${library} is missing`;
    return new ModelError(text, code === undefined ? {} : { code });
  }
}
