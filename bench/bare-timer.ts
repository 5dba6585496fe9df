import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { monotonicClock as clock } from '../src/app/clock.js';

const ENTRY = fileURLToPath(import.meta.url);

/** A process that only waits for one deadline after the other, and measures how late it wakes. */
export class BareTimer {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(intervalMs: number): Promise<BareTimer> {
    const child = fork(ENTRY, [String(intervalMs)]);
    await once(child, 'message');
    return new BareTimer(child);
  }

  /** Ends the process and returns the lateness at each deadline, in milliseconds. */
  async stop(): Promise<readonly number[]> {
    const answer = once(this.#child, 'message') as Promise<[readonly number[]]>;
    this.#child.send('stop');
    const [[lateMs]] = await Promise.all([answer, once(this.#child, 'close')]);
    return lateMs;
  }
}

function main(intervalMs: number): void {
  const lateMs: number[] = [];
  let dueMs = clock.now();
  const next = (): void => {
    dueMs = Math.max(dueMs + intervalMs, clock.now());
    setTimeout(
      () => {
        lateMs.push(clock.now() - dueMs);
        next();
      },
      Math.ceil(dueMs - clock.now()),
    );
  };
  process.once('message', () => process.send!(lateMs, undefined, undefined, () => process.exit()));
  process.send!('started');
  next();
}

if (process.argv[1] === ENTRY) main(Number(process.argv[2]));
