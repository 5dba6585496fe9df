import type { Clock } from '../../core/clock.js';
import type { PipelineEvent } from '../../core/events.js';
import type { AppContext, ProgressBar } from '../context.js';
import { RecentPercepts } from '../recent-percepts.js';
import { PhaseEstimate } from './phase-estimate.js';

/** The bar of an evaluation by the clock: each frame is read, played, and, if wanted, detected on offline. */
export class RealtimeProgress {
  readonly #estimate: PhaseEstimate<'read' | 'played' | 'detected'>;
  readonly #recent = new RecentPercepts();
  readonly #clock: Clock;
  readonly #bar: ProgressBar;
  #steps = 0;

  constructor(
    frames: number,
    { fps, detects }: { readonly fps: number; readonly detects: boolean },
    { clock, progress }: Pick<AppContext, 'clock' | 'progress'>,
  ) {
    this.#clock = clock;
    this.#estimate = new PhaseEstimate(clock, { read: frames, played: frames, detected: detects ? frames : 0 });
    this.#estimate.expect('played', 1000 / fps);
    this.#bar = progress.bar({
      label: 'evaluating',
      total: frames * (detects ? 3 : 2),
      unit: detects ? 'frames read, played, detected on' : 'frames read, played',
      details: () => this.#recent.details(this.#clock.now()),
      leftMs: () => this.#estimate.leftMs(),
    });
  }

  readonly read = (): void => this.#done('read');

  /** @param runMs how long a run of the detector takes */
  warmedUp(runMs: number): void {
    this.#estimate.expect('detected', runMs);
    this.#estimate.skip();
  }

  played(event: PipelineEvent): void {
    this.#recent.seen(event);
    if (event.type === 'percept' || event.type === 'drop') this.#done('played');
  }

  detected(): void {
    this.#done('detected');
  }

  done(): void {
    this.#bar.done();
  }

  #done(phase: 'read' | 'played' | 'detected'): void {
    this.#estimate.done(phase);
    this.#bar.set(++this.#steps);
  }
}
