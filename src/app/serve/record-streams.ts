import type { LossReason } from '../../core/events.js';
import type { CodedOutcome, CodedStreamState } from '../../streaming/sources/camera/coded-stream.js';
import { withRestart, type Restarts } from './camera-states.js';

/** The counts of a camera's stream for recordings since the camera came. Received is passed plus dropped. */
export type RecordStats = {
  readonly state: CodedStreamState;
  readonly received: number;
  readonly passed: number;
  readonly drops: Readonly<Record<Exclude<CodedOutcome, 'passed'>, number>>;
  readonly restarts: Restarts;
  /** Arrival of the newest frame, on the monotonic clock. */
  readonly lastFrameAtMs?: number;
};

const NOTHING: RecordStats = {
  state: 'idle',
  received: 0,
  passed: 0,
  drops: { 'before-key': 0, 'no-time': 0 },
  restarts: {},
};

/** Follows the streams for recordings, each over all the times that it begins again. */
export class RecordStreams {
  readonly #stats = new Map<string, RecordStats>();

  get all(): ReadonlyMap<string, RecordStats> {
    return this.#stats;
  }

  begin(camera: string): void {
    this.#stats.set(camera, { ...(this.#stats.get(camera) ?? NOTHING), state: 'idle' });
  }

  /** The camera has no such stream any more. */
  forget(camera: string): void {
    this.#stats.delete(camera);
  }

  arrived(camera: string, outcome: CodedOutcome, atMs: number): void {
    const stats = this.#stats.get(camera);
    if (stats === undefined) return;
    const { received, passed, drops } = stats;
    this.#stats.set(camera, {
      ...stats,
      received: received + 1,
      lastFrameAtMs: atMs,
      ...(outcome === 'passed' ? { passed: passed + 1 } : { drops: { ...drops, [outcome]: drops[outcome] + 1 } }),
    });
  }

  changed(camera: string, state: CodedStreamState, loss?: LossReason): void {
    const stats = this.#stats.get(camera);
    if (stats === undefined) return;
    const isRestart = stats.state === 'streaming' && state === 'reconnecting';
    this.#stats.set(camera, {
      ...stats,
      state,
      ...(isRestart && { restarts: withRestart(stats.restarts, loss) }),
    });
  }
}
