/** The event that asks for the next value: one arrived, or a worker became free. */
export type Trigger = 'arrived' | 'freed';

/** A user of workers: one subscription with values of its own. */
export type Member<S> = {
  /** The greatest goes first. Undefined if no value of this member may start now. */
  urgency(): number | undefined;
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

  constructor(count: number) {
    this.#count = count;
  }

  /** @returns removes the member */
  join(member: Member<S>): () => void {
    this.#members.add(member);
    return () => this.#members.delete(member);
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
    return this.#mostUrgentFirst().some((member) => member.startOne(trigger));
  }

  #mostUrgentFirst(): Member<S>[] {
    if (this.#members.size === 1) return [...this.#members];
    return (
      Array.from(this.#members, (member) => ({ member, urgency: member.urgency() }))
        .filter((one): one is { member: Member<S>; urgency: number } => one.urgency !== undefined)
        // Two members that never ran are both infinitely urgent, and their difference is no number.
        .sort((a, b) => (a.urgency === b.urgency ? 0 : b.urgency - a.urgency))
        .map(({ member }) => member)
    );
  }

  get #limit(): number {
    const isEager = this.#members.size > 0 && [...this.#members].every((member) => member.isEager);
    return this.#count + (isEager ? 1 : 0);
  }
}
