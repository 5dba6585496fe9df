import { drawChart, type ChartPart } from './chart.js';
import type { Drop, Percept } from './feed.js';

const SPAN_MS = 15_000;
/** The figure is the median over this time. */
const FIGURE_MS = 1500;

type Answer = { readonly atMs: number; readonly latencyMs: number; readonly uncertaintyMs: number };

/** The latency of percepts: a line for each, as long as its latency, with the budget above. */
export class LatencyPanel {
  readonly #host: HTMLElement;
  readonly #answers: Answer[] = [];
  readonly #dropsAtMs: number[] = [];
  budgetMs: number | null = null;

  constructor(host: HTMLElement) {
    this.#host = host;
  }

  answered({ times: { emittedAt, latencyMs, uncertaintyMs } }: Percept): void {
    this.#answers.push({ atMs: emittedAt, latencyMs, uncertaintyMs });
    while (this.#answers[0].atMs < emittedAt - SPAN_MS) this.#answers.shift();
  }

  dropped({ at }: Drop): void {
    this.#dropsAtMs.push(at);
    while (this.#dropsAtMs[0] < at - SPAN_MS) this.#dropsAtMs.shift();
  }

  draw(nowMs: number): void {
    const recent = this.#answers.filter(({ atMs }) => atMs > nowMs - FIGURE_MS);
    if (recent.length > 0) {
      this.#host.querySelector('.figure b')!.textContent =
        `${Math.round(median(recent.map(({ latencyMs }) => latencyMs)))} ms`;
      const halfWidth = Math.round(median(recent.map(({ uncertaintyMs }) => uncertaintyMs)));
      this.#host.querySelector('.figure span')!.textContent =
        `${halfWidth === 0 ? '' : `± ${halfWidth}, `}until the answer`;
    }
    // A single slow percept reaches beyond the chart; usual latencies fill it.
    const sorted = this.#answers.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
    const usual = sorted[Math.floor(0.95 * sorted.length)] ?? 0;
    const top = Math.ceil(Math.max(60, 1.2 * (this.budgetMs ?? 0), 1.2 * usual) / 60) * 60;
    const options = { spanMs: SPAN_MS, ticks: [0, top / 2, top], format: (value: number) => String(value) };
    drawChart(this.#host.querySelector('.chart')!, nowMs, options, ({ x, y, left, bottom }) => {
      const isSeen = (atMs: number): boolean => x(atMs) >= left;
      const answers = this.#answers
        .filter(({ atMs }) => isSeen(atMs))
        .map(({ atMs, latencyMs }) => `M${x(atMs).toFixed(1)} ${bottom}V${y(latencyMs).toFixed(1)}`);
      const drops = this.#dropsAtMs.filter(isSeen).map((atMs) => `M${x(atMs).toFixed(1)} ${bottom + 2}v4`);
      const parts: ChartPart[] = [
        { kind: 'path', className: 'answers', d: answers.join('') },
        { kind: 'path', className: 'lost', d: drops.join('') },
      ];
      if (this.budgetMs !== null)
        parts.push({ kind: 'path', className: 'limit', d: `M${left} ${y(this.budgetMs)}H${x(nowMs)}` });
      return parts;
    });
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
