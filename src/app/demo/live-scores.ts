import { LiveAccuracy, type TruthFrame } from '../../../evaluation/live-accuracy.js';
import type { ModelDetectorInfo } from '../../core/detector.js';
import type { PerceptEvent } from '../../core/events.js';
import type { ScoreMessage } from '../../streaming/live-page/page-messages.js';
import type { TrackerFactory } from '../../track/tracker.js';
import { DEMO_FPS } from './demo-source.js';
import { DEMO_CLASSES } from './world.js';

/** Streaming AP of the newest frames while they are shown, with and without forecasting. */
export class LiveScores {
  readonly #final: LiveAccuracy;
  readonly #observed: LiveAccuracy | undefined;

  constructor(
    { classNames }: Pick<ModelDetectorInfo, 'classNames'>,
    forecaster: TrackerFactory | undefined,
    windowFrames: number,
  ) {
    const meter = (forecaster: TrackerFactory | undefined): LiveAccuracy =>
      new LiveAccuracy({ truth: DEMO_CLASSES, classNames, windowFrames, keptFrames: windowFrames, forecaster });
    this.#final = meter(forecaster);
    this.#observed = forecaster && meter(undefined);
  }

  truth(frame: TruthFrame): void {
    this.#final.truth(frame);
    this.#observed?.truth(frame);
  }

  percept(event: PerceptEvent): void {
    this.#final.percept(event);
    this.#observed?.percept(event);
  }

  /** The scores at a moment of the monotonic clock. */
  at(nowMs: number): Pick<ScoreMessage, 'windowS' | 'sAP' | 'observedAP'> {
    const { AP: sAP, pairing } = this.#final.rolling(nowMs);
    return {
      windowS: pairing.frames / DEMO_FPS,
      sAP,
      observedAP: this.#observed?.rolling(nowMs).AP ?? null,
    };
  }
}
