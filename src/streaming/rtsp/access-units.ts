import { type NalKind, type NalSyntax } from './nal-syntax.js';
import { annexB, type NalUnit } from './nal-unit.js';
import { type ParameterSets } from './parameter-sets.js';
import { type PacketTime, type Picture } from './picture-reader.js';
import { type SenderQuirks } from './sender-quirks.js';
import { MAX_UNIT_BYTES, PIECE_BYTES, TOO_LARGE } from './unit-limits.js';

/** A picture that is being gathered. */
type Gathering = {
  readonly nals: NalUnit[];
  bytes: number;
  readonly timestamp: number;
  readonly mediaMs: number;
  arrivedAtMs: number;
  damaged: boolean;
  isTooLarge: boolean;
};

/**
 * Groups NAL units into pictures. The marker bit ends a picture at once (RFC 6184 §5.1, RFC 7798 §4.1). Without it the next picture's
 * first slice does: slices say themselves whether they begin a picture, so the timestamp decides only where that slice was lost.
 * A camera that sets the marker on each slice betrays itself by the first slice that continues a picture already ended.
 * Parameter sets, SEI and delimiters never make a picture: they wait for the slices after them, whatever their own timestamps say.
 */
export class AccessUnits {
  readonly #syntax: NalSyntax;
  readonly #parameterSets: ParameterSets;
  readonly #quirks: SenderQuirks;
  readonly #onPicture: (picture: Picture) => void;
  #current: Gathering | undefined;
  /** NAL units that came after the last slice and belong to the next one's picture. */
  #held: NalUnit[] = [];
  #heldBytes = 0;
  #lastEnded: { readonly timestamp: number; readonly byMarker: boolean } | undefined;
  #markersSeen = false;
  /** Packets were lost, and no slice has come since. */
  #lostHere = false;
  /** A picture already given out was not whole. */
  #damagedBefore = false;

  constructor(syntax: NalSyntax, parameterSets: ParameterSets, quirks: SenderQuirks, onPicture: (picture: Picture) => void) {
    this.#syntax = syntax;
    this.#parameterSets = parameterSets;
    this.#quirks = quirks;
    this.#onPicture = onPicture;
  }

  /** Packets or NAL units are missing before the next one. */
  lost(): void {
    this.#lostHere = true;
  }

  nal(nal: NalUnit, time: PacketTime): void {
    switch (this.#syntax.kindOf(nal)) {
      case 'first-slice':
        this.#slice(nal, time, true);
        break;
      case 'slice':
        this.#slice(nal, time, false);
        break;
      case 'delimiter':
        this.#end();
        this.#hold(nal);
        break;
      case 'parameters':
      case 'prefix':
        this.#hold(nal);
        break;
      case 'suffix':
        if (this.#current) this.#append(this.#current, nal, time);
        break;
      case 'filler':
        break;
    }
  }

  /** A packet that ends with its NAL unit carried the marker bit. */
  marker(time: PacketTime): void {
    this.#markersSeen = true;
    if (!this.#current || !this.#quirks.markerEndsPicture) return;
    this.#current.arrivedAtMs = Math.max(this.#current.arrivedAtMs, time.arrivedAtMs);
    // After a loss the marker may be that of a later picture of which no slice came whole: #lostHere stays for the next one too.
    this.#end(true);
  }

  /** Another source begins: a picture that was begun is dropped. */
  reset(): void {
    this.#current = undefined;
    this.#release();
    this.#lastEnded = undefined;
    this.#lostHere = true;
  }

  #slice(nal: NalUnit, time: PacketTime, isFirst: boolean): void {
    if (this.#current) {
      if (isFirst || (this.#lostHere && time.timestamp !== this.#current.timestamp)) {
        this.#tellWhyUnmarked();
        this.#end();
      } else if (time.timestamp !== this.#current.timestamp) {
        this.#quirks.tell('the camera changes the RTP time inside a picture; the time of its first slice counts');
      }
    }
    if (!this.#current && !isFirst && !this.#lostHere && this.#lastEnded?.timestamp === time.timestamp) {
      this.#sliceOfEndedPicture();
      return;
    }
    if (!this.#current && isFirst && !this.#lostHere && this.#lastEnded?.timestamp === time.timestamp) {
      this.#quirks.tell('the camera gives several pictures the same RTP time');
    }
    this.#current ??= this.#begin(time, isFirst);
    this.#current.damaged ||= this.#lostHere;
    this.#lostHere = false;
    for (const held of this.#held) this.#append(this.#current, held, time);
    if (this.#held.length > 0) {
      this.#parameterSets.replace(this.#held);
      this.#release();
    }
    this.#append(this.#current, nal, time);
  }

  #begin(time: PacketTime, isFirst: boolean): Gathering {
    const damaged = this.#damagedBefore || !isFirst;
    this.#damagedBefore = false;
    return { nals: [], bytes: 0, timestamp: time.timestamp, mediaMs: time.mediaMs, arrivedAtMs: time.arrivedAtMs, damaged, isTooLarge: false };
  }

  /** The part of that picture that went out cannot be called back; the rest is dropped and the next picture says so. */
  #sliceOfEndedPicture(): void {
    this.#damagedBefore = true;
    this.#release();
    if (!this.#lastEnded?.byMarker || !this.#quirks.markerEndsPicture) return;
    this.#quirks.markerEndsPicture = false;
    this.#quirks.tell('the camera sets the RTP marker on each slice instead of each picture; '
      + 'pictures are ended by the next one, one frame interval late, and the first picture was not whole');
  }

  #tellWhyUnmarked(): void {
    if (this.#markersSeen || this.#lostHere || this.#current?.damaged) return;
    this.#quirks.tell('the camera marks no picture\'s end (RTP marker); pictures are ended by the next one, one frame interval late');
  }

  #append(unit: Gathering, nal: NalUnit, time: PacketTime): void {
    unit.arrivedAtMs = Math.max(unit.arrivedAtMs, time.arrivedAtMs);
    if (unit.isTooLarge) return;
    unit.bytes += nal.size + PIECE_BYTES;
    unit.nals.push(nal);
    if (unit.bytes > MAX_UNIT_BYTES) {
      unit.isTooLarge = true;
      unit.nals.length = 0;
      this.#quirks.tell(TOO_LARGE);
    }
  }

  #hold(nal: NalUnit): void {
    this.#heldBytes += nal.size + PIECE_BYTES;
    this.#held.push(nal);
    if (this.#heldBytes <= MAX_UNIT_BYTES) return;
    this.#release();
    this.#lostHere = true;
    this.#quirks.tell(TOO_LARGE);
  }

  #release(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  #end(byMarker = false): void {
    const unit = this.#current;
    if (!unit) return;
    this.#current = undefined;
    this.#lastEnded = { timestamp: unit.timestamp, byMarker };
    if (unit.isTooLarge) {
      this.#damagedBefore = true;
      return;
    }
    const isKey = this.#isRandomAccess(unit.nals) && this.#parameterSets.isComplete;
    this.#onPicture({
      data: annexB(isKey ? this.#withParameterSets(unit.nals) : unit.nals),
      mediaMs: unit.mediaMs,
      arrivedAtMs: unit.arrivedAtMs,
      isKey,
      damaged: unit.damaged || this.#lostHere,
    });
  }

  #isRandomAccess(nals: readonly NalUnit[]): boolean {
    const { kindOf, isRandomAccess, isIntraSlice, typeOf, parameterTypes } = this.#syntax;
    if (nals.some(isRandomAccess)) return true;
    // Encoders that never send an IDR put the parameter sets before each picture of intra slices.
    if (!nals.some((nal) => typeOf(nal) === parameterTypes[0])) return false;
    return nals.every((nal) => !kindOf(nal).endsWith('slice') || isIntraSlice(nal));
  }

  /** The delimiter stays first (H.264 §7.4.1.2.3), and each parameter set comes before those that refer to it. */
  #withParameterSets(nals: readonly NalUnit[]): readonly NalUnit[] {
    const missing = this.#parameterSets.missingFrom(nals);
    if (missing.length === 0) return nals;
    const { kindOf, typeOf } = this.#syntax;
    const ofKind = (kind: NalKind): NalUnit[] => nals.filter((nal) => kindOf(nal) === kind);
    const sets = [...missing, ...ofKind('parameters')].sort((a, b) => typeOf(a) - typeOf(b));
    const rest = nals.filter((nal) => kindOf(nal) !== 'delimiter' && kindOf(nal) !== 'parameters');
    return [...ofKind('delimiter'), ...sets, ...rest];
  }
}
