import type { Damage } from './damages.js';

/** Coded without reference to others (I), from the past (P), or from both sides (B). */
export type PictureType = 'I' | 'P' | 'B';

type Range = Pick<Damage, 'from' | 'to'>;

/** A picture that came out. */
export type JudgedPicture = {
  /** Its packet, in the order of decoding. */
  readonly index: number;
  readonly type: PictureType;
  /** A key picture whose packet is known, and which ffmpeg does not mark. */
  readonly isSoundKey: boolean;
  /** ffmpeg marks it as damaged. */
  readonly isMarked: boolean;
};

/** A damage that later pictures confirm or refute. */
type Suspicion = Range &
  (
    | { readonly kind: 'packet' }
    | { readonly kind: 'repair' }
    /** @property candidates pictures of the type that came out without a mark */
    | { readonly kind: 'concealed'; readonly type: PictureType; readonly candidates: number[] }
  );

/** The stream that the suspicions are about. */
export type SuspectedStream = {
  /** The picture of one of these packets is still to come. */
  isOutstanding(from: number, to: number): boolean;
  /** The decoding times leave a gap after this packet. */
  isGapAfter(index: number): boolean;
  confirm(damage: Damage): void;
};

/** Damages of one stream that are not certain, until the pictures tell. */
export class Suspicions {
  readonly #stream: SuspectedStream;
  #open: Suspicion[] = [];

  constructor(stream: SuspectedStream) {
    this.#stream = stream;
  }

  /** The demuxer suspects this packet, or a later one. */
  hasPacketFrom(index: number): boolean {
    return this.#open.some(({ kind, to }) => kind === 'packet' && to >= index);
  }

  /** The demuxer calls one of these packets incomplete, which may be a break between whole segments. */
  packet({ from, to }: Range): void {
    this.#open.push({ kind: 'packet', from, to });
  }

  /** The decoder complains of one of these pictures, which ffmpeg will mark. */
  repair({ from, to }: Range): void {
    if (this.#isExplained(from, to)) return;
    const last = this.#open.at(-1);
    if (last?.kind === 'repair' && last.from === from && last.to === to) return;
    this.#open.push({ kind: 'repair', from, to });
  }

  /**
   * The decoder filled in parts of a picture of this type. ffmpeg marks that picture, unless another thread returns it:
   * then nothing but its type tells it from its neighbours.
   */
  concealed({ from, to }: Range, type: PictureType): void {
    if (!this.#isExplained(from, to)) this.#open.push({ kind: 'concealed', from, to, type, candidates: [] });
  }

  /** Confirms or refutes suspicions with a picture that came out. */
  judge(picture: JudgedPicture): void {
    if (this.#open.length === 0) return;
    this.#open = this.#open.filter((suspicion) => this.#isStillOpen(suspicion, picture));
  }

  /** Whether a picture may still turn out to be damaged. */
  makesDoubtful(index: number, type: PictureType): boolean {
    return this.#open.some((suspicion) => {
      const { from, to } = suspicion;
      // Of what it may be built on, some came out, or is to come.
      if (suspicion.kind === 'concealed')
        return (
          suspicion.candidates.some((at) => at <= index) ||
          (from < index && this.#stream.isOutstanding(from, Math.min(to, index - 1)))
        );
      // Pictures other than B come out in the order of decoding, and thus with their own mark.
      return from <= index && (suspicion.kind === 'packet' || type === 'B');
    });
  }

  /** The demuxer suspects one of these packets: complaints of the decoder are about that one. */
  #isExplained(from: number, to: number): boolean {
    return this.#open.some((one) => one.kind === 'packet' && one.to >= from && one.from <= to);
  }

  #isStillOpen(suspicion: Suspicion, { index, type, isSoundKey, isMarked }: JudgedPicture): boolean {
    const { from, to } = suspicion;
    const isInside = index >= from && index <= to;
    switch (suspicion.kind) {
      case 'packet':
        return this.#isPacketOpen(suspicion, index, isSoundKey);
      case 'repair':
        return !(isMarked && isInside) && this.#stream.isOutstanding(from, to);
      case 'concealed': {
        const { candidates } = suspicion;
        if (isInside && type === suspicion.type) {
          if (isMarked) return false;
          candidates.push(index);
        }
        if (this.#stream.isOutstanding(from, to)) return true;
        if (candidates.length > 0)
          this.#stream.confirm({ from: Math.min(...candidates), to: Math.max(...candidates), inPicture: true });
        return false;
      }
    }
  }

  #isPacketOpen({ from, to }: Range, index: number, isSoundKey: boolean): boolean {
    if (index <= to) return true;
    // Whole segments that follow each other break a counter, and nothing is missing.
    const isSeam = isSoundKey && index === to + 1 && !this.#stream.isGapAfter(to);
    const isLeading = !isSoundKey && index > to + 1 && this.#stream.isOutstanding(to + 1, to + 1);
    if (isLeading) return true;
    if (!isSeam) this.#stream.confirm({ from, to, inPicture: true });
    return false;
  }
}
