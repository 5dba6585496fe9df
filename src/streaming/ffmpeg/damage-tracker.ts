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
  /** Coded without reference to others (I), from the past (P), or from both sides (B). */
  readonly type: 'I' | 'P' | 'B';
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
};

/** Packets and pictures are numbered in the order in which they are decoded. */
type Damage = {
  /** The first packet that may be damaged. */
  readonly from: number;
  /** The last one. A sound key picture from here on ends the damage. */
  readonly to: number;
  /** A key picture may be damaged itself, not only what it is built on. */
  readonly inPicture: boolean;
};

/** A damage that later pictures confirm or refute. */
type Suspicion = Damage & {
  readonly kind: 'packet' | 'repair' | 'concealed';
  readonly isGapAfter: () => boolean;
  /** Type of the picture that the decoder filled in, if it says so. */
  readonly type?: DecodedPicture['type'];
  /** Pictures of this type that came out without a mark. */
  readonly candidates: number[];
};

type Pending = { readonly index: number; readonly type: DecodedPicture['type']; readonly verdict: Verdict };

/** Decoders that look whether a picture is complete, and fill in what is not. */
const REPAIRING = new Set([
  'h264',
  'mpeg1video',
  'mpeg2video',
  'mpeg4',
  'h263',
  'h263p',
  'flv1',
  'msmpeg4v2',
  'msmpeg4v3',
  'wmv1',
  'wmv2',
  'wmv3',
  'vc1',
]);
/** Codecs in which nothing depends on a B-picture. */
const LEAF_B = new Set(['mpeg1video', 'mpeg2video', 'mpeg4', 'wmv3', 'vc1']);
const INTRA = new Set(['mjpeg', 'dnxhd', 'prores', 'dvvideo', 'ffv1', 'rawvideo', 'png']);
/** A decoder of frame threads complains about the header of the newest packet, or of the one before. */
const HEADER_LAG = 1;
/** Streams that begin with their only key picture are refreshed gradually, within this many pictures. */
const MENDED_AFTER_PICTURES = 300;
/** Of more, the oldest are taken together. */
const MOST_DAMAGES = 64;
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
  #damages: Damage[] = [];
  #suspicions: Suspicion[] = [];
  #pending: Pending[] = [];
  readonly #indexOf = new Map<string, number>();
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
  /** The newest key picture that only begins a gradual refresh. */
  #refreshAt: number | undefined;
  #isTimed = false;
  #keyCount = 0;

  constructor(traits: DecoderTraits) {
    this.#traits = traits;
  }

  /** The last packet was incomplete, and none came after it. */
  get endsSuspect(): boolean {
    return (
      this.#suspectDts.size > 0 ||
      this.#suspicions.some(({ kind, to }) => kind === 'packet' && to >= this.#packetCount - 1)
    );
  }

  /** A packet goes to the decoder. */
  packet({ pts, dts, demuxedDts }: TrackedPacket): void {
    const index = this.#packetCount++;
    const time = pts === 'NOPTS' ? dts : pts;
    if (time !== 'NOPTS') {
      this.#isTimed = true;
      this.#indexOf.set(time, index);
      this.#outstanding.set(index, Number(time));
    }
    this.#noteStep(index, Number(dts));
    this.#discardUntil(index - FORGOTTEN_AFTER);
    if (this.#isNextSuspect) {
      this.#isNextSuspect = false;
      this.#suspect(index);
      this.#suspect(index + 1);
    }
    if (this.#suspectDts.size === 0) return;
    if (this.#suspectDts.delete(demuxedDts)) {
      this.#suspect(index);
      return;
    }
    for (const suspect of this.#suspectDts) {
      // It did not come at all, or as a part of the one before.
      if (!(Number(suspect) < Number(demuxedDts))) continue;
      this.#suspectDts.delete(suspect);
      this.#add({ from: Math.max(0, index - 1), to: index, inPicture: true });
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

  /** The next packet is incomplete; its time may have been reported before. */
  suspectedNext(): void {
    if (!this.#hasSuspectInTransit) this.#isNextSuspect = true;
    this.#hasSuspectInTransit = false;
  }

  /** Whole packets are missing before the next one. */
  lostBetween(): void {
    this.#add({ from: this.#packetCount, to: this.#packetCount, inPicture: false });
  }

  /** Data is missing in the packet that is being put together, or in the one after it. */
  lostAhead(): void {
    this.#add({ from: this.#packetCount, to: this.#packetCount + 1, inPicture: true });
  }

  /** Data is missing in some packet on its way here. */
  lostSomewhere(): void {
    this.#add({ from: this.#lastOutput + 1, to: this.#packetCount + 1, inPicture: true });
  }

  /** The decoder complains, without saying about which picture. */
  complained(about: 'headers' | 'pixels'): void {
    const { codec, marksDamage, inOrder } = this.#traits;
    const newest = Math.max(0, this.#packetCount - 1);
    this.#complainedAt = newest;
    if (about === 'headers') {
      const from = inOrder ? newest : Math.max(this.#lastOutput + 1, newest - HEADER_LAG);
      this.#add({ from, to: Math.max(from, newest), inPicture: false });
      return;
    }
    const range = { from: inOrder ? newest : Math.min(newest, this.#lastOutput + 1), to: newest, inPicture: true };
    if (!marksDamage || !REPAIRING.has(codec)) {
      this.#add(range);
      return;
    }
    if (this.#isExplained(range.from, range.to)) return;
    const last = this.#suspicions.at(-1);
    if (last?.kind === 'repair' && last.from === range.from && last.to === range.to) return;
    this.#suspicions.push({ ...range, kind: 'repair', isGapAfter: () => false, candidates: [] });
  }

  /**
   * The decoder filled in parts of a picture of this type. ffmpeg marks that picture, unless another thread returns it:
   * then nothing but its type tells it from its neighbours. A packet that is known to be incomplete explains it.
   */
  concealed(type: DecodedPicture['type']): void {
    const to = Math.max(0, this.#packetCount - 1);
    const from = this.#traits.inOrder ? to : Math.min(to, this.#lastOutput + 1);
    if (this.#isExplained(from, to)) return;
    this.#suspicions.push({
      from,
      to,
      inPicture: true,
      kind: 'concealed',
      type,
      isGapAfter: () => false,
      candidates: [],
    });
  }

  /** One of these packets is known to be incomplete, or may be: complaints of the decoder are about that one. */
  #isExplained(from: number, to: number): boolean {
    const isHere = (damage: Damage): boolean => damage.to >= from && damage.from <= to;
    return this.#damages.some(isHere) || this.#suspicions.some((one) => one.kind === 'packet' && isHere(one));
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
    const known = this.#indexOf.get(picture.pts);
    const index = known ?? this.#lastOutput + 1;
    const isKnown = known !== undefined || !this.#isTimed;
    const isMarked = this.#isNextMarked;
    this.#isNextMarked = false;
    this.#indexOf.delete(picture.pts);
    this.#outstanding.delete(index);
    const isLeaf = INTRA.has(codec) || (picture.type === 'B' && LEAF_B.has(codec));
    if (isMarked && !isLeaf) this.#add({ from: index, to: index, inPicture: true });
    this.#findMissing(Number(picture.pts));
    this.#lastOutput = Math.max(this.#lastOutput, index);
    this.#judgeSuspicions(index, picture, isKnown, isMarked);
    this.#judgePending();
    if (this.#keyCount < 2 && this.#damages.length > 0)
      this.#damages = this.#damages.filter(({ to }) => index - to < MENDED_AFTER_PICTURES);
    if (picture.isKey && isKnown) this.#mend(index, picture.type === 'I');

    const verdict: Verdict = { isDamaged: isMarked || this.#isDamaged(index) ? true : undefined };
    if (verdict.isDamaged === undefined) {
      if (this.#isDoubtful(index, picture.type)) this.#pending.push({ index, type: picture.type, verdict });
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

  #add(damage: Damage): void {
    const last = this.#damages.at(-1);
    if (last?.to === damage.to && last.from <= damage.from && last.inPicture === damage.inPicture) return;
    this.#damages.push(damage);
    if (this.#damages.length <= MOST_DAMAGES) return;
    const [first, second] = this.#damages.splice(0, 2);
    this.#damages.unshift({
      from: Math.min(first.from, second.from),
      to: Math.max(first.to, second.to),
      inPicture: first.inPicture || second.inPicture,
    });
  }

  #suspect(index: number): void {
    this.#suspicions.push({
      from: index,
      to: index,
      inPicture: true,
      kind: 'packet',
      isGapAfter: () => this.#isGapAfter(index),
      candidates: [],
    });
  }

  /** Confirms or refutes suspicions with a picture that came out. */
  #judgeSuspicions(index: number, { isKey, type }: DecodedPicture, isKnown: boolean, isMarked: boolean): void {
    if (this.#suspicions.length === 0) return;
    const isSoundKey = isKey && isKnown && !isMarked;
    this.#suspicions = this.#suspicions.filter((suspicion) => {
      const { from, to, kind } = suspicion;
      if (kind === 'concealed') return this.#isStillConcealed(suspicion, index, type, isMarked);
      if (kind === 'repair') return !(isMarked && index >= from && index <= to) && this.#isOutstanding(from, to);
      if (index <= to) return true;
      // Whole segments that follow each other break a counter, and nothing is missing.
      const isSeam = isSoundKey && index === to + 1 && !suspicion.isGapAfter();
      const isLeading = !isSoundKey && index > to + 1 && this.#isOutstanding(to + 1, to + 1);
      if (isLeading) return true;
      if (!isSeam) this.#add({ from, to, inPicture: true });
      return false;
    });
  }

  #isStillConcealed(suspicion: Suspicion, index: number, type: DecodedPicture['type'], isMarked: boolean): boolean {
    const { from, to, candidates } = suspicion;
    if (index >= from && index <= to) {
      if (type === suspicion.type && isMarked) return false;
      if (type === suspicion.type) candidates.push(index);
    }
    if (this.#isOutstanding(from, to)) return true;
    if (candidates.length > 0)
      this.#add({ from: Math.min(...candidates), to: Math.max(...candidates), inPicture: true });
    return false;
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
      if (this.#isDamaged(index)) verdict.isDamaged = true;
      else if (!this.#isDoubtful(index, type)) verdict.isDamaged = false;
      return verdict.isDamaged === undefined;
    });
  }

  #isDamaged(index: number): boolean {
    const isIntra = INTRA.has(this.#traits.codec);
    return this.#damages.some(({ from, to }) => from <= index && (!isIntra || index <= to));
  }

  /** Pictures other than B come out in the order of decoding, and thus with their own mark. */
  #isDoubtful(index: number, type: DecodedPicture['type']): boolean {
    return this.#suspicions.some(({ from, to, kind, candidates }) => {
      // Of what it may be built on, some came out, or is to come.
      if (kind === 'concealed')
        return (
          candidates.some((at) => at <= index) || (from < index && this.#isOutstanding(from, Math.min(to, index - 1)))
        );
      return from <= index && (kind === 'packet' || type === 'B');
    });
  }

  #mend(index: number, isComplete: boolean): void {
    if (isComplete) {
      this.#keyCount++;
      if (this.#damages.some(({ from, to, inPicture }) => inPicture && from <= index && index <= to)) return;
      this.#refreshAt = undefined;
      this.#damages = this.#damages.filter(({ to }) => to > index);
      return;
    }
    // A gradual refresh is complete when the next one begins.
    const begunAt = this.#refreshAt;
    if (begunAt !== undefined) this.#damages = this.#damages.filter(({ to }) => to > begunAt);
    this.#refreshAt = index;
  }

  /** Of packets that the decoder failed to read, those whose turn is over were references that are missing. */
  #findMissing(pts: number): void {
    if (!Number.isFinite(pts)) return;
    for (const [index, outstandingPts] of this.#outstanding) {
      if (outstandingPts >= pts) continue;
      this.#outstanding.delete(index);
      if (this.#firstPts !== undefined && outstandingPts > this.#firstPts && this.#complainedAt >= index)
        this.#add({ from: index, to: index, inPicture: false });
    }
    this.#firstPts ??= pts;
  }

  #noteStep(index: number, dts: number): void {
    const before = this.#dtsOf.get(index - 1);
    this.#dtsOf.set(index, dts);
    if (before !== undefined && dts > before) this.#stepTicks = Math.min(this.#stepTicks, dts - before);
  }

  #isGapAfter(index: number): boolean {
    const step = this.#dtsOf.get(index + 1)! - this.#dtsOf.get(index)!;
    return !(step <= GAP_STEPS * this.#stepTicks);
  }

  #discardUntil(before: number): void {
    this.#dtsOf.delete(before);
    this.#outstanding.delete(before);
    if (this.#indexOf.size <= 2 * FORGOTTEN_AFTER) return;
    for (const [time, index] of this.#indexOf) {
      if (index >= before) break;
      this.#indexOf.delete(time);
    }
  }
}
