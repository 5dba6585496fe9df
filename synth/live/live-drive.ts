import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { InternalError } from '../../src/core/errors.js';
import { requireCanvas } from '../../src/files/require-canvas.js';
import type { Annotation } from '../annotate.js';
import type { DriveStart, DrawingDetail, FromDrive, ToDrive } from './drive-messages.js';

export type LiveDriveOptions = DriveStart & {
  /** Receives the visible objects of every frame, drawn or not, in order, before the frame's picture is ready. */
  readonly onTruth?: (index: number, objects: readonly Annotation[]) => void;
  /** Receives the picture of a frame for people, some milliseconds after it was drawn. */
  readonly onJpeg?: (index: number, bytes: Uint8Array) => void;
  /** The first frame that may still be requested after it was skipped. Default: none may. */
  readonly keepFrom?: () => number;
  /** The detail of the next picture. Default: full. */
  readonly detail?: () => DrawingDetail;
};

const FULL_DETAIL: DrawingDetail = { scale: 1, withJpeg: true };

type Waiting = { readonly target: Uint8Array; readonly resolve: () => void; readonly reject: (error: Error) => void };

/** A drive that is drawn frame by frame on request, in a separate thread. */
export class LiveDrive {
  readonly #worker: Worker;
  readonly #options: LiveDriveOptions;
  readonly #exited: Promise<unknown>;
  /** In the order of the requests. */
  readonly #waiting: Waiting[] = [];
  /** Requests for pictures of remembered frames, in their order. */
  readonly #again: ((bytes: Uint8Array | undefined) => void)[] = [];
  /** Travels back and forth with the pictures. */
  #buffer: ArrayBuffer | undefined;
  #failure: Error | undefined;

  /** @throws UsageError without the package that draws */
  constructor(options: LiveDriveOptions) {
    requireCanvas('the synthetic drive');
    const { onTruth: _, onJpeg: __, keepFrom: ___, detail: ____, ...start } = options;
    this.#options = options;
    this.#worker = new Worker(new URL('./drive-main.js', import.meta.url), { workerData: start satisfies DriveStart });
    this.#worker.on('message', (message: FromDrive) => this.#receive(message));
    this.#worker.on('error', (error) => this.#fail(error.message));
    this.#worker.on('exit', () => this.#fail('its thread ended'));
    this.#exited = once(this.#worker, 'exit').catch(() => undefined);
  }

  /**
   * Draws a frame. Unrequested frames before it are skipped; a skipped frame can be drawn later, as long as it is kept
   * (`keepFrom`).
   * @param target receives planar uint8, [3, input height, input width], in the input's format
   */
  produce(index: number, target: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const image = this.#buffer ?? new ArrayBuffer(target.length);
    this.#buffer = undefined;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ target, resolve, reject });
      const { keepFrom, detail } = this.#options;
      const message: ToDrive = {
        type: 'draw',
        index,
        image,
        keepFrom: keepFrom?.() ?? index,
        detail: detail?.() ?? FULL_DETAIL,
      };
      this.#worker.postMessage(message, [image]);
    });
  }

  /** A JPEG of a remembered frame; undefined if it is forgotten, or the drive has ended. */
  picture(index: number): Promise<Uint8Array | undefined> {
    if (this.#failure !== undefined) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#again.push(resolve);
      this.#worker.postMessage({ type: 'again', index } satisfies ToDrive);
    });
  }

  /** Ends the thread after the frame that it may be drawing. Safe to call twice. */
  async close(): Promise<void> {
    this.#worker.postMessage({ type: 'close' } satisfies ToDrive);
    await this.#exited;
  }

  #receive(message: FromDrive): void {
    switch (message.type) {
      case 'truth':
        this.#options.onTruth?.(message.index, message.objects);
        break;
      case 'drawn': {
        this.#buffer = message.image;
        const waiting = this.#waiting.shift();
        waiting?.target.set(new Uint8Array(message.image));
        waiting?.resolve();
        break;
      }
      case 'jpeg':
        this.#options.onJpeg?.(message.index, message.bytes);
        break;
      case 'again':
        this.#again.shift()?.(message.bytes);
        break;
      case 'failed':
        this.#fail(message.message);
        break;
    }
  }

  #fail(reason: string): void {
    this.#failure ??= new InternalError(`the synthetic drive cannot continue: ${reason}`);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
    for (const resolve of this.#again.splice(0)) resolve(undefined);
  }
}
