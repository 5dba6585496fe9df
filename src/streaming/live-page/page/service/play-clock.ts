/** The span over which delays are judged. */
const SPAN_MS = 12_000;
const [LEAST_DELAY_MS, MOST_DELAY_MS] = [60, 3000];
const MARGIN_MS = 40;

type Sample = { readonly atMs: number; readonly ms: number };

/**
 * Decides which picture is to be seen at a moment: late enough that its percept has come, and as early as that allows.
 * Times of the page are on its own clock; nothing is assumed about the clock of the server.
 */
export class PlayClock {
  /** Arrival minus presentation time. */
  #arrivals: Sample[] = [];
  /** From the earliest possible arrival of a picture to that of its percept. */
  #perceptLags: Sample[] = [];

  /** A picture came. */
  arrived(ptsMs: number, atMs: number): void {
    this.#arrivals = recent([...this.#arrivals, { atMs, ms: atMs - ptsMs }], atMs);
  }

  /** The percept of a picture came. */
  answered(ptsMs: number, atMs: number): void {
    const offsetMs = this.#offsetMs;
    if (offsetMs === undefined) return;
    this.#perceptLags = recent([...this.#perceptLags, { atMs, ms: atMs - ptsMs - offsetMs }], atMs);
  }

  /** How far behind the newest picture the shown one is. */
  get delayMs(): number {
    const offsetMs = this.#offsetMs ?? 0;
    const lateness = this.#arrivals.map(({ ms }) => ms - offsetMs);
    const wanted = Math.max(usual(lateness), usual(this.#perceptLags.map(({ ms }) => ms))) + MARGIN_MS;
    return Math.min(MOST_DELAY_MS, Math.max(LEAST_DELAY_MS, wanted));
  }

  /** Presentation time of the picture for this moment; undefined before the first picture. */
  targetMs(atMs: number): number | undefined {
    const offsetMs = this.#offsetMs;
    return offsetMs === undefined ? undefined : atMs - offsetMs - this.delayMs;
  }

  /** Of the picture that came with the least delay; the others were held up on their way. */
  get #offsetMs(): number | undefined {
    return this.#arrivals.length === 0 ? undefined : Math.min(...this.#arrivals.map(({ ms }) => ms));
  }
}

function recent(samples: Sample[], nowMs: number): Sample[] {
  const from = samples.findIndex(({ atMs }) => atMs > nowMs - SPAN_MS);
  return samples.slice(from);
}

/** The 95th percentile. */
function usual(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(0.95 * values.length)] ?? 0;
}
