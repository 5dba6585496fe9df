import assert from 'node:assert/strict';
import type { DropEvent, GapEvent, SourceEvent, StatusEvent } from '../../src/core/events.js';
import type { Frame } from '../../src/core/frame.js';
import type { Picture } from '../../src/core/picture.js';
import { cameraSource, type CameraOptions } from '../../src/streaming/sources/camera/camera.js';
import { locateFfmpeg } from '../../src/streaming/ffmpeg/binary.js';
import { monotonicClock } from './monotonic.js';

export const CAMERA_INPUT = { width: 320, height: 320 } as const;

/** The facts of a frame that are kept after its release. */
export type SeenFrame = Omit<Frame, 'picture' | 'release'> & Omit<Picture, 'image'>;

/** A subscription to a camera that records its events and can be awaited. */
export class CameraWatch {
  readonly frames: SeenFrame[] = [];
  readonly drops: DropEvent[] = [];
  readonly gaps: GapEvent[] = [];
  readonly statuses: StatusEvent[] = [];
  error: Error | undefined;
  isComplete = false;
  readonly #stop: () => void;
  #recheck: () => void = () => undefined;

  private constructor(url: string, options: CameraOptions, look: (frame: Frame) => void) {
    const subscription = cameraSource(url, options).subscribe({
      next: (event) => this.#saw(event, look),
      error: (error: Error) => {
        this.error = error;
        this.#recheck();
      },
      complete: () => {
        this.isComplete = true;
        this.#recheck();
      },
    });
    this.#stop = () => subscription.unsubscribe();
  }

  /**
   * Subscribes, with a ladder of 50 ms by default.
   * @param look receives each frame before its release
   */
  static async start(
    url: string,
    options: Partial<CameraOptions> = {},
    look: (frame: Frame) => void = () => undefined,
  ): Promise<CameraWatch> {
    const ffmpeg = await locateFfmpeg(process.env, '');
    return new CameraWatch(
      url,
      {
        streamId: 'cam',
        input: CAMERA_INPUT,
        clock: monotonicClock,
        ffmpeg,
        ladder: [{ delayMs: 50, times: Infinity }],
        ...options,
      },
      look,
    );
  }

  get now(): number {
    return monotonicClock.now();
  }

  stop(): void {
    this.#stop();
  }

  /** Resolves when the condition holds after an event; rejects if the source fails first. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.error !== undefined) throw this.error;
      await new Promise<void>((resolve) => {
        this.#recheck = resolve;
      });
    }
  }

  /** Resolves after this many frames of the epoch. */
  framesOfEpoch(epoch: number, count: number): Promise<void> {
    return this.until(() => this.frames.filter((frame) => frame.epoch === epoch).length >= count);
  }

  /** Checks the rules for every camera's frames and drops, for any faults. */
  assertInOrder(): void {
    const all = [...this.frames, ...this.drops].sort((a, b) => a.seq - b.seq);
    assert.deepEqual(
      all.map(({ seq }) => seq),
      all.map((_, i) => i),
      'each seq from 0 on, once',
    );
    for (let i = 1; i < all.length; i++) {
      assert.ok(all[i].ptsMs > all[i - 1].ptsMs, `pts ${all[i].ptsMs} after ${all[i - 1].ptsMs}`);
      // Estimates may be revised, by as much as their uncertainty allows.
      const uncertaintyMs = all[i].uncertaintyMs + all[i - 1].uncertaintyMs;
      assert.ok(
        all[i].capturedAtMs + uncertaintyMs >= all[i - 1].capturedAtMs,
        `captured at ${all[i].capturedAtMs} after ${all[i - 1].capturedAtMs}`,
      );
      assert.ok(all[i].epoch >= all[i - 1].epoch);
    }
    for (const { capturedAtMs, readyAtMs } of this.frames) assert.ok(capturedAtMs <= readyAtMs);
  }

  #saw(event: SourceEvent, look: (frame: Frame) => void): void {
    switch (event.type) {
      case 'frame': {
        look(event);
        const {
          picture: { size, fit },
          release,
          ...seen
        } = event;
        this.frames.push({ ...seen, size, fit });
        release();
        break;
      }
      case 'drop':
        this.drops.push(event);
        break;
      case 'gap':
        this.gaps.push(event);
        break;
      case 'status':
        this.statuses.push(event);
        break;
    }
    this.#recheck();
  }
}
