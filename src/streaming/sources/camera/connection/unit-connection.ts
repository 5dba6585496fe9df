import type { SchedulerLike, Subscription } from 'rxjs';
import type { Clock } from '../../../../core/clock.js';
import type { CodedUnit, UnitStream, UnitStreamEnd, UnitStreamEvents } from '../../../../core/coded-unit.js';
import type { FramePool } from '../../../../core/frame-pool.js';
import { isCropFailure, type View } from '../../../../core/view.js';
import type { PictureFormat } from '../../../../core/picture.js';
import type { Ffmpeg } from '../../../ffmpeg/binary.js';
import type { Hwaccel } from '../../../ffmpeg/hwaccel.js';
import type { FrameProcessEnd } from '../../../ffmpeg/frame-process.js';
import { unitHeader, unitsHeader } from '../../../ffmpeg/unit-nut.js';
import type { CameraConnection, ConnectionEnd, ConnectionEvents, GivingUp } from './connection.js';
import { isBehind, silenceMs, type DecoderPace } from '../decode/decoder-pace.js';
import { KeptTimes } from '../copy/kept-times.js';
import { livenessWatch, type LivenessWatch } from './liveness.js';
import { PresentationOrder } from '../decode/presentation-order.js';
import type { Fate } from '../decode/presentation-queue.js';
import { staysBehind, type Shedding } from '../shedding.js';
import type { PlacedMoment, Timeline } from '../time/timeline.js';
import { UnitDecoder } from '../decode/unit-decoder.js';

export type UnitConnectionOptions = {
  readonly reader: { open(events: UnitStreamEvents): UnitStream };
  readonly ffmpeg: Ffmpeg;
  readonly hwaccel?: Hwaccel;
  readonly clock: Clock;
  readonly scheduler: SchedulerLike;
  /** The detector's input that every picture is fitted into: `detector.info.input`. */
  readonly input: PictureFormat;
  readonly view?: View | undefined;
  readonly pool: FramePool;
  readonly timeoutMs: number;
  readonly firstFrameTimeoutMs: number;
  readonly timeline: Timeline;
  readonly shedding: Shedding;
  /** Receives pieces of a NUT file of the unchanged units; undefined for none. */
  readonly onCopied: ((piece: Uint8Array) => void) | undefined;
  /** Receives each unit on its arrival, even if it is not decoded; undefined for none. */
  readonly onUnit?: ((unit: PlacedUnit) => void) | undefined;
  readonly events: ConnectionEvents;
};

/** A unit with its times. */
export type PlacedUnit = CodedUnit & { readonly moment: PlacedMoment; readonly ptsUs: number };

const NOTHING = new Uint8Array(0);
/** Far below any timeout, which is in seconds. */
const LOOK_EVERY_MS = 250;

/**
 * A connection that Nowcast reads itself: units arrive complete with their times, and ffmpeg only decodes. A unit gets
 * its times on arrival, before anything of ours can delay it.
 */
export class UnitConnection implements CameraConnection {
  readonly ended: Promise<ConnectionEnd>;
  readonly keptTimes = new KeptTimes();
  codec = '';
  readonly #options: UnitConnectionOptions;
  readonly #stream: UnitStream;
  readonly #liveness: LivenessWatch;
  readonly #order = new PresentationOrder();
  #watch: Subscription;
  #decoder: UnitDecoder<PlacedUnit> | undefined;
  /**
   * Units that may be skipped, until all that arrived with them is known; or whose decoder has ended, until its
   * outstanding units were reported.
   */
  #waiting: PlacedUnit[] = [];
  #hasKey = false;
  #firstPictureAtMs: number | undefined;
  #lastPictureAtMs: number | undefined;
  #lastUnitAtMs = 0;
  #gaveUp: { readonly why: GivingUp; readonly reason: string } | undefined;
  /** The reason why the decoder is unusable; empty if it was asked to finish. */
  #decoderFailure: string | undefined;
  #isStopped = false;

  constructor(options: UnitConnectionOptions) {
    this.#options = options;
    const { clock, timeoutMs, firstFrameTimeoutMs, timeline, events, reader, scheduler } = options;
    this.#liveness = livenessWatch(clock.now(), { timeoutMs, firstPictureTimeoutMs: firstFrameTimeoutMs });
    this.#stream = reader.open({
      onOpen: ({ codec }) => this.#opened(codec),
      onUnit: (unit) => this.#arrived(unit),
      onReport: (report) => {
        this.#liveness.report(report);
        timeline.reported(report);
      },
      onAlive: () => this.#liveness.alive(clock.now()),
      onNotice: (text) => events.onNotice(text),
    });
    this.#watch = scheduler.schedule(() => this.#look(), LOOK_EVERY_MS);
    this.ended = this.#stream.ended.then((end) => this.#end(end));
  }

  stop(): void {
    this.#isStopped = true;
    this.#watch.unsubscribe();
    this.#stream.stop();
    this.#decoder?.stop();
    this.#order.end();
  }

  #opened(codec: CodedUnit['codec']): void {
    // After its end, nothing would end a new decoder.
    if (this.#isStopped) return;
    this.codec = codec;
    const { ffmpeg, hwaccel, input, view, pool, events, clock, onCopied } = this.#options;
    const decoder = new UnitDecoder<PlacedUnit>({
      ffmpeg,
      hwaccel,
      codec,
      input,
      view,
      pool,
      onPicture: ({ moment, ptsUs }, picture) => {
        const nowMs = clock.now();
        this.#firstPictureAtMs ??= nowMs;
        this.#lastPictureAtMs = nowMs;
        this.#order.known(ptsUs, (isDoubtful) => {
          if (this.#isStopped) {
            picture.slot?.release();
            return;
          }
          this.keptTimes.note(ptsUs, moment.ptsMs);
          events.onPicture(moment, { ...picture, corrupt: picture.corrupt || isDoubtful });
        });
      },
      onMissing: (unit, fate) => this.#missed(unit, fate),
    });
    this.#decoder = decoder;
    onCopied?.(unitsHeader(codec));
    void decoder.closed.then((end) => {
      if (isCropFailure(end.failure)) this.#gaveUp ??= { why: 'cannot-crop', reason: end.failure!.message };
      this.#decoderFailed(failureOf(end));
    });
  }

  #missed({ moment, ptsUs }: PlacedUnit, fate: Fate): void {
    const reason = fate === 'shed' || this.#gaveUp?.why === 'behind' ? 'behind' : 'corrupt';
    this.#order.known(ptsUs, () => {
      if (!this.#isStopped) this.#options.events.onMissing(moment, reason);
    });
  }

  /** @param reason undefined if it was asked to end */
  #decoderFailed(reason: string | undefined): void {
    this.#decoderFailure ??= reason;
    if (this.#decoderFailure !== undefined) this.#stream.stop();
  }

  #arrived(unit: CodedUnit): void {
    const { timeline, onCopied, onUnit } = this.#options;
    // Pictures that depend on one that was never sent cannot be decoded, so they are no sign of life either.
    if (!this.#hasKey && !unit.isKey) return;
    this.#hasKey = true;
    this.#lastUnitAtMs = unit.arrivedAtMs;
    this.#liveness.picture(unit.arrivedAtMs, unit.mediaMs);
    if (this.#stream.roundTripMs !== undefined) timeline.roundTrip(this.#stream.roundTripMs);
    const moment = timeline.place(unit);
    const placed: PlacedUnit = { ...unit, moment, ptsUs: Math.round(moment.ptsMs * 1_000) };
    if (unit.damaged || unit.lostBefore) this.#order.lost();
    this.#order.arrived(placed.ptsUs);
    onUnit?.(placed);
    if (onCopied !== undefined) {
      onCopied(unitHeader(placed));
      onCopied(unit.data);
    }
    if (this.#decoderFailure !== undefined) {
      this.#waiting.push({ ...placed, data: NOTHING });
      return;
    }
    if (
      this.#waiting.length === 0 &&
      this.#options.shedding.isUpToDate &&
      this.#leastAgeMs(placed) <= this.#options.shedding.maxBehindMs
    ) {
      this.#decide(placed, false);
      return;
    }
    // All available data must be read before it is certain whether a newer key picture waits.
    if (this.#waiting.push(placed) === 1) setImmediate(() => this.#decideWaiting());
  }

  #decideWaiting(): void {
    if (this.#decoderFailure !== undefined) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    const newestKey = waiting.findLastIndex(({ isKey, damaged }) => isKey && !damaged);
    for (const [i, unit] of waiting.entries()) this.#decide(unit, i < newestKey);
  }

  #decide(unit: PlacedUnit, hasNewerKey: boolean): void {
    if (this.#isStopped) return;
    const { clock, shedding } = this.#options;
    const atMs = clock.now();
    const decision = shedding.decide({
      ...unit,
      atMs,
      leastAgeMs: this.#leastAgeMs(unit),
      hasNewerKey,
      isDecoderBehind: isBehind(this.#decoderPace, atMs, shedding.maxBehindMs),
    });
    if (decision === 'decode') this.#decoder?.feed(unit);
    // It waits for its turn to be reported; its bytes need not.
    else this.#decoder?.shed({ ...unit, data: NOTHING });
    if (decision !== 'reconnect') return;
    const silentMs = silenceMs(this.#decoderPace, atMs);
    if (silentMs > shedding.maxBehindMs && this.#streamAgeMs(unit) <= shedding.maxBehindMs)
      this.#decoderFailed(silentFor(silentMs));
    else this.#giveUp('behind', staysBehind(this.#leastAgeMs(unit)));
  }

  /** The age of a unit when the decoder takes it: the decoder's outstanding pictures come first. */
  #leastAgeMs(unit: PlacedUnit): number {
    const { owedSinceMs } = this.#decoderPace;
    return Math.max(this.#streamAgeMs(unit), owedSinceMs === undefined ? 0 : this.#options.clock.now() - owedSinceMs);
  }

  /** The minimum age of a unit, for any state of the decoder. */
  #streamAgeMs({ moment, arrivedAtMs }: PlacedUnit): number {
    return moment.leastAgeMs + this.#options.clock.now() - arrivedAtMs;
  }

  get #decoderPace(): DecoderPace {
    return { owedSinceMs: this.#decoder?.oldestOwed?.arrivedAtMs, lastPictureAtMs: this.#lastPictureAtMs };
  }

  #look(): void {
    const { clock, scheduler } = this.#options;
    const { giveUp, reason } = this.#liveness.at(clock.now());
    // By the newest unit: a decoder may hold some back until more come.
    const silentMs = silenceMs(this.#decoderPace, this.#lastUnitAtMs);
    if (giveUp) this.#giveUp('silent', reason);
    else if (silentMs >= this.#decoderPatienceMs) this.#decoderFailed(silentFor(silentMs));
    else this.#watch = scheduler.schedule(() => this.#look(), LOOK_EVERY_MS);
  }

  get #decoderPatienceMs(): number {
    return Math.max(
      this.#liveness.patienceMs(),
      this.#lastPictureAtMs === undefined ? this.#options.firstFrameTimeoutMs : 0,
    );
  }

  #giveUp(why: GivingUp, reason: string): void {
    this.#gaveUp ??= { why, reason };
    this.#stream.stop();
  }

  async #end({ kind, reason, content }: UnitStreamEnd): Promise<ConnectionEnd> {
    this.#watch.unsubscribe();
    // A reader may have timed out a moment before. Checked now, because a decoder takes time to finish.
    const isSilent = this.#liveness.at(this.#options.clock.now()).state === 'silent';
    if (!this.#isStopped) {
      this.#decideWaiting();
      // Decided before the decoder is asked to finish: its end is then no failure.
      this.#decoderFailure ??= '';
      this.#decoder?.finish();
    }
    await this.#decoder?.closed;
    for (const unit of this.#waiting.splice(0)) this.#missed(unit, 'undecodable');
    this.#order.end();
    return {
      reason: this.#decoderFailure || this.#gaveUp?.reason || reason,
      streamedMs: this.#firstPictureAtMs === undefined ? 0 : this.#lastPictureAtMs! - this.#firstPictureAtMs,
      gaveUp: kind === 'unsupported' ? 'needs-ffmpeg' : (this.#gaveUp?.why ?? (isSilent ? 'silent' : undefined)),
      ...(content !== undefined && { content }),
    };
  }
}

/** The reason why a decoder ended by itself; undefined if it was asked to. */
function failureOf({ stopped, failure, signal, code, errors }: FrameProcessEnd): string | undefined {
  // A process stops itself if its output cannot be read.
  if (failure !== undefined) return failure.message;
  if (stopped) return undefined;
  return signal === null
    ? `ffmpeg ended with exit code ${code}: ${errors.at(-1) ?? 'it did not say why'}`
    : `ffmpeg was killed (${signal})`;
}

function silentFor(ms: number): string {
  return `the decoder gives no picture for ${(ms / 1_000).toFixed(1)} s, though the camera sends pictures: it is started anew`;
}
