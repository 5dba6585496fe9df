import { Worker } from 'node:worker_threads';
import { InternalError, NowcastError } from '../../src/core/errors.js';
import type { FromThread, ToThread } from './messages.js';

type Waiting<Answer> = { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void };

/** A thread that answers requests in order; its other side is {@link serve}. The code that opens it must close it. */
export class Thread<Request, Answer> {
  readonly #name: string;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #waiting: Waiting<Answer | undefined>[] = [];
  #failure: Error | undefined;

  private constructor(name: string, main: URL, start: unknown) {
    this.#name = name;
    this.#worker = new Worker(main, { workerData: start });
    this.#worker.on('message', (message: FromThread<Answer>) => {
      const waiting = this.#waiting.shift();
      if (message.type === 'failed') waiting?.reject(this.#errorOf(message));
      else waiting?.resolve(message.type === 'answer' ? message.answer : undefined);
    });
    this.#worker.on('error', (error) => this.#fail(error.message));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#fail('its thread ended');
        resolve();
      });
    });
  }

  /**
   * Starts a thread for each of `starts`: all of them or none.
   * @param name description of the threads, for messages
   * @param main the file that they run
   */
  static async openAll<Request, Answer>(
    name: string,
    main: URL,
    starts: readonly unknown[],
  ): Promise<Thread<Request, Answer>[]> {
    const opened = await Promise.allSettled(
      starts.map(async (start) => {
        const thread = new Thread<Request, Answer>(name, main, start);
        await thread.#next();
        return thread;
      }),
    );
    const threads = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const refused = opened.find((result) => result.status === 'rejected');
    if (refused === undefined) return threads;
    await Promise.all(threads.map((thread) => thread.close()));
    throw refused.reason;
  }

  /** @throws the other side's error, as an InternalError if the user cannot fix the cause */
  async ask(request: Request): Promise<Answer> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#send({ type: 'request', request });
    return (await this.#next()) as Answer;
  }

  /** Ends the thread after its pending requests. */
  async close(): Promise<void> {
    this.#send({ type: 'close' });
    await this.#exited;
  }

  #next(): Promise<Answer | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  /** No further request will be answered. */
  #fail(reason: string): void {
    this.#failure ??= this.#errorOf({ message: reason });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }

  #errorOf({ code, message }: { readonly code?: string; readonly message: string }): Error {
    return code === undefined ? new InternalError(`${this.#name} failed: ${message}`) : new NowcastError(code, message);
  }

  #send(message: ToThread<Request>): void {
    this.#worker.postMessage(message);
  }
}
