import type { ScoreMessage } from '../page-messages.js';
import { drawChart, type ChartPart } from './chart.js';

const SPAN_MS = 60_000;

/** Streaming AP over time, with forecasting and without. */
export class AccuracyPanel {
  readonly #host: HTMLElement;
  readonly #scores: ScoreMessage[] = [];

  constructor(host: HTMLElement) {
    this.#host = host;
  }

  scored(score: ScoreMessage): void {
    this.#scores.push(score);
    while (this.#scores[0].at < score.at - SPAN_MS) this.#scores.shift();
    this.#showFigure(score.windowS, score.sAP, score.observedAP);
  }

  #showFigure(windowS: number, sAP: number | null, observedAP: number | null): void {
    this.#host.querySelector('h2')!.textContent = `Streaming AP, last ${Math.round(windowS)} s`;
    const [figure, text] = [this.#host.querySelector('.figure b')!, this.#host.querySelector('.figure span')!];
    figure.textContent = sAP === null ? '–' : sAP.toFixed(2);
    text.textContent = observedAP === null ? '' : `${observedAP.toFixed(2)} without forecast`;
  }

  /** The run is over: shows the score of its summary. */
  finish({ sAP, forecasting }: { readonly sAP: number; readonly forecasting: number }, windowS: number): void {
    this.#showFigure(windowS, sAP, forecasting === 0 ? null : sAP + forecasting);
  }

  draw(nowMs: number): void {
    const options = { spanMs: SPAN_MS, ticks: [0, 0.5, 1], format: (value: number) => value.toFixed(1) };
    drawChart(this.#host.querySelector('.chart')!, nowMs, options, ({ x, y, left }) => {
      const parts: ChartPart[] = [];
      for (const [className, key] of [
        ['observed', 'observedAP'],
        ['forecast', 'sAP'],
      ] as const) {
        const points = this.#scores.flatMap((score) =>
          score[key] === null || x(score.at) < left ? [] : [{ x: x(score.at), y: y(score[key]) }],
        );
        if (points.length === 0) continue;
        parts.push({
          kind: 'path',
          className: `curve ${className}`,
          d: `M${points.map((point) => `${point.x.toFixed(1)} ${point.y.toFixed(1)}`).join('L')}`,
        });
        parts.push({ kind: 'dot', className: `end ${className}`, ...points[points.length - 1] });
      }
      return parts;
    });
  }
}
