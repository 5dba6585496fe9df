import type { SchedulerLike, Subscription } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { UnitStream, UnitStreamEnd, UnitStreamEvents } from '../../core/coded-unit.js';
import { TsDemuxer, type TsCodec } from './demuxer.js';
import { mediaTime } from './media-time.js';
import { senderClock } from './sender-clock.js';
import { UnitBuilder } from './unit-builder.js';

export type TsOptions = {
  readonly clock: Clock;
  readonly scheduler: SchedulerLike;
  /** A sender that is silent for this long counts as gone. */
  readonly timeoutMs: number;
};

/** A socket that carries a transport stream. */
export type TsSocket = {
  /** Closes it; `TsStream.closed` is called afterwards. Called at most once. */
  close(): void;
};

/** The stream of units from a socket's transport stream, for any kind of socket. */
export class TsStream implements UnitStream {
  readonly ended: Promise<UnitStreamEnd>;
  readonly #options: TsOptions;
  readonly #transport: string;
  readonly #events: UnitStreamEvents;
  readonly #demuxer: TsDemuxer;
  readonly #notices = new Set<string>();
  #builder: UnitBuilder | undefined;
  #codec: TsCodec | undefined;
  #socket: TsSocket | undefined;
  #watch: Subscription;
  #lastBytesAtMs: number;
  readonly #openedAtMs: number;
  #hasHeard = false;
  #end: UnitStreamEnd | undefined;
  #resolveEnded!: (end: UnitStreamEnd) => void;

  /** @param transport for people: "MPEG-TS over UDP" */
  constructor(transport: string, options: TsOptions, events: UnitStreamEvents) {
    this.#transport = transport;
    this.#options = options;
    this.#events = events;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    const time = mediaTime();
    const clock = senderClock(time);
    this.#demuxer = new TsDemuxer({
      onVideo: (codec) =>
        this.#opened(
          codec,
          new UnitBuilder(codec, time, {
            onUnit: (unit) => {
              if (this.#end === undefined) events.onUnit(unit);
            },
            onUnsupported: (reason) => this.finish({ kind: 'unsupported', reason: `${this.#transport}: ${reason}` }),
            onNotice: (text) => this.#notice(text),
          }),
        ),
      onPes: (pes) => this.#builder?.push(pes),
      onClock: (moment) => {
        if (this.#end === undefined) events.onReport(clock.report(moment));
      },
      onUnsupported: (reason) => this.finish({ kind: 'unsupported', reason: `${this.#transport}: ${reason}` }),
      onNotice: (text) => this.#notice(text),
    });
    this.#openedAtMs = options.clock.now();
    this.#lastBytesAtMs = this.#openedAtMs;
    this.#watch = options.scheduler.schedule(() => this.#check(), options.timeoutMs);
  }

  /** Call it before any data arrives. */
  attach(socket: TsSocket): void {
    this.#socket = socket;
    if (this.#end !== undefined) socket.close();
  }

  /** Bytes of the transport stream have arrived. */
  push(bytes: Uint8Array): void {
    if (this.#end !== undefined) return;
    this.#lastBytesAtMs = this.#options.clock.now();
    this.#hasHeard = true;
    this.#events.onAlive();
    this.#demuxer.push(bytes, this.#lastBytesAtMs);
  }

  stop(): void {
    this.finish({ kind: 'stopped', reason: 'it was stopped' });
  }

  /** Ends the stream; the first reason counts. */
  finish(end: UnitStreamEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#watch.unsubscribe();
    this.#socket?.close();
  }

  /** The socket is closed, by either side. */
  closed(): void {
    this.finish({ kind: 'lost', reason: 'the sender closed the connection' });
    this.#resolveEnded(this.#end!);
  }

  /** Whether any data has come. */
  get hasHeard(): boolean {
    return this.#hasHeard;
  }

  #opened(codec: TsCodec, builder: UnitBuilder): void {
    if (this.#end !== undefined) return;
    this.#builder = builder;
    if (this.#codec === undefined) this.#events.onOpen({ codec, transport: this.#transport });
    else if (this.#codec !== codec)
      this.finish({ kind: 'lost', reason: `the sender changed its video from ${this.#codec} to ${codec}` });
    this.#codec = codec;
  }

  #notice(text: string): void {
    if (this.#end !== undefined || this.#notices.has(text)) return;
    this.#notices.add(text);
    this.#events.onNotice(text);
  }

  #check(): void {
    const { clock, scheduler, timeoutMs } = this.#options;
    const nowMs = clock.now();
    const seconds = `${timeoutMs / 1_000} s`;
    if (this.#codec === undefined && this.#hasHeard && nowMs - this.#openedAtMs >= timeoutMs) {
      this.finish({ kind: 'unsupported', reason: `${this.#transport}: the first ${seconds} contained no video` });
      return;
    }
    const leftMs = timeoutMs - (nowMs - this.#lastBytesAtMs);
    if (leftMs > 0) this.#watch = scheduler.schedule(() => this.#check(), leftMs);
    else if (this.#hasHeard)
      this.finish({ kind: 'lost', reason: `nothing has arrived for ${seconds}: the sender is silent` });
    else this.finish({ kind: 'away', reason: `nothing has arrived in ${seconds}: no sender is active` });
  }
}
