import type { PipelineEvent } from '../core/events.js';
import { counted } from '../core/counted.js';
import { upperMedian } from '../core/quantile.js';
import { round3 } from '../core/round.js';
import type { ProgressDetails } from './context.js';

/** So far back go the rate and the latency. */
const WINDOW_MS = 5000;

type Recent = { readonly emittedAtMs: number; readonly latencyMs: number };

/** What people watch of a run: its percepts and drops so far, and the rate and latency of the last seconds. */
export class RecentPercepts {
  #percepts = 0;
  #drops = 0;
  #startedMs: number | undefined;
  readonly #recent: Recent[] = [];

  seen(event: PipelineEvent): void {
    if (event.type === 'drop') this.#drops += 1;
    if (event.type !== 'percept') return;
    const { capturedAtMs, emittedAtMs } = event.times;
    this.#percepts += 1;
    this.#startedMs ??= emittedAtMs;
    this.#recent.push({ emittedAtMs, latencyMs: emittedAtMs - capturedAtMs });
    this.#forget(emittedAtMs);
  }

  /** @param nowMs by the clock of the percepts */
  details(nowMs: number): ProgressDetails {
    this.#forget(nowMs);
    const spanMs = Math.min(WINDOW_MS, nowMs - (this.#startedMs ?? nowMs));
    const perceptsPerSecond = spanMs <= 0 ? undefined : (1000 * this.#recent.length) / spanMs;
    const latencyMs =
      this.#recent.length === 0 ? undefined : upperMedian(this.#recent.map(({ latencyMs }) => latencyMs));
    const rate = perceptsPerSecond === undefined ? '' : ` (${perceptsPerSecond.toFixed(1)}/s)`;
    return {
      text: [
        `${counted(this.#percepts, 'percept')}${rate}`,
        `${this.#drops} dropped`,
        ...(latencyMs === undefined ? [] : [`latency ${latencyMs.toFixed(0)} ms`]),
      ].join(', '),
      facts: {
        percepts: this.#percepts,
        drops: this.#drops,
        ...(perceptsPerSecond !== undefined && { perceptsPerSecond: round3(perceptsPerSecond) }),
        ...(latencyMs !== undefined && { latencyP50Ms: round3(latencyMs) }),
      },
    };
  }

  #forget(nowMs: number): void {
    const first = this.#recent.findIndex(({ emittedAtMs }) => emittedAtMs > nowMs - WINDOW_MS);
    this.#recent.splice(0, first < 0 ? this.#recent.length : first);
  }
}
