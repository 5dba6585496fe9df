import type { ReadyMessage, ResultMessage } from '../../../src/model/host/messages.js';
import type { SupervisedProcess } from '../../../src/model/host/supervised-host.js';

/** Replaces a detector's process: the test decides when it opens, responds and dies. */
export class FakeProcess implements SupervisedProcess {
  readonly opened: Promise<ReadyMessage>;
  readonly exited: Promise<string>;
  onResult: (result: ResultMessage) => void = () => undefined;
  /** Slots of requests without a result. */
  readonly asked: number[] = [];
  open!: () => void;
  failToOpen!: (error: Error) => void;
  die!: (why: string) => void;
  killedBecause: string | undefined;

  constructor() {
    this.exited = new Promise((resolve) => {
      this.die = resolve;
    });
    this.opened = new Promise((resolve, reject) => {
      this.open = () =>
        resolve({ type: 'ready', startMs: 100, warmUpMs: 10, supportedProviders: ['cpu'], form: '', warnings: [] });
      this.failToOpen = (error) => {
        this.die(error.message);
        reject(error);
      };
      void this.exited.then((why) => reject(new Error(why)));
    });
    this.opened.catch(() => undefined);
  }

  detect(slot: number): void {
    this.asked.push(slot);
  }

  /** Returns the result of the oldest request. */
  answer(runMs = 10): void {
    const slot = this.asked.shift()!;
    this.onResult({
      type: 'result',
      slot,
      detections: new Float64Array(),
      unusable: 0,
      times: { inferStartMs: 0, inferEndMs: runMs, doneAtMs: runMs },
    });
  }

  kill(because: string): void {
    this.killedBecause ??= because;
    this.die(because);
  }

  async stop(): Promise<void> {
    this.die('told to stop');
    await this.exited;
  }
}
