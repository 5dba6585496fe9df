import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { InternalError } from '../../../src/core/errors.js';
import type { LossSums } from '../../losses.js';
import type { Batch } from '../engine.js';
import type { FromReplica, ReplicaStart, ToReplica } from './replica-messages.js';

type Waiting = { readonly resolve: (answer: FromReplica) => void; readonly reject: (error: Error) => void };

/** A replica in a thread of its own. One step at a time. */
export class ReplicaWorker {
  readonly gradient: Float32Array;
  readonly statistics: Float32Array;
  readonly #worker: Worker;
  readonly #exited: Promise<unknown>;
  #waiting: Waiting | undefined;

  private constructor(start: ReplicaStart) {
    this.gradient = start.gradient;
    this.statistics = start.statistics;
    this.#worker = new Worker(new URL('./replica-main.js', import.meta.url), { workerData: start });
    this.#worker.on('message', (answer: FromReplica) => {
      if (answer.type === 'failed') this.#fail(answer.message);
      else this.#settle()?.resolve(answer);
    });
    this.#worker.on('error', (error) => this.#fail(error.message));
    this.#worker.on('exit', () => this.#fail('its thread ended'));
    this.#exited = once(this.#worker, 'exit').catch(() => undefined);
  }

  static async open(start: ReplicaStart): Promise<ReplicaWorker> {
    const worker = new ReplicaWorker(start);
    await worker.#answer();
    return worker;
  }

  /** When it resolves, {@link gradient} and {@link statistics} hold this step's. */
  async step(batch: Batch, l1: boolean): Promise<LossSums> {
    this.#send({ type: 'step', batch, l1 });
    const answer = await this.#answer();
    if (answer.type !== 'done') throw new InternalError(`a replica answered a step with "${answer.type}"`);
    return answer.losses;
  }

  /** Ends the thread after the step that it may be at. */
  async close(): Promise<void> {
    this.#send({ type: 'close' });
    await this.#exited;
  }

  #answer(): Promise<FromReplica> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #fail(reason: string): void {
    this.#settle()?.reject(new InternalError(`a training replica failed: ${reason}`));
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  #send(message: ToReplica): void {
    this.#worker.postMessage(message);
  }
}
