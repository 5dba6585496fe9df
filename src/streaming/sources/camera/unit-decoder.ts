import type { CodedUnit, UnitCodec } from '../../../core/coded-unit.js';
import type { FramePool, FrameSlot } from '../../../core/frame-pool.js';
import type { Size } from '../../../core/letterbox.js';
import type { PictureFormat } from '../../../core/picture.js';
import { nutFileHeader, nutFrameHeader, type NutTag } from '../../ffmpeg/nut-writer.js';
import { damageIn } from '../../ffmpeg/damage.js';
import { frameArguments } from '../../ffmpeg/arguments.js';
import type { Ffmpeg } from '../../ffmpeg/binary.js';
import { COMPLAINT } from '../../ffmpeg/log.js';
import { FrameProcess, type FrameProcessEnd, type Picture } from '../../ffmpeg/frame-process.js';
import { codedSize, isShownAs } from './coded-size.js';
import type { ArrivedPicture } from './connection.js';
import { presentationQueue, type Fate } from './presentation-queue.js';

/** The part of a unit that concerns the decoder. */
export type DecodableUnit = Pick<CodedUnit, 'data' | 'isKey' | 'refreshPictures' | 'damaged' | 'lostBefore'> & {
  /** Presentation time in microseconds: an integer of 0 or more, unlike that of any other unit of the stream. */
  readonly ptsUs: number;
};

export type UnitDecoderOptions<U extends DecodableUnit> = {
  readonly ffmpeg: Ffmpeg;
  readonly codec: UnitCodec;
  /** Into which every picture is fitted: `detector.info.input`. */
  readonly input: PictureFormat;
  readonly pool: FramePool;
  readonly onPicture: (unit: U, picture: ArrivedPicture) => void;
  /** Called for units without a picture, in presentation order among the pictures. */
  readonly onMissing: (unit: U, fate: Fate) => void;
};

const NUT_TAGS: Readonly<Record<UnitCodec, NutTag>> = { h264: 'H264', h265: 'HEVC', mjpeg: 'MJPG' };
/** A decoder reads the size from the stream; the container has to name one all the same. */
const ANY_SIZE: Size = { width: 16, height: 16 };

/** The head of a NUT of the codec's units, for a decoder or a file. */
export function unitsHeader(codec: UnitCodec): Buffer {
  return nutFileHeader(ANY_SIZE, NUT_TAGS[codec]);
}

/** The bytes in front of a unit in such a NUT. */
export function unitHeader({ ptsUs, data, isKey }: DecodableUnit): Buffer {
  return nutFrameHeader(ptsUs, data.length, isKey);
}

/**
 * ffmpeg's options for units that are handed to it whole, with their times. What each is for:
 * - `copyts`: a picture comes out with the time of its unit, which is how the two find each other.
 * - `probesize`, `analyzeduration`: the first unit goes to the decoder at once instead of waiting for more to look at.
 * - `low_delay`, `thread_type slice`: pictures are not held back to be decoded in parallel, or in case B-pictures come.
 */
const UNIT_INPUT = ['-copyts', '-f', 'nut', '-probesize', '32', '-analyzeduration', '0', '-flags', 'low_delay', '-thread_type', 'slice'];

/**
 * A picture comes through one pipe and what the decoder says about it through another. What was said before the picture is read
 * within this many turns of the event loop: one may have begun before it was said.
 */
const TURNS_UNTIL_LOGGED = 2;

/**
 * Decodes units of one stream: each picture is out some milliseconds after its unit went in, since nothing waits for the
 * next one. Damage lasts from a unit that is damaged, or that is no key unit and lacks one before it, to the next key unit that is whole.
 */
export class UnitDecoder<U extends DecodableUnit> {
  /** Resolves when ffmpeg is gone, every slot given back or handed on, and, unless it was stopped, every unit's fate told; never rejects. */
  readonly closed: Promise<FrameProcessEnd>;
  readonly #process: FrameProcess;
  readonly #queue: ReturnType<typeof presentationQueue<Decodable<U>>>;
  /** Slots of the pictures under way, oldest first. */
  readonly #slots: (FrameSlot | undefined)[] = [];
  readonly #options: UnitDecoderOptions<U>;
  /** So many pictures on, damage is over; Infinity where no key unit has promised it, as before the first. */
  #soundIn = Infinity;
  /** Pictures that are shown before the one with which damage ended may be built on earlier, damaged ones. */
  #soundFromUs = 0;
  /** What the newest key unit says. */
  #codedSize: Size | undefined;
  /** Pictures that are there, oldest first, until all that was said before them has been heard. */
  readonly #settling: Picture[] = [];
  #isStopped = false;

  constructor(options: UnitDecoderOptions<U>) {
    this.#options = options;
    const { ffmpeg, codec, input, pool, onMissing } = options;
    this.#queue = presentationQueue(({ unit }, fate) => onMissing(unit, fate));
    this.#process = new FrameProcess({
      ffmpeg,
      isFed: true,
      // A unit and its picture find each other by their time, which leaves little to be told.
      tellsPictures: false,
      args: frameArguments(ffmpeg.version, { url: 'pipe:0', inputOptions: UNIT_INPUT, input, tellsPictures: false }),
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
      if (!this.#isStopped) this.#queue.end();
      return end;
    });
  }

  /** The unit since which the decoder owes a picture: those that it holds back for B-pictures do not count. */
  get oldestOwed(): U | undefined {
    return this.#queue.oldestFed?.unit;
  }

  feed(unit: U): void {
    if (unit.isKey) this.#codedSize = codedSize(this.#options.codec, unit.data) ?? this.#codedSize;
    this.#queue.fed(unit.ptsUs, { unit, codedSize: this.#codedSize, isDamaged: this.#followDamage(unit) });
    this.#process.write(unitHeader(unit), unit.data);
  }

  /** Whether a unit's picture is damaged: the unit itself lacks something, or a picture that it is built on does. */
  #followDamage({ isKey, refreshPictures = 0, damaged, lostBefore, ptsUs }: DecodableUnit): boolean {
    if (damaged || lostBefore) this.#soundIn = Infinity;
    if (this.#soundIn > 0) {
      this.#soundIn = Math.min(this.#soundIn - 1, isKey && !damaged ? refreshPictures : Infinity);
      if (this.#soundIn <= 0) this.#soundFromUs = ptsUs;
    }
    return this.#soundIn > 0 || ptsUs < this.#soundFromUs;
  }

  /** Passes over a unit, in its turn. Units that are built on it cannot be decoded: feed a key unit next. */
  shed(unit: U): void {
    this.#soundIn = Infinity;
    this.#queue.shed(unit.ptsUs, { unit, codedSize: undefined, isDamaged: false });
  }

  /** Lets the pictures come out that it owes, as long as that takes no time to speak of. */
  finish(): void {
    void this.#process.finish();
  }

  /** Ends at once; no callback is called any more. */
  stop(): void {
    this.#isStopped = true;
    void this.#process.stop();
  }

  #arrived(picture: Picture): void {
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
    // The newest size that was told may be that of a picture behind this one.
    const size = decoded.codedSize === undefined || isShownAs(decoded.codedSize, picture.size) ? picture.size : decoded.codedSize;
    this.#options.onPicture(decoded.unit, { size, corrupt: decoded.isDamaged, slot });
  }

  /** The decoder met damage in one of the units that it owes, and does not say in which. */
  #noteDamage(line: string): void {
    const damage = COMPLAINT.test(line) ? damageIn(line) : undefined;
    if (damage === undefined) return;
    for (const [i, owed] of this.#queue.fedUnits.entries()) {
      // A key unit is built on no other, so nothing that it could lack is missing; one that begins a refresh is.
      if (damage === 'missing-reference' && i > 0 && owed.unit.isKey && (owed.unit.refreshPictures ?? 0) === 0) return;
      owed.isDamaged = true;
    }
    this.#soundIn = Infinity;
  }
}

/** A unit with its decoder. */
type Decodable<U> = { readonly unit: U; readonly codedSize: Size | undefined; isDamaged: boolean };

function afterTurns(turns: number, then: () => void): void {
  if (turns === 0) then();
  else setImmediate(() => afterTurns(turns - 1, then));
}
