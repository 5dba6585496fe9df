import type {
  DropEvent,
  LossReason,
  PerceptEvent,
  PipelineEvent,
  StatusEvent,
  StatusState,
} from '../../core/events.js';

/** Times that a stream had to begin again, by the reason. */
export type Restarts = Readonly<Partial<Record<LossReason, number>>>;

/** @returns them with one more */
export function withRestart(restarts: Restarts, loss: LossReason = 'other'): Restarts {
  return { ...restarts, [loss]: (restarts[loss] ?? 0) + 1 };
}

const BEGINNING = { state: 'connecting', losses: 0, restarts: {} } as const;

/** A camera as its last events show it. Times are of the monotonic clock. */
export type CameraState = {
  /** Of the source: a detector's outage is not the camera's. */
  readonly state: Exclude<StatusState, 'detector-ready' | 'detector-lost'>;
  readonly sinceMs: number;
  /** The reason or the stream: `640x360, 10 fps`. */
  readonly message?: string;
  /** Losses of a connection that had worked. */
  readonly losses: number;
  /** The same by their reasons, and `paused` besides: each is followed by another attempt or start. */
  readonly restarts: Restarts;
  /** Arrival of the newest frame, detected on or not. */
  readonly lastFrameAtMs?: number;
  /** The newest percept. */
  readonly lastPercept?: Pick<
    PerceptEvent,
    'streamId' | 'seq' | 'epoch' | 'ptsMs' | 'width' | 'height' | 'detections'
  > & {
    readonly emittedAtMs: number;
    readonly capturedAtMs: number;
  };
  /** The newest frame while detection is off. */
  readonly lastUndetected?: Pick<DropEvent, 'streamId' | 'seq' | 'ptsMs' | 'capturedAtMs'> | undefined;
};

/** Follows the events of a service, and knows how each camera is. */
export class CameraStates {
  readonly #states: Map<string, CameraState>;

  constructor(streamIds: readonly string[], nowMs: number) {
    this.#states = new Map(streamIds.map((id) => [id, { ...BEGINNING, sinceMs: nowMs }]));
  }

  add(streamId: string, nowMs: number): void {
    this.#states.set(streamId, { ...BEGINNING, sinceMs: nowMs });
  }

  remove(streamId: string): void {
    this.#states.delete(streamId);
  }

  get(streamId: string): CameraState | undefined {
    return this.#states.get(streamId);
  }

  seen(event: PipelineEvent): void {
    switch (event.type) {
      case 'percept': {
        const { readyAtMs, emittedAtMs, capturedAtMs } = event.times;
        const { streamId, seq, epoch, ptsMs, width, height, detections } = event;
        this.#update(streamId, {
          lastFrameAtMs: readyAtMs,
          lastPercept: { streamId, seq, epoch, ptsMs, width, height, detections, emittedAtMs, capturedAtMs },
          lastUndetected: undefined,
        });
        break;
      }
      case 'drop':
        this.#update(event.streamId, {
          lastFrameAtMs: event.atMs,
          ...(event.reason === 'detect-off' && { lastUndetected: event }),
        });
        break;
      case 'status':
        this.#status(event);
        break;
      case 'gap':
        break;
    }
  }

  #status({ state, streamId, atMs, message, loss }: StatusEvent): void {
    if (state === 'detector-lost' || state === 'detector-ready') return;
    const before = streamId === undefined ? undefined : this.#states.get(streamId);
    if (streamId === undefined || before === undefined) return;
    const { message: _old, ...kept } = before;
    const isRestart = before.state === 'streaming' && state === 'reconnecting';
    this.#states.set(streamId, {
      ...kept,
      state,
      sinceMs: state === before.state ? before.sinceMs : atMs,
      ...(isRestart && {
        losses: before.losses + (loss === 'paused' ? 0 : 1),
        restarts: withRestart(before.restarts, loss),
      }),
      ...(message !== undefined && { message }),
    });
  }

  #update(streamId: string, change: Partial<CameraState>): void {
    const before = this.#states.get(streamId);
    if (before === undefined) return;
    const lastFrameAtMs = Math.max(before.lastFrameAtMs ?? -Infinity, change.lastFrameAtMs ?? -Infinity);
    this.#states.set(streamId, { ...before, ...change, lastFrameAtMs });
  }
}
