import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CameraCommand, CameraFacts, CameraMessage, CameraRequest, Drawing } from './messages.js';
import { CAMERA_PASSWORD, CAMERA_USER, DEFAULT_CAMERA, type PacedCameraOptions } from './options.js';

export { stampOf } from './stamp.js';
export type { CameraCommand, CameraFacts, Drawing } from './messages.js';
export type { CameraQuirk, PacedCameraOptions } from './options.js';

const PROGRAM = fileURLToPath(new URL('./main.js', import.meta.url));

/**
 * A camera in a separate process that sends pictures encoded beforehand, with faults on command. Each picture carries
 * its number, and the camera reports its capture time, so the true age of a received frame is known.
 */
export class PacedCamera {
  readonly options: PacedCameraOptions;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #drawings = new Map<number, Drawing[]>();
  readonly #answers = new Map<number, (facts: CameraFacts) => void>();
  #lastId = 0;

  private constructor(options: PacedCameraOptions, child: ChildProcess, port: number) {
    this.options = options;
    this.#child = child;
    this.port = port;
    child.on('message', (message: CameraMessage) => this.#heard(message));
  }

  /** Resolves when it accepts connections. The first start with such pictures also encodes them. */
  static async start(options: Partial<PacedCameraOptions> = {}): Promise<PacedCamera> {
    const all = { ...DEFAULT_CAMERA, ...options };
    const child = fork(PROGRAM, [JSON.stringify(all)], { execArgv: [] });
    const first = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [
      CameraMessage | number | null,
    ];
    if (typeof first[0] !== 'object' || first[0]?.type !== 'ready') throw new Error('the camera did not start');
    return new PacedCamera(all, child, first[0].port);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get url(): string {
    return `rtsp://127.0.0.1:${this.port}/cam`;
  }

  /** The URL with the password, as ffmpeg and others need it. */
  get urlWithPassword(): string {
    return `rtsp://${CAMERA_USER}:${encodeURIComponent(CAMERA_PASSWORD)}@127.0.0.1:${this.port}/cam`;
  }

  /** Resolves when the camera begins the fault, not when the fault ends. */
  command(command: CameraCommand): Promise<CameraFacts> {
    return this.#ask({ command });
  }

  /** Resolves when {@link drawing} has every picture captured by now. */
  facts(): Promise<CameraFacts> {
    return this.#ask({});
  }

  /** The newest picture with this number captured by `beforeMs`; undefined if there is none. */
  drawing(index: number, beforeMs = Infinity): Drawing | undefined {
    return this.#drawings.get(index)?.findLast(({ drawnAtMs }) => drawnAtMs <= beforeMs);
  }

  /** All captured pictures, in order. */
  drawings(): Drawing[] {
    return [...this.#drawings.values()].flat().sort((a, b) => a.drawnAtMs - b.drawnAtMs);
  }

  /** Stalls the process and leaves its sockets open. */
  stall(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Kills the process, even a stalled one. Resolves when it has exited. Safe to call twice. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  #ask(request: Omit<CameraRequest, 'id'>): Promise<CameraFacts> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, resolve);
      this.#child.send({ ...request, id } satisfies CameraRequest, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  #heard(message: CameraMessage): void {
    switch (message.type) {
      case 'ready':
        break;
      case 'drawn': {
        const { drawing } = message;
        const known = this.#drawings.get(drawing.index);
        if (known === undefined) this.#drawings.set(drawing.index, [drawing]);
        else known.push(drawing);
        break;
      }
      case 'answer': {
        this.#answers.get(message.id)?.(message.facts);
        this.#answers.delete(message.id);
        break;
      }
    }
  }
}
