import type { Clock } from '../../../core/clock.js';
import { dropOf, type FrameRef, type LossReason, type SourceEvent, type StatusState } from '../../../core/events.js';
import { shownSizeText, type Size } from '../../../core/size.js';
import { fitPicture, type PictureFormat } from '../../../core/picture.js';
import type { ArrivedPicture, CameraConnection, ConnectionEvents, Moment } from './connection/connection.js';

export type FramesOutOptions = {
  readonly streamId: string;
  readonly input: PictureFormat;
  readonly clock: Clock;
  readonly emit: (event: SourceEvent) => void;
  /** Removes the camera's secrets from a text. Every message and reason passes through it. */
  readonly redact: (text: string) => string;
  /** Called at the first unit or picture of each connection, with its epoch. */
  readonly onLive: (epoch: number) => void;
};

/** Turns the pictures of one stream's connections into its events: numbers frames, reports gaps and changes of size. */
export class FramesOut {
  readonly #options: FramesOutOptions;
  #seq = 0;
  #epoch = -1;
  #isLive = false;
  #hasShown = false;
  /** Of the newest picture, before cropping. */
  #whole: Size | undefined;
  #last: FrameRef | undefined;
  /** The reason why the previous connection was lost; empty if none was, or if its gap was reported. */
  #lostWhy = '';
  #isClosed = false;

  constructor(options: FramesOutOptions) {
    this.#options = options;
  }

  /** Frames and drops so far. */
  get count(): number {
    return this.#seq;
  }

  /** True once the connection has given a picture. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** True once any connection has given a decoded picture. */
  get hasShown(): boolean {
    return this.#hasShown;
  }

  /** The epoch of a starting connection. */
  get nextEpoch(): number {
    return this.#epoch + 1;
  }

  /** The receiver of a connection's events. */
  eventsOf(connection: () => CameraConnection): ConnectionEvents {
    this.#isLive = false;
    this.#whole = undefined;
    return {
      onPicture: (moment, picture) => {
        if (this.#isClosed) picture.slot?.release();
        else this.#show(moment, picture, connection());
      },
      onMissing: (moment, reason) => {
        if (this.#isClosed) return;
        const ref = this.#next(moment);
        this.#options.emit(dropOf(ref, reason, this.#options.clock.now()));
      },
      onNotice: (text) => this.status(this.#isLive ? 'streaming' : 'connecting', text),
    };
  }

  lost(why: string): void {
    this.#lostWhy = why;
  }

  /** From now on, frames and drops are discarded: a decoder may return several at once. */
  close(): void {
    this.#isClosed = true;
  }

  /** The time since the last frame, if the camera was lost in between. */
  reportGap(toMs: number, why = this.#lostWhy, fromMs = this.#last?.capturedAtMs): void {
    // A camera that was not reached before its first frame has left no gap.
    this.#lostWhy = '';
    if (fromMs === undefined || why === '') return;
    // Capture times are estimates: those of the frames before and after may come out in the wrong order.
    const { streamId, emit, redact } = this.#options;
    emit({ type: 'gap', streamId, fromMs, toMs: Math.max(fromMs, toMs), why: redact(why) });
  }

  status(state: StatusState, message: string, loss?: LossReason): void {
    const { streamId, clock, emit, redact } = this.#options;
    emit({
      type: 'status',
      streamId,
      atMs: clock.now(),
      state,
      message: redact(message),
      ...(loss !== undefined && { loss }),
    });
  }

  #show(moment: Moment, arrived: ArrivedPicture, connection: CameraConnection): void {
    const { clock, input, emit } = this.#options;
    const { size, whole = size, corrupt, slot } = arrived;
    this.#hasShown = true;
    const readyAtMs = clock.now();
    const ref = this.#next(moment);
    if (whole.width !== this.#whole?.width || whole.height !== this.#whole.height) {
      this.#whole = whole;
      this.status('streaming', `${shownSizeText(arrived)} ${connection.codec}`);
    }
    if (slot === undefined) emit(dropOf(ref, corrupt ? 'corrupt' : 'superseded', readyAtMs));
    else {
      emit({
        type: 'frame',
        ...ref,
        readyAtMs,
        picture: { size, fit: fitPicture(size, input), image: slot.bytes },
        corrupt,
        release: () => slot.release(),
      });
    }
  }

  /** The next frame's identity, after all events that must precede it. */
  #next({ hole, ptsMs, capturedAtMs, captureClock, uncertaintyMs }: Moment): FrameRef {
    if (!this.#isLive) {
      this.#isLive = true;
      this.#epoch += 1;
      this.#options.onLive(this.#epoch);
    }
    // The time between two connections is reported once, with its reason.
    if (this.#lostWhy !== '') this.reportGap(capturedAtMs);
    else if (hole !== undefined) this.reportGap(hole.toMs, hole.why, hole.fromMs);
    const ref: FrameRef = {
      streamId: this.#options.streamId,
      seq: this.#seq++,
      epoch: this.#epoch,
      ptsMs,
      capturedAtMs,
      captureClock,
      uncertaintyMs,
    };
    this.#last = ref;
    return ref;
  }
}
