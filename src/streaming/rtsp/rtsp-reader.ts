import { randomInt } from 'node:crypto';
import type { SchedulerLike, Subscription } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { UnitStream, UnitStreamEnd, UnitStreamEvents } from '../../core/coded-unit.js';
import { RtpUnits } from './rtp-units.js';
import { SenderQuirks } from './rtp/sender-quirks.js';
import { openRtspSession, type RtspOpened, type RtspSession, type RtspTransport } from './rtsp-session.js';

export type RtspReaderOptions = {
  readonly transport: RtspTransport;
  /** For the connection to be established, and for each reply. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly scheduler: SchedulerLike;
};

/** Interval of checks on packets that wait for a missing one… */
const REORDER_TICK_MS = 20;
/** …and, if none can wait, of checks whether a receiver report is due. */
const REPORT_TICK_MS = 500;

/** Reads one RTSP camera over all its connections; quirks found on one connection apply to the next. */
export class RtspReader {
  readonly #url: string;
  readonly #options: RtspReaderOptions;
  readonly #quirks = new SenderQuirks((text) => this.#onNotice(text));
  #onNotice: (text: string) => void = () => undefined;

  /** @param url of `rtsp` or `rtsps`, with credentials as typed */
  constructor(url: string, options: RtspReaderOptions) {
    this.#url = url;
    this.#options = options;
  }

  /** Connects. One connection at a time. */
  open(events: UnitStreamEvents): UnitStream {
    this.#onNotice = (text) => events.onNotice(text);
    return new RtspStream(this.#url, this.#options, this.#quirks, events);
  }
}

class RtspStream implements UnitStream {
  readonly ended: Promise<UnitStreamEnd>;
  readonly #options: RtspReaderOptions;
  readonly #quirks: SenderQuirks;
  readonly #events: UnitStreamEvents;
  readonly #session: RtspSession;
  #units: RtpUnits | undefined;
  #ticks: Subscription | undefined;
  /** The reason, if it was ended from within. */
  #end: UnitStreamEnd | undefined;

  constructor(url: string, options: RtspReaderOptions, quirks: SenderQuirks, events: UnitStreamEvents) {
    this.#options = options;
    this.#quirks = quirks;
    this.#events = events;
    this.#session = openRtspSession(url, options, {
      onOpen: (opened) => this.#opened(opened),
      onRtp: (packet, arrivedAtMs) => this.#units?.rtp(packet, arrivedAtMs),
      onRtcp: (packet, arrivedAtMs) => this.#units?.rtcp(packet, arrivedAtMs),
      onAlive: () => events.onAlive(),
      onNotice: (text) => events.onNotice(text),
    });
    this.ended = this.#session.ended.then((end) => {
      this.#ticks?.unsubscribe();
      return end.kind === 'stopped' ? (this.#end ?? end) : end;
    });
  }

  get roundTripMs(): number | undefined {
    return this.#session.roundTripMs;
  }

  stop(): void {
    this.#ticks?.unsubscribe();
    this.#session.stop();
  }

  #finish(end: UnitStreamEnd): void {
    this.#end ??= end;
    this.stop();
  }

  #opened({ media, transport }: RtspOpened): void {
    const { clock, scheduler } = this.#options;
    const overUdp = transport.startsWith('udp');
    const tickMs = overUdp ? REORDER_TICK_MS : REPORT_TICK_MS;
    this.#units = new RtpUnits(
      {
        ...media,
        overUdp,
        clock,
        ownSsrc: randomInt(2 ** 32),
        quirks: this.#quirks,
      },
      {
        onUnit: (unit) => this.#events.onUnit(unit),
        onReport: (report) => this.#events.onReport(report),
        onNotice: (text) => this.#events.onNotice(text),
        onGoodbye: () => this.#finish({ kind: 'lost', reason: 'the camera ended the stream' }),
        onUnsupported: (reason) => this.#finish({ kind: 'unsupported', reason }),
      },
    );
    const tick = (): void => {
      this.#units!.tick(clock.now());
      if (this.#units!.isReportDue(clock.now())) this.#session.sendRtcp(this.#units!.receiverReport());
      this.#ticks = scheduler.schedule(tick, tickMs);
    };
    this.#ticks = scheduler.schedule(tick, tickMs);
    this.#events.onOpen({ codec: media.codec, transport });
  }
}
