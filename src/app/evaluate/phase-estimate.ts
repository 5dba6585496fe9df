import type { Clock } from '../../core/clock.js';

type Phase = { readonly total: number; done: number; spentMs: number; knownMs: number | undefined };

/**
 * The time that is left of work in phases whose items take different times: of each phase, its items times the mean so
 * far.
 */
export class PhaseEstimate<Name extends string> {
  readonly #clock: Clock;
  readonly #phases: ReadonlyMap<Name, Phase>;
  #sinceMs: number;

  /** @param totals items of each phase */
  constructor(clock: Clock, totals: Readonly<Record<Name, number>>) {
    this.#clock = clock;
    this.#sinceMs = clock.now();
    const entries = Object.entries(totals) as [Name, number][];
    this.#phases = new Map(entries.map(([name, total]) => [name, { total, done: 0, spentMs: 0, knownMs: undefined }]));
  }

  /** States how long an item of a phase takes, for as long as none was done. */
  expect(name: Name, itemMs: number): void {
    this.#phase(name).knownMs = itemMs;
  }

  /** Time since the last item belongs to none. */
  skip(): void {
    this.#sinceMs = this.#clock.now();
  }

  /** An item of the phase is done; the time since the last one was spent on it. */
  done(name: Name): void {
    const phase = this.#phase(name);
    const nowMs = this.#clock.now();
    phase.done += 1;
    phase.spentMs += nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
  }

  /** Undefined as long as a phase's pace is unknown. */
  leftMs(): number | undefined {
    let leftMs = 0;
    for (const { total, done, spentMs, knownMs } of this.#phases.values()) {
      const itemMs = done > 0 ? spentMs / done : knownMs;
      if (itemMs === undefined && total > 0) return undefined;
      leftMs += Math.max(0, total - done) * (itemMs ?? 0);
    }
    return leftMs;
  }

  #phase(name: Name): Phase {
    return this.#phases.get(name)!;
  }
}
