import type { CodedUnit } from '../../core/coded-unit.js';
import type { TimedUnit } from '../ffmpeg/unit-nut.js';

/** Bounds of the memory for one stream. */
export type KeepLimits = {
  /** Pictures of this age, in milliseconds, can still be had. Default 10 s. */
  readonly keepMs: number;
  /** The coded pictures never exceed this. Default 32 MiB. */
  readonly maxBytes: number;
};

export type KeptUnit = TimedUnit &
  Pick<CodedUnit, 'codec' | 'refreshPictures' | 'damaged' | 'lostBefore' | 'arrivedAtMs'>;

/** Why a picture is not among the kept ones. */
export type NotKept = 'too-old' | 'too-large' | 'no-key-picture' | 'damaged' | 'unknown';

/** A key unit and all units up to the next one, in the order of sending. */
type Group = {
  readonly units: KeptUnit[];
  bytes: number;
  /** Follows the previous group without a break. */
  readonly follows: boolean;
  /** Arrival of its last unit that depends on the previous group; -Infinity if there is none. */
  dependsUntilMs: number;
};

/**
 * The newest coded units of a camera, unchanged, from a key unit on: with references to the bytes that arrived, nothing
 * is copied. Whole groups of pictures are discarded, oldest first.
 */
export class KeptUnits {
  readonly #limits: KeepLimits;
  #groups: Group[] = [];
  #bytes = 0;
  #newestUs = -Infinity;
  #breaks = true;
  readonly #followers = new Set<(unit: KeptUnit) => void>();
  /** The last group that was discarded because it is too large. */
  #tooLarge = { fromUs: Infinity, toUs: Infinity };

  constructor(limits: KeepLimits) {
    this.#limits = limits;
  }

  /** Of all kept units. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The next unit depends on none before it. */
  newConnection(): void {
    this.#breaks = true;
  }

  /**
   * Passes the units of the newest group on, and then each that is added.
   * @returns ends that
   */
  follow(onUnit: (unit: KeptUnit) => void): () => void {
    // A unit after a break waits for a key unit, which the group before does not have.
    if (!this.#breaks) for (const unit of this.#groups.at(-1)?.units ?? []) onUnit(unit);
    const own = (unit: KeptUnit): void => onUnit(unit);
    this.#followers.add(own);
    return () => void this.#followers.delete(own);
  }

  add(unit: KeptUnit): void {
    for (const onUnit of this.#followers) onUnit(unit);
    this.#newestUs = Math.max(this.#newestUs, unit.ptsUs);
    if (unit.isKey && !unit.damaged) {
      if (this.#groups.length === 0) this.#tooLarge.toUs = unit.ptsUs;
      this.#groups.push({ units: [], bytes: 0, follows: !this.#breaks, dependsUntilMs: -Infinity });
      this.#breaks = false;
    }
    const group = this.#groups.at(-1);
    if (group === undefined || this.#breaks) return;
    group.units.push(unit);
    group.bytes += unit.data.length;
    this.#bytes += unit.data.length;
    if (!endsSound(group.units)) group.dependsUntilMs = unit.arrivedAtMs;
    this.#discard(unit.arrivedAtMs);
  }

  clear(): void {
    this.#groups = [];
    this.#bytes = 0;
    this.#breaks = true;
  }

  /**
   * Units that a decoder needs for a picture, in the order of sending; the last is the picture's own.
   * @param ptsUs of the picture
   */
  runTo(ptsUs: number): readonly KeptUnit[] | NotKept {
    const at = this.#groups.findLastIndex(({ units }) => units.some((unit) => unit.ptsUs === ptsUs));
    if (at < 0) return this.#whyNot(ptsUs);
    const { units } = this.#groups[at];
    const run = units.slice(0, units.findIndex((unit) => unit.ptsUs === ptsUs) + 1);
    for (let from = at; !endsSound(run); from -= 1) {
      if (from === 0 || !this.#groups[from].follows) return 'no-key-picture';
      run.unshift(...this.#groups[from - 1].units);
    }
    const isWhole = run.every(({ damaged, lostBefore }, i) => !damaged && (i === 0 || !lostBefore));
    return isWhole ? run : 'damaged';
  }

  /** The units from the last key unit at or before a time on, in the order of sending, without a break. */
  since(fromUs: number): readonly KeptUnit[] {
    if (this.#breaks) return [];
    const at = this.#groups.findLastIndex(({ units }) => units[0].ptsUs <= fromUs);
    const unbroken = this.#groups.findLastIndex(({ follows }) => !follows);
    return this.#groups.slice(Math.max(0, at, unbroken)).flatMap(({ units }) => units);
  }

  #whyNot(ptsUs: number): NotKept {
    if (ptsUs > this.#newestUs) return 'unknown';
    if (ptsUs >= this.#tooLarge.fromUs && ptsUs < this.#tooLarge.toUs) return 'too-large';
    const oldest = this.#groups[0]?.units[0].ptsUs ?? Infinity;
    return ptsUs < oldest ? 'too-old' : 'unknown';
  }

  #discard(nowMs: number): void {
    const { keepMs, maxBytes } = this.#limits;
    while (this.#groups.length > 1) {
      const [{ bytes }, { units, dependsUntilMs }] = this.#groups;
      const neededUntilMs = Math.max(units[0].arrivedAtMs, dependsUntilMs);
      if (this.#bytes <= maxBytes && neededUntilMs > nowMs - keepMs) return;
      this.#groups.shift();
      this.#bytes -= bytes;
    }
    if (this.#bytes <= maxBytes) return;
    this.#tooLarge = { fromUs: this.#groups[0].units[0].ptsUs, toUs: Infinity };
    this.clear();
  }
}

/** Whether a decoder that begins with the first of these units, a key unit, returns the last one's picture whole. */
function endsSound(units: readonly KeptUnit[]): boolean {
  const sound: KeptUnit | undefined = units[units[0].refreshPictures ?? 0];
  // Pictures that are sent after a key picture and shown before it may depend on the previous group.
  return sound !== undefined && sound.ptsUs <= units.at(-1)!.ptsUs;
}
