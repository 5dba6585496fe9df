import { type NalSyntax } from './nal-syntax.js';
import { type NalUnit, nalBytes, wholeNal } from './nal-unit.js';
import { type SliceRules } from './slice-rules.js';

/**
 * Keeps the parameter sets in force, from the SDP or in band, so that each key picture can include all sets that a
 * decoder needs.
 */
export class ParameterSets {
  readonly #syntax: NalSyntax;
  readonly #byType = new Map<number, NalUnit[]>();
  #rules: SliceRules | undefined;

  /** @param initial from the SDP, as NAL units without start codes; other units are skipped */
  constructor(syntax: NalSyntax, initial: readonly Uint8Array[] = []) {
    this.#syntax = syntax;
    this.replace(initial.filter((bytes) => bytes.length > 1).map(wholeNal));
  }

  /** The parameter sets of one picture: those of each type replace all earlier ones of that type. */
  replace(nals: readonly NalUnit[]): void {
    const fresh = new Map<number, NalUnit[]>();
    for (const nal of nals) {
      const type = this.#syntax.typeOf(nal);
      if (!this.#syntax.parameterTypes.includes(type)) continue;
      // A copy: the piece may be a view of a much larger buffer that must not be kept alive.
      fresh.set(type, [...(fresh.get(type) ?? []), wholeNal(nalBytes(nal).slice())]);
    }
    for (const [type, sets] of fresh) this.#byType.set(type, sets);
    if (fresh.size > 0) this.#rules = undefined;
  }

  /** The sets of the types that `nals` lacks, in the order in which a decoder needs them. */
  missingFrom(nals: readonly NalUnit[]): NalUnit[] {
    const present = new Set(nals.map((nal) => this.#syntax.typeOf(nal)));
    return this.#syntax.parameterTypes.flatMap((type) => (present.has(type) ? [] : (this.#byType.get(type) ?? [])));
  }

  /** The rules for reading slices under these sets. */
  get sliceRules(): SliceRules {
    this.#rules ??= this.#syntax.sliceRules((type) => this.#byType.get(type) ?? []);
    return this.#rules;
  }

  /** True if a decoder has all sets that it needs. */
  get isComplete(): boolean {
    return this.#syntax.parameterTypes.every((type) => this.#byType.has(type));
  }
}
