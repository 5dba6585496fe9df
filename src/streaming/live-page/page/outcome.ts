import type { OutcomeMessage, ScoringMessage } from '../page-messages.js';
import { element, newElement } from './page.js';

type Kind = 'ideal' | 'total' | 'loss' | 'gain';

/** Shown while the end of the run is being scored. */
export function showScoring({ done, total }: ScoringMessage): void {
  const bar = document.createElement('progress');
  bar.max = Math.max(1, total);
  bar.value = done;
  element('outcome').hidden = false;
  element('outcome-text').textContent =
    `The run is over. The detector now processes the dropped frames, to attribute the cost: ${done} of ${total}.`;
  element('waterfall').replaceChildren(bar);
}

/** The result of the run: from a perfect score down to its streaming AP. */
export function showOutcome(outcome: OutcomeMessage): void {
  const {
    frames,
    percepts,
    undrawn,
    latencyMs: { p50, p90 },
    windowS,
    attribution,
  } = outcome;
  element('outcome').hidden = false;
  const starved =
    undrawn === 0 ? '' : ` ${undrawn.toLocaleString('en')} were not drawn in time: drawing starved, not the detector.`;
  const latency =
    percepts === 0 ? '' : `, half of them within ${Math.round(p50)} ms, 90 % within ${Math.round(p90)} ms`;
  const run =
    frames === 0
      ? 'Not one picture of the drive was drawn, because drawing had too little of the processor.'
      : `${percepts.toLocaleString('en')} of ${frames.toLocaleString('en')} frames were answered${latency}.${starved}`;
  if (attribution === null) {
    element('outcome-text').textContent = `${run} That is too little for a score.`;
    element('waterfall').replaceChildren();
    return;
  }
  element('outcome-text').textContent = `${run} Where AP went in the last ${Math.round(windowS)} s:`;
  const { offlineAP, sAP, detector, oneFrameFloor, latency: lateness, jitter, drops, forecasting } = attribution;
  const rows: HTMLElement[] = [];
  let level = 1;
  const total = (name: string, value: number, kind: Kind): void => {
    rows.push(...row(name, 0, value, value.toFixed(3), kind));
    level = value;
  };
  const step = (name: string, loss: number, why: string): void => {
    rows.push(
      ...row(name, Math.min(level, level - loss), Math.abs(loss), signed(-loss), loss > 0 ? 'loss' : 'gain', why),
    );
    level -= loss;
  };
  total('perfect', 1, 'ideal');
  step('detector', detector, 'its errors even without any latency');
  total('offline AP', offlineAP, 'total');
  step(
    'one-frame floor',
    oneFrameFloor,
    'every output takes time, so a frame is scored on the previous output at best',
  );
  step('latency', lateness, 'every frame is processed at once, each in the mean time');
  step('jitter', jitter, 'the same, but each takes its own time');
  step('drops', drops, 'frames dropped, and frames that waited for the detector');
  if (forecasting !== 0) step('forecasting', forecasting, 'objects moved to the present');
  total('streaming AP', sAP, 'total');
  element('waterfall').replaceChildren(...rows);
}

function row(name: string, from: number, width: number, value: string, kind: Kind, why = ''): HTMLElement[] {
  const fill = newElement('i', `row-${kind}`);
  fill.style.left = `${100 * from}%`;
  fill.style.width = `${100 * width}%`;
  const label = newElement('span', kind === 'total' ? 'total' : '', name);
  label.title = why;
  return [label, newElement('div', 'bar', fill), newElement('b', '', value)];
}

function signed(value: number): string {
  const digits = Math.abs(value).toFixed(3);
  return digits === '0.000' ? digits : `${value < 0 ? '\u2212' : '+'}${digits}`;
}
