import type { Clock } from '../core/clock.js';
import type { DropEvent } from '../core/events.js';
import type { RuntimeEstimator } from '../scheduling/runtime-profile.js';
import type { DetectorOutage } from './detector-outage.js';

/** A run that takes this many times as long as usual may have hung. */
const UNUSUAL = 4;
/** Bounds memory beside a detector that hangs and has no watchdog. */
const MOST_HELD = 4096;

/** A frame that the detector works on. */
export type Run = { readonly startedAtMs: number };
type Emit = (drop: DropEvent) => void;

export type PassedOverOptions = {
  readonly outage: DetectorOutage;
  readonly clock: Clock;
  readonly runtimes: RuntimeEstimator;
  /** Of this detector, in the order of their starts; shared by all that use it. */
  readonly runs?: Set<Run> | undefined;
};

/**
 * Drops of frames that newer ones replaced, by their cause: `superseded` if the detector was busy, `detector-down` if
 * it hung or was away. While a run takes unusually long, the cause is not known yet; such drops are held until the
 * detector answers, or is lost.
 */
export class PassedOver {
  readonly #options: PassedOverOptions;
  readonly #runs: Set<Run>;
  readonly #held: DropEvent[] = [];
  #lossesBefore = 0;

  constructor(options: PassedOverOptions) {
    this.#options = options;
    this.#runs = options.runs ?? new Set();
  }

  started(run: Run): void {
    this.#runs.add(run);
  }

  finished(run: Run): void {
    this.#runs.delete(run);
  }

  add(drop: DropEvent, emit: Emit): void {
    const { outage } = this.#options;
    if (outage.isDown) emit({ ...drop, reason: 'detector-down' });
    else if (this.#mayHang()) this.#hold(drop, emit);
    else emit(drop);
  }

  /** Emits the drops whose cause has become known. */
  settle(emit: Emit): void {
    if (this.#held.length > 0 && (this.#isLost() || !this.#mayHang())) this.end(emit);
  }

  /** Emits all drops: nobody waits for the detector's answer any longer. */
  end(emit: Emit): void {
    const isLost = this.#isLost();
    for (const drop of this.#held.splice(0)) emit(isLost ? { ...drop, reason: 'detector-down' } : drop);
  }

  #hold(drop: DropEvent, emit: Emit): void {
    if (this.#held.length === 0) this.#lossesBefore = this.#options.outage.losses;
    this.#held.push(drop);
    if (this.#held.length > MOST_HELD) emit(this.#held.shift()!);
  }

  #isLost(): boolean {
    return this.#options.outage.losses > this.#lossesBefore;
  }

  #mayHang(): boolean {
    const { clock, runtimes } = this.#options;
    const [oldest] = this.#runs;
    const usualMs = runtimes.medianMs();
    return oldest !== undefined && usualMs > 0 && clock.now() - oldest.startedAtMs > UNUSUAL * usualMs;
  }
}
