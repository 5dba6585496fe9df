import type { CodedUnit, UnitCodec } from '../../../../core/coded-unit.js';
import type { FramePool, FrameSlot } from '../../../../core/frame-pool.js';
import type { CodedShape } from '../../../../core/size.js';
import { isCropFailure, type View } from '../../../../core/view.js';
import type { PictureFormat } from '../../../../core/picture.js';
import { damageIn } from '../../../ffmpeg/damage-messages.js';
import { frameArguments } from '../../../ffmpeg/arguments.js';
import type { Ffmpeg } from '../../../ffmpeg/binary.js';
import { complaintIn } from '../../../ffmpeg/log-line.js';
import { hwaccelOptions, withHwaccel, type Hwaccel } from '../../../ffmpeg/hwaccel.js';
import { FrameProcess, type FrameProcessEnd, type FfmpegPicture } from '../../../ffmpeg/frame-process.js';
import { NOTHING } from '../../../ffmpeg/needs.js';
import { UNIT_INPUT, unitHeader, unitsHeader, type TimedUnit } from '../../../ffmpeg/unit-nut.js';
import { codedShape, sizeOf } from './coded-shape.js';
import type { ArrivedPicture } from '../connection/connection.js';
import { presentationQueue, type Fate } from './presentation-queue.js';

/** The part of a unit that the decoder needs. */
export type DecodableUnit = TimedUnit & Pick<CodedUnit, 'refreshPictures' | 'damaged' | 'lostBefore'>;

export type UnitDecoderOptions<U extends DecodableUnit> = {
  readonly ffmpeg: Ffmpeg;
  readonly hwaccel?: Hwaccel;
  readonly codec: UnitCodec;
  /** The detector's input that every picture is fitted into: `detector.info.input`. */
  readonly input: PictureFormat;
  readonly view?: View | undefined;
  readonly pool: FramePool;
  readonly onPicture: (unit: U, picture: ArrivedPicture) => void;
  /** Called for units without a picture, in presentation order among the pictures. */
  readonly onMissing: (unit: U, fate: Fate) => void;
};

/**
 * `low_delay` and `thread_type slice`: pictures are not held back to be decoded in parallel, or in case B-pictures
 * come.
 */
const LIVE_UNIT_INPUT = [...UNIT_INPUT, '-flags', 'low_delay', '-thread_type', 'slice'];

/**
 * A picture comes through one pipe, and the decoder's messages about it through another. Messages from before the
 * picture are read within this many turns of the event loop; a turn may have begun before the message.
 */
const TURNS_UNTIL_LOGGED = 2;

/**
 * Decodes units of one stream: each picture comes out some milliseconds after its unit went in, because nothing waits
 * for the next one. Damage lasts from a damaged unit, or a non-key unit after a loss, to the next complete key unit.
 */
export class UnitDecoder<U extends DecodableUnit> {
  /**
   * Resolves when ffmpeg has ended, every slot is returned or passed on, and, unless it was stopped, every unit's
   * outcome is reported; never rejects.
   */
  readonly closed: Promise<FrameProcessEnd>;
  readonly #process: FrameProcess;
  readonly #queue: ReturnType<typeof presentationQueue<Decodable<U>>>;
  /** Slots of the pictures in progress, oldest first. */
  readonly #slots: (FrameSlot | undefined)[] = [];
  readonly #options: UnitDecoderOptions<U>;
  /** Pictures until damage is over. Infinity until a key unit starts the recovery, also before the first unit. */
  #soundIn = Infinity;
  /** Pictures that are shown before the one with which damage ended may depend on earlier, damaged ones. */
  #soundFromUs = 0;
  /** As the newest key unit states it. */
  #shape: CodedShape | undefined;
  /** Finished pictures, oldest first, until all earlier messages have been read. */
  readonly #settling: FfmpegPicture[] = [];
  #isStopped = false;

  constructor(options: UnitDecoderOptions<U>) {
    this.#options = options;
    const { ffmpeg, hwaccel, codec, input, view, pool, onMissing } = options;
    this.#queue = presentationQueue(({ unit }, fate) => onMissing(unit, fate));
    this.#process = new FrameProcess({
      ffmpeg,
      isFed: true,
      needs: withHwaccel(NOTHING, hwaccel),
      view,
      // A unit and its picture match by their time, so little has to be announced.
      announcesPictures: false,
      args: frameArguments(ffmpeg.version, {
        url: 'pipe:0',
        inputOptions: [...hwaccelOptions(hwaccel), ...LIVE_UNIT_INPUT],
        input,
        view,
        announcesPictures: false,
      }),
      channels: input.channels,
      getTarget: () => {
        const slot = pool.acquire();
        this.#slots.push(slot);
        return slot?.bytes;
      },
      onPicture: (picture) => this.#arrived(picture),
      onLine: (line) => this.#noteDamage(line),
    });
    this.#process.write(unitsHeader(codec));
    this.closed = this.#process.closed.then((end) => {
      while (this.#settling.length > 0) this.#settle();
      for (const slot of this.#slots.splice(0)) slot?.release();
      // Pictures that do not contain the crop are not damaged; the end of the connection tells of them.
      if (!this.#isStopped && !isCropFailure(end.failure)) this.#queue.end();
      return end;
    });
  }

  /** The unit of the oldest outstanding picture: units held back for B-pictures do not count. */
  get oldestOwed(): U | undefined {
    return this.#queue.oldestFed?.unit;
  }

  feed(unit: U): void {
    if (unit.isKey) this.#shape = codedShape(this.#options.codec, unit.data) ?? this.#shape;
    this.#queue.fed(unit.ptsUs, { unit, shape: this.#shape, isDamaged: this.#followDamage(unit) });
    this.#process.write(unitHeader(unit), unit.data);
  }

  /** Whether a unit's picture is damaged: the unit itself, or a picture that it depends on, lacks data. */
  #followDamage({ isKey, refreshPictures = 0, damaged, lostBefore, ptsUs }: DecodableUnit): boolean {
    if (damaged || lostBefore) this.#soundIn = Infinity;
    if (this.#soundIn > 0) {
      this.#soundIn = Math.min(this.#soundIn - 1, isKey && !damaged ? refreshPictures : Infinity);
      if (this.#soundIn <= 0) this.#soundFromUs = ptsUs;
    }
    return this.#soundIn > 0 || ptsUs < this.#soundFromUs;
  }

  /** Skips a unit, in its turn. Units that depend on it cannot be decoded: feed a key unit next. */
  shed(unit: U): void {
    this.#soundIn = Infinity;
    this.#queue.shed(unit.ptsUs, { unit, shape: undefined, isDamaged: false });
  }

  /** Lets outstanding pictures come out, as long as that takes negligible time. */
  finish(): void {
    void this.#process.finish();
  }

  /** Ends at once; no callback is called any more. */
  stop(): void {
    this.#isStopped = true;
    void this.#process.stop();
  }

  #arrived(picture: FfmpegPicture): void {
    this.#settling.push(picture);
    afterTurns(TURNS_UNTIL_LOGGED, () => this.#settle());
  }

  #settle(): void {
    const picture = this.#settling.shift();
    if (picture === undefined || this.#isStopped) return;
    const slot = this.#slots.shift();
    const decoded = this.#queue.decoded(picture.ptsUs);
    if (decoded === undefined) {
      slot?.release();
      return;
    }
    // The newest announced size may belong to a later picture.
    const size = sizeOf(picture, decoded.shape, this.#options.view);
    this.#options.onPicture(decoded.unit, { ...size, corrupt: decoded.isDamaged, slot });
  }

  /** The decoder found damage in one of its outstanding units, but does not name the unit. */
  #noteDamage(line: string): void {
    const message = complaintIn(line);
    const damage = message && damageIn(message);
    if (damage === undefined) return;
    for (const [i, owed] of this.#queue.fedUnits.entries()) {
      // A key unit depends on no other picture, unless it begins a gradual refresh.
      if (damage === 'missing-reference' && i > 0 && owed.unit.isKey && (owed.unit.refreshPictures ?? 0) === 0) return;
      owed.isDamaged = true;
    }
    this.#soundIn = Infinity;
  }
}

/** A unit with its decoder. */
type Decodable<U> = { readonly unit: U; readonly shape: CodedShape | undefined; isDamaged: boolean };

function afterTurns(turns: number, then: () => void): void {
  if (turns === 0) then();
  else setImmediate(() => afterTurns(turns - 1, then));
}
