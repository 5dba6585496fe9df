import { START_CODE_BYTES, startCodes } from '../nal/annex-b.js';
import { NAL_SYNTAXES, type NalSyntax } from '../nal/nal-syntax.js';
import { type NalUnit, wholeNal } from '../nal/nal-unit.js';
import { ParameterSets } from '../nal/parameter-sets.js';
import { type Field, isSecondField } from '../nal/slice-rules.js';
import type { TsCodec } from './demuxer.js';

/** The position of an access unit in Annex B bytes. The two fields of a frame count as one. */
export type AccessUnitSpan = {
  readonly from: number;
  readonly to: number;
  /** True for an IDR picture (H.264), or a picture at which a decoder can begin (H.265: IRAP). */
  readonly isKey: boolean;
  /** True if it contains a sequence parameter set. */
  readonly hasParameterSets: boolean;
  /** A decoder can begin with it, and pictures are complete after this many more; 0 if nothing states it. */
  readonly refreshPictures: number;
  /** True if it begins with the picture's first slice. */
  readonly hasBeginning: boolean;
  /** True if it may be shown before units that were sent earlier. */
  readonly mayGoBack: boolean;
  /** True if it is a field whose frame's other field may follow. */
  readonly lacksField: boolean;
};

type Draft = {
  from: number;
  hasSlice: boolean;
  isKey: boolean;
  hasParameterSets: boolean;
  refreshPictures: number;
  hasBeginning: boolean;
  mayGoBack: boolean | undefined;
  openField: Field | undefined;
};

/** More bytes before the first start code belong to something else. */
const MAX_LEADING_ZEROS = 8;

/** Finds the access units in the Annex B bytes of one stream: H.264 §7.4.1.2.3, H.265 §7.4.2.4.4. */
export class AccessUnitFinder {
  readonly #syntax: NalSyntax;
  /** The parameter sets in force, as far as the stream has shown them. */
  readonly #sets: ParameterSets;

  constructor(codec: TsCodec) {
    this.#syntax = NAL_SYNTAXES[codec];
    this.#sets = new ParameterSets(this.#syntax);
  }

  /**
   * In order and without gaps.
   * @returns empty if there is no slice, as with parameter sets alone; undefined if the bytes do not begin like an
   * access unit: with a delimiter, a parameter set, SEI or a first slice
   */
  find(bytes: Uint8Array): readonly AccessUnitSpan[] | undefined {
    const spans: AccessUnitSpan[] = [];
    const codes = [...startCodes(bytes)].filter((code) => code + START_CODE_BYTES + 1 < bytes.length);
    let draft = draftFrom(0);
    /**
     * NAL units after a picture's slices that belong to whichever slice comes next, and the start of the first of them.
     */
    let held: NalUnit[] = [];
    let heldFrom: number | undefined;
    const close = (to: number): void => {
      const { from, isKey, hasParameterSets, refreshPictures, hasBeginning, mayGoBack, openField } = draft;
      spans.push({
        from,
        to,
        isKey,
        hasParameterSets,
        refreshPictures: isKey ? 0 : refreshPictures,
        hasBeginning,
        mayGoBack: mayGoBack !== false && !isKey,
        lacksField: openField !== undefined,
      });
      draft = draftFrom(to);
    };
    for (const [index, code] of codes.entries()) {
      const nal = wholeNal(bytes.subarray(code + START_CODE_BYTES, codes[index + 1] ?? bytes.length));
      const kind = this.#syntax.kindOf(nal);
      if (index === 0 && (kind === 'slice' || kind === 'suffix' || kind === 'filler' || code > MAX_LEADING_ZEROS))
        return undefined;
      // The zero byte of a long start code belongs to the unit after it.
      const at = bytes[code - 1] === 0 ? code - 1 : code;
      if (kind === 'first-slice' || kind === 'slice') {
        this.#sets.replace(held);
        const isNext = kind === 'first-slice' && draft.hasSlice && !this.#completesFrame(draft, nal);
        if (isNext) close(heldFrom ?? at);
        draft.hasParameterSets ||= held.some((set) => this.#syntax.typeOf(set) === this.#syntax.sequenceType);
        draft.refreshPictures = held.reduce(
          (most, message) => Math.max(most, this.#syntax.recoveryOf(message) ?? 0),
          draft.refreshPictures,
        );
        this.#addSlice(draft, nal, kind === 'first-slice');
        [held, heldFrom] = [[], undefined];
      } else if (kind === 'parameters' || kind === 'prefix' || kind === 'delimiter') {
        held.push(nal);
        heldFrom ??= at;
      }
    }
    if (codes.length === 0) return undefined;
    this.#sets.replace(held);
    // Bytes after the last picture that contain none go with it, so that no byte is lost.
    if (draft.hasSlice) close(bytes.length);
    return spans;
  }

  #addSlice(draft: Draft, nal: NalUnit, isFirst: boolean): void {
    const { sliceRules } = this.#sets;
    if (draft.openField !== undefined && isFirst) draft.openField = undefined;
    else if (!draft.hasSlice) draft.openField = sliceRules.fieldOf(nal);
    draft.hasBeginning ||= isFirst && !draft.hasSlice;
    draft.hasSlice = true;
    draft.isKey ||= this.#syntax.isKeySlice(nal);
    if (draft.mayGoBack !== true) draft.mayGoBack = sliceRules.mayGoBack(nal) ?? draft.mayGoBack;
  }

  #completesFrame({ openField }: Draft, nal: NalUnit): boolean {
    const second = openField && this.#sets.sliceRules.fieldOf(nal);
    return second !== undefined && isSecondField(openField!, second);
  }
}

function draftFrom(from: number): Draft {
  return {
    from,
    hasSlice: false,
    isKey: false,
    hasParameterSets: false,
    refreshPictures: 0,
    hasBeginning: false,
    mayGoBack: undefined,
    openField: undefined,
  };
}
