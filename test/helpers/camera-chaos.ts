import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicClock } from './monotonic.js';
import { PacedCamera, type Drawing, type PacedCameraOptions } from './paced-camera/index.js';
import { randomSource } from './random.js';
import { ThrottlingProxy } from './throttling-proxy.js';

export type ChaosOptions = {
  readonly camera: Partial<PacedCameraOptions>;
  /** The same seed makes the same faults in the same order. */
  readonly seed: number;
  /** Longest time between two faults; the shortest is half of it. */
  readonly restMs: number;
  /** Longest duration of a fault. */
  readonly longestMs: number;
};

type Fault = (chaos: CameraChaos, ms: number) => Promise<string>;

/** A camera behind a link. Both fail in every known way, one fault after the other, in random order. */
export class CameraChaos {
  /** The faults so far, with their begin and end. */
  readonly log: { readonly fault: string; readonly fromMs: number; readonly toMs: number }[] = [];
  readonly link: ThrottlingProxy;
  readonly #options: ChaosOptions;
  readonly #cameras: PacedCamera[];
  readonly #uniform: () => number;

  private constructor(options: ChaosOptions, camera: PacedCamera, link: ThrottlingProxy) {
    this.#options = options;
    this.#cameras = [camera];
    this.link = link;
    this.#uniform = randomSource(options.seed).uniform;
  }

  static async start(options: ChaosOptions): Promise<CameraChaos> {
    const camera = await PacedCamera.start(options.camera);
    return new CameraChaos(options, camera, await ThrottlingProxy.start(camera.port));
  }

  get url(): string {
    return `rtsp://127.0.0.1:${this.link.port}/cam`;
  }

  /** The current fault. */
  get camera(): PacedCamera {
    return this.#cameras.at(-1)!;
  }

  /** The newest picture with this number that any camera captured by `beforeMs`. */
  drawing(index: number, beforeMs: number): Drawing | undefined {
    for (const camera of this.#cameras.toReversed()) {
      const drawing = camera.drawing(index, beforeMs);
      if (drawing !== undefined) return drawing;
    }
    return undefined;
  }

  /** Causes faults for this long; every fault is over when it resolves. */
  async run(forMs: number): Promise<void> {
    const { restMs, longestMs } = this.#options;
    const endAtMs = monotonicClock.now() + forMs;
    while (monotonicClock.now() < endAtMs) {
      await sleep(restMs * (0.5 + 0.5 * this.#uniform()));
      const happen = FAULTS[Math.floor(this.#uniform() * FAULTS.length)];
      const fromMs = monotonicClock.now();
      const fault = await happen(this, Math.round(longestMs * this.#uniform()));
      this.log.push({ fault, fromMs, toMs: monotonicClock.now() });
    }
  }

  /** A fault that the camera itself carries out. */
  async command(name: string, command: Parameters<PacedCamera['command']>[0], ms = 0): Promise<string> {
    await this.camera.command(command);
    await sleep(ms);
    return ms === 0 ? name : `${name} for ${ms} ms`;
  }

  /** Replaces the camera by another one, after a while without any. */
  async replace(ms: number): Promise<string> {
    const { port } = this.camera;
    await this.camera.kill();
    await sleep(ms);
    this.#cameras.push(await PacedCamera.start({ ...this.#options.camera, port }));
    return `killed, back after ${ms} ms`;
  }

  /** Resolves when {@link drawing} has every picture captured by now. */
  async settle(): Promise<void> {
    await this.camera.facts();
  }

  async close(): Promise<void> {
    await Promise.all([this.camera.kill(), this.link.close()]);
  }
}

const HOUR_MS = 3_600_000;

const FAULTS: readonly Fault[] = [
  (chaos, ms) => chaos.command('frozen, its clock running on', { do: 'freeze', kind: 'clock-on', ms }, ms),
  (chaos, ms) => chaos.command('frozen, with a backlog', { do: 'freeze', kind: 'backlog', ms }, ms),
  (chaos, ms) => chaos.command('frozen, its clock standing still', { do: 'freeze', kind: 'lost-time', ms }, ms),
  (chaos, ms) => chaos.command('frozen and silent', { do: 'freeze', kind: 'clock-on', ms, silent: true }, ms),
  (chaos, ms) => chaos.command('packets lost', { do: 'lose', ms }, ms),
  (chaos) => chaos.command('media time 1 h on', { do: 'jump-media', ms: HOUR_MS }),
  (chaos) => chaos.command('media time 1 h back', { do: 'jump-media', ms: -HOUR_MS }),
  (chaos, ms) => chaos.command('media time on by a little', { do: 'jump-media', ms }),
  (chaos) => chaos.command('wall clock 1 h on', { do: 'step-wall', ms: HOUR_MS }),
  (chaos) => chaos.command('wall clock 1 h back', { do: 'step-wall', ms: -HOUR_MS }),
  (chaos) => chaos.command('another size', { do: 'resize', width: 480, height: 272 }),
  (chaos) => chaos.command('hung up', { do: 'hang-up' }),
  (chaos, ms) => chaos.replace(ms),
  async (chaos, ms) => {
    chaos.camera.stall();
    await sleep(ms);
    chaos.camera.resume();
    return `stalled for ${ms} ms`;
  },
  async (chaos) => {
    chaos.link.cut();
    return 'link cut';
  },
  async (chaos, ms) => {
    chaos.link.bytesPerSecond = 10_000;
    await sleep(ms);
    chaos.link.bytesPerSecond = Infinity;
    return `link slow for ${ms} ms`;
  },
];
