import { type NalSyntax } from '../../nal/nal-syntax.js';
import { type NalUnit } from '../../nal/nal-unit.js';
import { type ParameterSets } from '../../nal/parameter-sets.js';
import { isSecondField } from '../../nal/slice-rules.js';
import { GatheredPicture } from './gathered-picture.js';
import { type PacketTime, type CodedPicture } from './picture-reader.js';
import { type SenderQuirks } from '../rtp/sender-quirks.js';
import { MAX_UNIT_BYTES, PIECE_BYTES, TOO_LARGE } from './unit-limits.js';
import { UsualSlices } from './usual-slices.js';

/** The evidence by which a picture counts as complete. */
type Ending = 'marker' | 'count' | 'next';

type Ended = { readonly timestamp: number; readonly ending: Ending };

/**
 * Groups NAL units into pictures. The marker bit ends a picture at once (RFC 6184 §5.1, RFC 7798 §4.1). Without it, the
 * next picture's first slice ends it. A slice itself shows whether it begins a picture, so the timestamp decides only
 * if that slice was lost. A camera that sets the marker on each slice is detected by the first slice that continues an
 * ended picture; from then on, its usual count of slices ends a picture. The two fields of a frame are one picture, and
 * a marker between them ends nothing. Parameter sets, SEI and delimiters never begin a picture: they wait for the
 * following slices, whatever their own timestamps.
 */
export class AccessUnits {
  readonly #syntax: NalSyntax;
  readonly #parameterSets: ParameterSets;
  readonly #quirks: SenderQuirks;
  readonly #onPicture: (picture: CodedPicture) => void;
  readonly #usualSlices = new UsualSlices();
  #current: GatheredPicture | undefined;
  /** NAL units that came after the last slice and belong to the next picture. */
  #held: NalUnit[] = [];
  #heldBytes = 0;
  #lastEnded: Ended | undefined;
  #markersSeen = false;
  /** Of the fields of a frame; undefined before the first one. */
  #isBottomFirst: boolean | undefined;
  /** True if packets were lost and no slice has come since. */
  #lostHere = false;
  /** True if an emitted picture was incomplete, or one was dropped. */
  #brokeOff = false;
  /** Types of parameter sets that came after the last slice and before a loss. */
  #setTypesBeforeLoss: readonly number[] = [];
  /** Types of parameter sets that came with the last key picture. */
  #usualSetTypes: readonly number[] = [];

  constructor(
    syntax: NalSyntax,
    parameterSets: ParameterSets,
    quirks: SenderQuirks,
    onPicture: (picture: CodedPicture) => void,
  ) {
    this.#syntax = syntax;
    this.#parameterSets = parameterSets;
    this.#quirks = quirks;
    this.#onPicture = onPicture;
  }

  /** Packets or NAL units are missing before the next one. */
  lost(): void {
    this.#lostHere = true;
    // The picture of these may be lost with its slices: SEI must not go to another one. Parameter sets remain in force
    // anyway.
    if (this.#held.length > 0)
      this.#setTypesBeforeLoss = [...new Set([...this.#setTypesBeforeLoss, ...this.#takeHeldSets()])];
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
        if (this.#current?.openField === undefined) this.#end('next');
        this.#hold(nal);
        break;
      case 'parameters':
      case 'prefix':
        this.#hold(nal);
        break;
      case 'suffix':
        if (this.#current) this.#add(this.#current, nal, time);
        break;
      case 'filler':
        break;
    }
  }

  /** A packet that ends with its NAL unit carried the marker bit. */
  marker(time: PacketTime): void {
    this.#markersSeen = true;
    const picture = this.#current;
    if (!picture || picture.openField !== undefined) return;
    picture.arrivedAtMs = Math.max(picture.arrivedAtMs, time.arrivedAtMs);
    // After a loss, the marker may belong to a later picture that lost all its slices: #lostHere stays set for the next
    // one too.
    if (this.#quirks.markerEndsPicture) this.#end('marker');
    else if (!picture.damaged && !this.#lostHere && this.#usualSlices.isReached(picture.slices, picture.hasKeySlice))
      this.#end('count');
  }

  /** Another source begins: an unfinished picture is dropped. */
  reset(): void {
    this.#current = undefined;
    this.#release();
    this.#lastEnded = undefined;
    this.#lostHere = true;
    this.#setTypesBeforeLoss = [];
  }

  #slice(nal: NalUnit, time: PacketTime, isFirst: boolean): void {
    const isFrameCompleted = isFirst && this.#completesFrame(nal, time);
    const begins = isFirst && !isFrameCompleted;
    if (this.#current) {
      if (begins || (this.#lostHere && time.timestamp !== this.#current.timestamp)) {
        this.#reportUnmarked();
        this.#end('next');
      } else if (time.timestamp !== this.#current.timestamp && !isFrameCompleted) {
        this.#quirks.report('the camera changes the RTP time inside a picture; the time of its first slice counts');
      }
    }
    const last = this.#lastEnded;
    if (
      !this.#current &&
      !isFirst &&
      !this.#lostHere &&
      last &&
      (last.timestamp === time.timestamp || last.ending === 'count')
    ) {
      this.#sliceOfEndedPicture(last);
      return;
    }
    if (!this.#current && isFirst && !this.#lostHere && last?.timestamp === time.timestamp) {
      this.#quirks.report('the camera gives several pictures the same RTP time');
    }
    const held = this.#held;
    const setTypes = [...this.#setTypesBeforeLoss, ...this.#takeHeldSets()];
    if (this.#current) {
      this.#current.damaged ||= this.#lostHere;
      if (isFrameCompleted) this.#completeFrame(this.#current, time);
    } else this.#current = this.#begin(nal, time, isFirst, setTypes);
    this.#lostHere = false;
    this.#setTypesBeforeLoss = [];
    for (const waiting of held)
      if (!isFrameCompleted || this.#syntax.kindOf(waiting) !== 'delimiter') this.#add(this.#current, waiting, time);
    this.#current.addSlice(nal, time);
    if (this.#current.isTooLarge) this.#quirks.report(TOO_LARGE);
  }

  #begin(nal: NalUnit, time: PacketTime, isFirst: boolean, setTypes: readonly number[]): GatheredPicture {
    const lostBefore = this.#lostHere || this.#brokeOff;
    this.#brokeOff = false;
    return new GatheredPicture(this.#syntax, this.#parameterSets, time, {
      isWhole: isFirst,
      lostBefore,
      setTypes,
      openField: this.#parameterSets.sliceRules.fieldOf(nal),
    });
  }

  /**
   * A first slice can belong to a frame's second field. After a loss, the previous field may be another frame's second,
   * unless both have the same time.
   */
  #completesFrame(nal: NalUnit, { timestamp }: PacketTime): boolean {
    const first = this.#current?.openField;
    if (first === undefined) return false;
    const isDoubtful = this.#lostHere || (this.#current!.lostBefore && first.isBottom !== this.#isBottomFirst);
    if (isDoubtful && timestamp !== this.#current!.timestamp) return false;
    const second = this.#parameterSets.sliceRules.fieldOf(nal);
    return second !== undefined && isSecondField(first, second);
  }

  #completeFrame(picture: GatheredPicture, { timestamp }: PacketTime): void {
    if (!picture.lostBefore) this.#isBottomFirst = picture.openField!.isBottom;
    picture.openField = undefined;
    picture.timestamp = timestamp;
  }

  /** The emitted part of that picture cannot be recalled. The rest is dropped, and the next picture reports it. */
  #sliceOfEndedPicture({ timestamp, ending }: Ended): void {
    this.#brokeOff = true;
    this.#lastEnded = { timestamp, ending: 'next' };
    this.#release();
    if (ending === 'count') this.#usualSlices.wasWrong();
    if (ending !== 'marker' || !this.#quirks.markerEndsPicture) return;
    this.#quirks.markerEndsPicture = false;
    this.#quirks.report(
      'the camera sets the RTP marker on each slice instead of each picture; the first picture was incomplete, ' +
        'and until Nowcast knows the number of slices, each picture ends when the next begins, one frame interval late',
    );
  }

  #reportUnmarked(): void {
    if (this.#markersSeen || this.#lostHere || this.#current?.damaged) return;
    this.#quirks.report(
      'the camera does not mark the end of pictures (RTP marker); each picture ends when the next begins, one frame interval late',
    );
  }

  #add(picture: GatheredPicture, nal: NalUnit, time: PacketTime): void {
    picture.add(nal, time);
    if (picture.isTooLarge) this.#quirks.report(TOO_LARGE);
  }

  #hold(nal: NalUnit): void {
    this.#heldBytes += nal.size + PIECE_BYTES;
    this.#held.push(nal);
    if (this.#heldBytes <= MAX_UNIT_BYTES) return;
    this.#release();
    this.#lostHere = true;
    this.#quirks.report(TOO_LARGE);
  }

  /** Moves the waiting parameter sets to those in force; returns their types. */
  #takeHeldSets(): readonly number[] {
    const types = this.#held
      .map((nal) => this.#syntax.typeOf(nal))
      .filter((type) => this.#syntax.parameterTypes.includes(type));
    if (types.length > 0) this.#parameterSets.replace(this.#held);
    this.#release();
    return types;
  }

  #release(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  #end(ending: Ending): void {
    const picture = this.#current;
    if (!picture) return;
    this.#current = undefined;
    this.#lastEnded = { timestamp: picture.timestamp, ending };
    if (picture.isTooLarge) {
      this.#brokeOff = true;
      return;
    }
    const { isKey, lostBefore } = picture;
    // The loss may have taken the frame's other field, or parameter sets that differ from the earlier ones.
    const mayLack =
      lostBefore &&
      (picture.openField !== undefined ||
        (isKey && this.#usualSetTypes.some((type) => !picture.setTypes.includes(type))));
    picture.damaged ||= this.#lostHere || mayLack;
    if (ending === 'next' && !picture.damaged) this.#usualSlices.ended(picture.slices, picture.hasKeySlice);
    if (isKey && !lostBefore) this.#usualSetTypes = picture.setTypes;
    this.#onPicture(picture.toPicture());
  }
}
