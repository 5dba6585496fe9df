import { annexB } from '../../nal/annex-b.js';
import { type NalKind, type NalSyntax } from '../../nal/nal-syntax.js';
import { type NalUnit } from '../../nal/nal-unit.js';
import { type ParameterSets } from '../../nal/parameter-sets.js';
import { type Field } from '../../nal/slice-rules.js';
import { type PacketTime, type CodedPicture } from './picture-reader.js';
import { MAX_UNIT_BYTES, PIECE_BYTES } from './unit-limits.js';

/** A picture whose NAL units are still arriving. */
export class GatheredPicture {
  /** The time of its packets; with a second field, of that field's packets. */
  timestamp: number;
  /** True if packets were lost between the previous picture and this one. */
  readonly lostBefore: boolean;
  /** Types of the parameter sets that came for it, including those before a loss. */
  readonly setTypes: readonly number[];
  /** Its slices so far. */
  slices = 0;
  /** True for an IDR or similar. */
  hasKeySlice = false;
  arrivedAtMs: number;
  damaged: boolean;
  isTooLarge = false;
  /** A field whose frame the next picture may complete. */
  openField: Field | undefined;
  readonly #syntax: NalSyntax;
  readonly #parameterSets: ParameterSets;
  readonly #mediaMs: number;
  readonly #nals: NalUnit[] = [];
  #bytes = 0;
  /** Undefined until a slice shows it. */
  #mayGoBack: boolean | undefined;

  constructor(
    syntax: NalSyntax,
    parameterSets: ParameterSets,
    time: PacketTime,
    {
      isWhole,
      lostBefore,
      setTypes,
      openField,
    }: {
      readonly isWhole: boolean;
      readonly lostBefore: boolean;
      readonly setTypes: readonly number[];
      readonly openField: Field | undefined;
    },
  ) {
    this.#syntax = syntax;
    this.#parameterSets = parameterSets;
    this.#mediaMs = time.mediaMs;
    this.timestamp = time.timestamp;
    this.arrivedAtMs = time.arrivedAtMs;
    this.damaged = !isWhole;
    this.lostBefore = lostBefore;
    this.setTypes = setTypes;
    this.openField = openField;
  }

  add(nal: NalUnit, { arrivedAtMs }: PacketTime): void {
    this.arrivedAtMs = Math.max(this.arrivedAtMs, arrivedAtMs);
    if (this.isTooLarge) return;
    this.#bytes += nal.size + PIECE_BYTES;
    this.#nals.push(nal);
    if (this.#bytes <= MAX_UNIT_BYTES) return;
    this.isTooLarge = true;
    this.#nals.length = 0;
  }

  addSlice(nal: NalUnit, time: PacketTime): void {
    this.slices += 1;
    this.hasKeySlice ||= this.#syntax.isKeySlice(nal);
    if (this.#mayGoBack !== true) this.#mayGoBack = this.#parameterSets.sliceRules.mayGoBack(nal) ?? this.#mayGoBack;
    this.add(nal, time);
  }

  /** Emits it as a unit: a key picture includes all parameter sets that a decoder needs. */
  toPicture(): CodedPicture {
    const isKey = this.isKey;
    const refreshPictures = this.hasKeySlice
      ? 0
      : this.#recoveries().reduce((most, pictures) => Math.max(most, pictures), 0);
    return {
      data: annexB(isKey ? this.#withParameterSets() : this.#nals),
      mediaMs: this.#mediaMs,
      arrivedAtMs: this.arrivedAtMs,
      isKey,
      ...(isKey && refreshPictures > 0 ? { refreshPictures } : {}),
      damaged: this.damaged,
      lostBefore: this.lostBefore,
      mayGoBack: this.#mayGoBack !== false && !this.hasKeySlice,
    };
  }

  /** True if a decoder can begin here. */
  get isKey(): boolean {
    return this.#parameterSets.isComplete && this.#isRandomAccess();
  }

  #isRandomAccess(): boolean {
    const { kindOf, isIntraSlice, typeOf, sequenceType } = this.#syntax;
    if (this.hasKeySlice || this.#recoveries().length > 0) return true;
    // Encoders that never send an IDR put the parameter sets before each picture of intra slices.
    if (!this.#nals.some((nal) => typeOf(nal) === sequenceType)) return false;
    return this.#nals.every((nal) => !kindOf(nal).endsWith('slice') || isIntraSlice(nal));
  }

  #recoveries(): number[] {
    return this.#nals.flatMap((nal) => this.#syntax.recoveryOf(nal) ?? []);
  }

  /** The delimiter stays first (H.264 §7.4.1.2.3), and each parameter set precedes the sets that refer to it. */
  #withParameterSets(): readonly NalUnit[] {
    const nals = this.#nals;
    const missing = this.#parameterSets.missingFrom(nals);
    if (missing.length === 0) return nals;
    const { kindOf, typeOf } = this.#syntax;
    const ofKind = (kind: NalKind): NalUnit[] => nals.filter((nal) => kindOf(nal) === kind);
    const sets = [...missing, ...ofKind('parameters')].sort((a, b) => typeOf(a) - typeOf(b));
    const rest = nals.filter((nal) => kindOf(nal) !== 'delimiter' && kindOf(nal) !== 'parameters');
    return [...ofKind('delimiter'), ...sets, ...rest];
  }
}
