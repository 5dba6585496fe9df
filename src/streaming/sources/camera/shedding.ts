import {
  NO_BACKLOG,
  shedBacklog,
  shedDecoded,
  type DecodedDecision,
  type AgedPicture,
  type CodedDecision,
  type WaitingUnit,
} from './backlog.js';

/** The rule of `backlog.ts` applied to one camera, over all its connections. */
export class Shedding {
  readonly maxBehindMs: number;
  #state = NO_BACKLOG;

  constructor(maxBehindMs: number) {
    this.maxBehindMs = maxBehindMs;
  }

  /** True while nothing is skipped. */
  get isUpToDate(): boolean {
    return !this.#state.isShedding;
  }

  decide(unit: WaitingUnit): CodedDecision {
    const { state, decision } = shedBacklog(this.#state, unit, { maxBehindMs: this.maxBehindMs });
    this.#state = state;
    return decision;
  }

  decideDecoded(picture: AgedPicture): DecodedDecision {
    const { state, decision } = shedDecoded(this.#state, picture, { maxBehindMs: this.maxBehindMs });
    this.#state = state;
    return decision;
  }
}

/** The reason for closing a connection whose pictures stay too old. */
export function staysBehind(leastAgeMs: number): string {
  return `the stream is ${(leastAgeMs / 1_000).toFixed(1)} s behind and does not catch up: it is opened anew`;
}
