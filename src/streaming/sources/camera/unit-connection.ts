import type { Clock } from '../../../core/clock.js';
import type { CodedUnit, SenderReport, UnitStream, UnitStreamEnd, UnitStreamEvents } from '../../../core/coded-unit.js';
import type { FrameRing } from '../../../core/frame-ring.js';
import type { Size } from '../../../core/letterbox.js';
import type { Ffmpeg } from '../ffmpeg-binary.js';
import type { CameraConnection, ConnectionEnd, ConnectionEvents, GivingUp, Moment } from './connection.js';
import { KeptTimes } from './kept-times.js';
import type { Timeline } from './timeline.js';
import { UnitDecoder, unitHeader, unitsHeader } from './unit-decoder.js';

export type UnitConnectionOptions = {
  readonly reader: { open(events: UnitStreamEvents): UnitStream };
  readonly ffmpeg: Ffmpeg;
  readonly clock: Clock;
  /** Size in pixels into which every picture is letterboxed. */
  readonly input: Size;
  readonly ring: FrameRing;
  readonly timeline: Timeline;
  /** Given pieces of a NUT file of the units as they came; undefined where none is wanted. */
  readonly onCopied: ((piece: Uint8Array) => void) | undefined;
  readonly events: ConnectionEvents;
};

/** A unit with its place in time. */
type PlacedUnit = CodedUnit & { readonly moment: Moment; readonly ptsUs: number };

/**
 * A connection that we read ourselves: units come whole with their times, and ffmpeg only decodes. A unit gets its place
 * in time when it arrives, before anything of ours can hold it up.
 */
export class UnitConnection implements CameraConnection {
  readonly ended: Promise<ConnectionEnd>;
  readonly keptTimes = new KeptTimes();
  codec = '';
  readonly #options: UnitConnectionOptions;
  readonly #stream: UnitStream;
  #decoder: UnitDecoder<PlacedUnit> | undefined;
  #hasKey = false;
  #firstPictureAtMs: number | undefined;
  #lastPictureAtMs: number | undefined;
  #gaveUp: GivingUp | undefined;
  #decoderFailure: string | undefined;
  #isStopped = false;

  constructor(options: UnitConnectionOptions) {
    this.#options = options;
    this.#stream = options.reader.open({
      onOpen: ({ codec }) => this.#opened(codec),
      onUnit: (unit) => this.#arrived(unit),
      onReport: (report) => this.#reported(report),
      onAlive: () => undefined,
      onNotice: (text) => options.events.onNotice(text),
    });
    this.ended = this.#stream.ended.then((end) => this.#end(end));
  }

  stop(): void {
    this.#isStopped = true;
    this.#stream.stop();
    this.#decoder?.stop();
  }

  #opened(codec: CodedUnit['codec']): void {
    this.codec = codec;
    const { ffmpeg, input, ring, events, clock, onCopied } = this.#options;
    const decoder = new UnitDecoder<PlacedUnit>({
      ffmpeg, codec, input, ring,
      onPicture: ({ moment, ptsUs }, picture) => {
        this.keptTimes.note(ptsUs, moment.ptsMs);
        this.#lastPictureAtMs = clock.now();
        this.#firstPictureAtMs ??= this.#lastPictureAtMs;
        events.onPicture(moment, picture);
      },
      onMissing: ({ moment }, fate) => events.onMissing(moment, fate === 'shed' || this.#gaveUp === 'behind' ? 'behind' : 'corrupt'),
    });
    this.#decoder = decoder;
    onCopied?.(unitsHeader(codec));
    void decoder.closed.then(({ stopped, failure, signal, code, errors }) => {
      if (stopped) return;
      this.#decoderFailure = failure?.message ?? (signal === null ? `ffmpeg ended with exit code ${code}: ${errors.at(-1) ?? 'it did not say why'}` : `ffmpeg was killed (${signal})`);
      this.#stream.stop();
    });
  }

  #reported(report: SenderReport): void {
    this.#options.timeline.reported(report);
  }

  #arrived(unit: CodedUnit): void {
    // Nothing can be made of pictures that are built on one that was never sent.
    if (!this.#hasKey && !unit.isKey) return;
    this.#hasKey = true;
    const moment = this.#options.timeline.place(unit.mediaMs, unit.arrivedAtMs);
    const placed: PlacedUnit = { ...unit, moment, ptsUs: Math.round(moment.ptsMs * 1_000) };
    if (this.#options.onCopied !== undefined) {
      this.#options.onCopied(unitHeader(placed));
      this.#options.onCopied(unit.data);
    }
    this.#decoder?.feed(placed);
  }

  async #end({ kind, reason }: UnitStreamEnd): Promise<ConnectionEnd> {
    if (!this.#isStopped) this.#decoder?.finish();
    await this.#decoder?.closed;
    const streamedMs = this.#firstPictureAtMs === undefined ? 0 : this.#lastPictureAtMs! - this.#firstPictureAtMs;
    return {
      reason: this.#decoderFailure ?? reason,
      streamedMs,
      gaveUp: kind === 'unsupported' ? 'needs-ffmpeg' : this.#gaveUp,
    };
  }
}
