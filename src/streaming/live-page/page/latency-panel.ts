import { drawChart, type ChartPart } from './chart.js';
import type { Drop, Percept } from './feed.js';
import { FIGURE_MS, median } from './recent-ages.js';

const SPAN_MS = 15_000;

type Answer = { readonly atMs: number; readonly latencyMs: number; readonly uncertaintyMs: number };

/**
 * The latency of percepts, from the capture of a frame to the emission of its percept: a line for each, as long as
 * its latency, with the budget above.
 */
export class LatencyPanel {
  readonly #host: HTMLElement;
  readonly #answers: Answer[] = [];
  readonly #dropsAtMs: number[] = [];
  #isOver = false;
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

  /** The run is over: shows the median of all of it, as its summary does. */
  finish(medianMs: number): void {
    this.#isOver = true;
    this.#showFigure(medianMs, 'median of the run');
  }

  draw(nowMs: number): void {
    const recent = this.#answers.filter(({ atMs }) => atMs > nowMs - FIGURE_MS);
    if (recent.length > 0 && !this.#isOver) {
      const halfWidth = Math.round(median(recent.map(({ uncertaintyMs }) => uncertaintyMs)));
      this.#showFigure(
        median(recent.map(({ latencyMs }) => latencyMs)),
        `${halfWidth === 0 ? '' : `± ${halfWidth}, `}from capture to answer`,
      );
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

  #showFigure(latencyMs: number, text: string): void {
    this.#host.querySelector('.figure b')!.textContent = `${Math.round(latencyMs)} ms`;
    this.#host.querySelector('.figure span')!.textContent = text;
  }
}
