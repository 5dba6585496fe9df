import { INTRA, LEAF_B, REPAIRING } from './damage-codecs.js';
import { Suspicions, type PictureType } from './damage-suspicions.js';
import { Damages } from './damages.js';

/** A packet as the decoder receives it. Times are ffmpeg's own texts: numbers of ticks, or `NOPTS`. */
export type TrackedPacket = {
  readonly pts: string;
  readonly dts: string;
  /** Before ffmpeg moved the stream's start to zero. */
  readonly demuxedDts: string;
};

export type DecodedPicture = {
  readonly pts: string;
  readonly isKey: boolean;
  readonly type: PictureType;
};

/** Undefined while it depends on what comes. */
export type Verdict = { isDamaged: boolean | undefined };

export type DecoderTraits = {
  /** As ffmpeg names it: `h264`, `mpeg2video`. */
  readonly codec: string;
  /** ffmpeg marks each picture that the decoder had to repair. */
  readonly marksDamage: boolean;
  /** No picture is begun before the one before it is complete, so that a complaint is about the newest packet. */
  readonly inOrder: boolean;
  /** A playlist puts it together from segments; a server may leave some out. */
  readonly hasSegments: boolean;
};

type Pending = { readonly index: number; readonly type: PictureType; readonly verdict: Verdict };

/** A decoder of frame threads complains about the header of the newest packet, or of the one before. */
const HEADER_LAG = 1;
/** Longer steps of the decoding times are gaps. */
const GAP_STEPS = 1.5;
/** Packets whose pictures have not come for so long are forgotten. */
const FORGOTTEN_AFTER = 64;

/**
 * Finds the damaged pictures of one stream: those that ffmpeg marks, those whose data is incomplete, and all that are
 * built on them, which come after them in the order of decoding until a sound key picture. Pictures come out in the
 * order of presentation; a picture's time relates it to its packet.
 */
export class DamageTracker {
  readonly #traits: DecoderTraits;
  #packetCount = 0;
  #lastOutput = -1;
  readonly #damages: Damages;
  readonly #suspicions = new Suspicions({
    isOutstanding: (from, to) => this.#isOutstanding(from, to),
    isGapAfter: (index) => this.#isGapAfter(index),
    confirm: (damage) => this.#damages.add(damage),
  });
  #pending: Pending[] = [];
  /** Packets by time, oldest first: segments that were coded apart may overlap. */
  readonly #indexesOf = new Map<string, number[]>();
  /** Packets without a picture so far, by number, with their time. */
  #outstanding = new Map<number, number>();
  readonly #suspectDts = new Set<string>();
  readonly #dtsOf = new Map<number, number>();
  #stepTicks = Infinity;
  #isNextMarked = false;
  #isNextSuspect = false;
  #hasSuspectInTransit = false;
  #firstPts: number | undefined;
  #complainedAt = -1;
  #isTimed = false;

  constructor(traits: DecoderTraits) {
    this.#traits = traits;
    this.#damages = new Damages(INTRA.has(traits.codec));
  }

  /** The last packet was incomplete, and none came after it. */
  get endsSuspect(): boolean {
    return this.#suspectDts.size > 0 || this.#suspicions.hasPacketFrom(this.#packetCount - 1);
  }

  /** A packet goes to the decoder. */
  packet({ pts, dts, demuxedDts }: TrackedPacket): void {
    const index = this.#packetCount++;
    const time = pts === 'NOPTS' ? dts : pts;
    if (time !== 'NOPTS') {
      this.#isTimed = true;
      const before = this.#indexesOf.get(time);
      if (before === undefined) this.#indexesOf.set(time, [index]);
      else before.push(index);
      this.#outstanding.set(index, Number(time));
    }
    this.#noteStep(index, Number(dts));
    this.#discardUntil(index - FORGOTTEN_AFTER);
    if (this.#isNextSuspect) {
      this.#isNextSuspect = false;
      // A parser hands a mark on with the packet before the one that bears it.
      this.#suspicions.packet({ from: index, to: index + 1 });
    }
    if (this.#suspectDts.size === 0) return;
    if (this.#suspectDts.delete(demuxedDts)) {
      this.#suspicions.packet({ from: index, to: index });
      return;
    }
    for (const suspect of this.#suspectDts) {
      // It did not come at all, or as a part of the one before.
      if (!(Number(suspect) < Number(demuxedDts))) continue;
      this.#suspectDts.delete(suspect);
      this.#damages.add({ from: Math.max(0, index - 1), to: index, inPicture: true });
    }
  }

  /**
   * The demuxer reports that the packet with this decoding time is incomplete, or that others are missing behind it.
   */
  suspected(demuxedDts: string): void {
    if (demuxedDts === 'NOPTS') this.#isNextSuspect = true;
    else this.#suspectDts.add(demuxedDts);
    this.#hasSuspectInTransit = true;
  }

  /** The next packet, or the one after it, is incomplete; its time may have been reported before. */
  suspectedNext(): void {
    if (!this.#hasSuspectInTransit) this.#isNextSuspect = true;
    this.#hasSuspectInTransit = false;
  }

  /** Whole packets are missing before the next one. */
  lostBetween(): void {
    this.#damages.add({ from: this.#packetCount, to: this.#packetCount, inPicture: false });
  }

  /** Data is missing in the packet that is being put together, or in the one after it. */
  lostAhead(): void {
    this.#damages.add({ from: this.#packetCount, to: this.#packetCount + 1, inPicture: true });
  }

  /** Data is missing in some packet on its way here. */
  lostSomewhere(): void {
    this.#damages.add({ from: this.#lastOutput + 1, to: this.#packetCount + 1, inPicture: true });
  }

  /** The decoder complains, without saying about which picture. */
  complained(about: 'headers' | 'pixels'): void {
    const { codec, marksDamage, inOrder } = this.#traits;
    const newest = Math.max(0, this.#packetCount - 1);
    this.#complainedAt = newest;
    if (about === 'headers') {
      const from = inOrder ? newest : Math.max(this.#lastOutput + 1, newest - HEADER_LAG);
      this.#damages.add({ from, to: Math.max(from, newest), inPicture: false });
      return;
    }
    const range = this.#undecided;
    if (marksDamage && REPAIRING.has(codec)) this.#suspicions.repair(range);
    else this.#damages.add({ ...range, inPicture: true });
  }

  /** The decoder filled in parts of a picture of this type. */
  concealed(type: PictureType): void {
    this.#suspicions.concealed(this.#undecided, type);
  }

  /** The packets whose pictures the decoder may complain about. */
  get #undecided(): { readonly from: number; readonly to: number } {
    const to = Math.max(0, this.#packetCount - 1);
    return { from: this.#traits.inOrder ? to : Math.min(to, this.#lastOutput + 1), to };
  }

  /** A packet gave no picture. */
  failed(): void {
    this.#complainedAt = this.#packetCount - 1;
    if (!REPAIRING.has(this.#traits.codec)) this.complained('pixels');
  }

  /** ffmpeg marks the next picture as damaged. */
  marked(): void {
    this.#isNextMarked = true;
  }

  /** The decoder returns a picture. */
  decoded(picture: DecodedPicture): Verdict {
    const { codec } = this.#traits;
    const known = this.#takeIndex(picture.pts);
    const index = known ?? this.#lastOutput + 1;
    const isKnown = known !== undefined || !this.#isTimed;
    const isMarked = this.#isNextMarked;
    this.#isNextMarked = false;
    this.#outstanding.delete(index);
    const isLeaf = INTRA.has(codec) || (picture.type === 'B' && LEAF_B.has(codec));
    if (isMarked && !isLeaf) this.#damages.add({ from: index, to: index, inPicture: true });
    this.#findMissing(Number(picture.pts));
    this.#lastOutput = Math.max(this.#lastOutput, index);
    const { type } = picture;
    this.#suspicions.judge({ index, type, isSoundKey: picture.isKey && isKnown && !isMarked, isMarked });
    this.#judgePending();
    this.#damages.passed(index);
    if (picture.isKey && isKnown) this.#damages.mend(index, type === 'I');

    const verdict: Verdict = { isDamaged: isMarked || this.#damages.spoils(index) ? true : undefined };
    if (verdict.isDamaged === undefined) {
      if (this.#suspicions.makesDoubtful(index, type)) this.#pending.push({ index, type, verdict });
      else verdict.isDamaged = false;
    }
    return verdict;
  }

  /** Decides about the oldest picture that is open, because nobody can wait longer for it. */
  settleFirst(): void {
    const first = this.#pending.shift();
    if (first !== undefined) first.verdict.isDamaged = true;
  }

  /** Decides what is open, because nothing more comes. */
  settle(): void {
    for (const { verdict } of this.#pending.splice(0)) verdict.isDamaged = true;
  }

  /** The picture of one of these packets is still to come. */
  #isOutstanding(from: number, to: number): boolean {
    if (!this.#isTimed) return this.#lastOutput < to;
    for (let index = from; index <= to; index++) if (this.#outstanding.has(index)) return true;
    return false;
  }

  #judgePending(): void {
    if (this.#pending.length === 0) return;
    this.#pending = this.#pending.filter(({ index, type, verdict }) => {
      if (this.#damages.spoils(index)) verdict.isDamaged = true;
      else if (!this.#suspicions.makesDoubtful(index, type)) verdict.isDamaged = false;
      return verdict.isDamaged === undefined;
    });
  }

  /** Of packets that the decoder failed to read, those whose turn is over were references that are missing. */
  #findMissing(pts: number): void {
    if (!Number.isFinite(pts)) return;
    for (const [index, outstandingPts] of this.#outstanding) {
      if (outstandingPts >= pts) continue;
      this.#outstanding.delete(index);
      if (this.#firstPts !== undefined && outstandingPts > this.#firstPts && this.#complainedAt >= index)
        this.#damages.add({ from: index, to: index, inPicture: false });
    }
    this.#firstPts ??= pts;
  }

  #noteStep(index: number, dts: number): void {
    const before = this.#dtsOf.get(index - 1);
    this.#dtsOf.set(index, dts);
    if (before !== undefined && dts > before) this.#stepTicks = Math.min(this.#stepTicks, dts - before);
  }

  #isGapAfter(index: number): boolean {
    // Between segments, time without pictures is no proof of lost packets.
    if (this.#traits.hasSegments) return false;
    const step = this.#dtsOf.get(index + 1)! - this.#dtsOf.get(index)!;
    return !(step <= GAP_STEPS * this.#stepTicks);
  }

  #discardUntil(before: number): void {
    this.#dtsOf.delete(before);
    this.#outstanding.delete(before);
    if (this.#indexesOf.size <= 2 * FORGOTTEN_AFTER) return;
    for (const [time, indexes] of this.#indexesOf) {
      if (indexes[0] >= before) break;
      this.#indexesOf.delete(time);
    }
  }

  /** The oldest packet of this time, which is thereby taken; undefined if there is none. */
  #takeIndex(pts: string): number | undefined {
    const indexes = this.#indexesOf.get(pts);
    const index = indexes?.shift();
    if (indexes?.length === 0) this.#indexesOf.delete(pts);
    return index;
  }
}
