import { timer, type Subscription } from 'rxjs';
import { Turns } from './turns.js';

/** Compares values that could start now: the least place of {@link Turns} goes first; of several, the stalest. */
export type Urgency = { readonly place: number; readonly staleness: number };

/** Negative if `a` goes before `b`. */
export function byUrgency(a: Urgency, b: Urgency): number {
  if (a.place !== b.place) return a.place - b.place;
  // Two that never ran are both infinitely stale, and their difference is no number.
  return a.staleness === b.staleness ? 0 : b.staleness - a.staleness;
}

/** The event that asks for the next value: one arrived, or a worker became free. */
export type Trigger = 'arrived' | 'freed';

/** A user of workers: one subscription with values of its own. */
export type Member<S> = {
  /** Undefined if no value of this member may start now. */
  urgency(): Urgency | undefined;
  /**
   * How long the last free worker should be kept from a value with this place, in milliseconds, for a value that this
   * member expects; 0 if it should not.
   */
  reservedMs(place: number): number;
  /** Starts one value, if one may start now. Reports its own errors. */
  startOne(trigger: Trigger): boolean;
  /** Called when no further value can start for now. */
  settle(): void;
  /** Tells its subscriber something. */
  tell(notice: S): void;
  /** Ends it with an error. */
  fail(error: unknown): void;
  /** All of its values are worked on, so that it may hand one over before a worker is free. */
  readonly isEager: boolean;
};

/**
 * A number of workers that several subscriptions share. Members come and go; the most urgent one has the next turn, and
 * the errors of one leave the others alone.
 */
export class Workers<S> {
  readonly #count: number;
  readonly #members = new Set<Member<S>>();
  #busy = 0;
  #isPumping = false;
  /** Of a free worker that is kept for a value to come. */
  #reservation: Subscription | undefined;
  readonly turns = new Turns();

  constructor(count: number) {
    this.#count = count;
  }

  /** @returns removes the member */
  join(member: Member<S>): () => void {
    this.#members.add(member);
    return () => {
      this.#members.delete(member);
      if (this.#members.size === 0) this.#reservation?.unsubscribe();
    };
  }

  /** Takes a worker. @returns gives it back, once */
  take(): () => void {
    this.#busy += 1;
    let isBack = false;
    return () => {
      if (!isBack) this.#busy -= 1;
      isBack = true;
    };
  }

  /** Lets free workers begin. */
  pump(trigger: Trigger): void {
    // Work that completes at once calls back from inside `startOne`; the loop continues with the freed worker.
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#reservation?.unsubscribe();
    try {
      for (let why = trigger; this.#busy < this.#limit && this.#startOne(why);) why = 'freed';
    } finally {
      this.#isPumping = false;
    }
    for (const member of [...this.#members]) member.settle();
  }

  /** Gives a notice to one of the members. */
  tell(notice: S): void {
    const [first] = this.#members;
    first?.tell(notice);
  }

  /** Ends every member with an error. */
  fail(error: unknown): void {
    for (const member of [...this.#members]) member.fail(error);
  }

  #startOne(trigger: Trigger): boolean {
    for (const { member, urgency } of this.#mostUrgentFirst()) {
      const reservedMs = this.#busy + 1 < this.#count ? 0 : this.#reservedMs(urgency);
      if (reservedMs > 0) {
        this.#reservation = timer(reservedMs).subscribe(() => this.pump(trigger));
        return false;
      }
      if (member.startOne(trigger)) return true;
    }
    return false;
  }

  #reservedMs({ place }: Urgency): number {
    return Math.max(...Array.from(this.#members, (member) => member.reservedMs(place)));
  }

  #mostUrgentFirst(): { readonly member: Member<S>; readonly urgency: Urgency }[] {
    return Array.from(this.#members, (member) => ({ member, urgency: member.urgency() }))
      .filter((one): one is { member: Member<S>; urgency: Urgency } => one.urgency !== undefined)
      .sort((a, b) => byUrgency(a.urgency, b.urgency));
  }

  get #limit(): number {
    const isEager = this.#members.size > 0 && [...this.#members].every((member) => member.isEager);
    return this.#count + (isEager ? 1 : 0);
  }
}
