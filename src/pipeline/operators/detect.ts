import { Observable } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { Detector, DetectorResult } from '../../core/detector.js';
import { DetectorFailedError } from '../../core/errors.js';
import { dropOf, fileOf, type DropEvent, type PerceptEvent, type StatusEvent } from '../../core/events.js';
import type { Frame } from '../../core/frame.js';
import { blame } from '../../core/extension.js';
import type { RuntimeEstimator } from '../../scheduling/runtime-profile.js';
import { DetectorOutage } from '../detector-outage.js';
import { checkedResult } from '../detector-result-check.js';
import { releaseFrame } from '../release-frame.js';
import type { Hold } from './exhaust-map-from.js';
import type { ScheduledFrame } from '../frame-queue.js';

export type DetectOptions = {
  readonly detector: Detector;
  readonly clock: Clock;
  /** Receives the runtime of every run. */
  readonly runtimes: RuntimeEstimator;
  /** Receives the return of a detector that was lost with a frame of a run that has ended since. Default: nobody. */
  readonly tell?: ((status: StatusEvent) => void) | undefined;
  /** Called when the detector cannot work any longer. Default: this run alone errors. */
  readonly fail?: ((error: Error) => void) | undefined;
  /** Shared with the schedule. */
  readonly outage?: DetectorOutage | undefined;
  /** Called with each frame that the detector takes, while its picture is valid. */
  readonly onTaken?: ((frame: Frame) => void) | undefined;
  /** The latency budget of a stream; undefined if it has none. Default: none has. */
  readonly budgetOf?: (streamId: string) => number | undefined;
};

/**
 * Runs the detector on one scheduled frame: emits its percept, or a `detector-failed` drop if the detector lost it.
 * After a loss the work lasts until the detector is back, so that newer frames wait and replace each other meanwhile;
 * the outage ends it sooner if no further frame comes.
 *
 * Owns the frame and releases it as soon as the detector has read its picture. Errors if the detector cannot recover,
 * and with an ExtensionError if it throws or returns an invalid result.
 */
export function detect(
  options: DetectOptions,
): (scheduled: ScheduledFrame, hold?: Hold) => Observable<PerceptEvent | DropEvent | StatusEvent> {
  const { detector, clock, runtimes, tell, fail, onTaken } = options;
  const { outage = new DetectorOutage(), budgetOf = () => undefined } = options;
  return ({ frame, startedAtMs, overBudget }, hold) =>
    new Observable((subscriber) => {
      const giveUp = (cause: unknown): void => {
        const error = blame('detector', detector.info.model, cause);
        fail?.(error);
        subscriber.error(error);
      };
      const recover = (error: DetectorFailedError): void => {
        subscriber.next({ type: 'status', atMs: clock.now(), state: 'detector-lost', message: error.message });
        const back = outage.begin(() => subscriber.complete());
        new Promise<void>((resolve) => {
          resolve(detector.ready());
        }).then(() => {
          back();
          const ready: StatusEvent = { type: 'status', atMs: clock.now(), state: 'detector-ready' };
          if (subscriber.closed) tell?.(ready);
          subscriber.next(ready);
          subscriber.complete();
        }, giveUp);
      };
      // A throw of the detector rejects here.
      const result = new Promise<unknown>((resolve) => {
        resolve(detector.detect(frame.picture));
      });
      hold?.(result);
      result
        .then((answer) => checkedResult(detector, answer))
        .then(
          (found) => {
            const emittedAtMs = clock.now();
            runtimes.add(emittedAtMs - startedAtMs);
            const latencyBudgetMs = budgetOf(frame.streamId);
            const late = latencyBudgetMs !== undefined && emittedAtMs - frame.capturedAtMs > latencyBudgetMs;
            subscriber.next(perceptOf(frame, found, startedAtMs, emittedAtMs, overBudget || late));
            subscriber.complete();
          },
          (error: unknown) => {
            subscriber.next(dropOf(frame, 'detector-failed', clock.now()));
            if (error instanceof DetectorFailedError) recover(error);
            else giveUp(error);
          },
        );
      onTaken?.(frame);
      releaseFrame(frame);
    });
}

function perceptOf(
  frame: Frame,
  { detections, times }: DetectorResult,
  startedAtMs: number,
  emittedAtMs: number,
  overBudget: boolean,
): PerceptEvent {
  const {
    streamId,
    seq,
    epoch,
    ptsMs,
    capturedAtMs,
    captureClock,
    uncertaintyMs,
    readyAtMs,
    picture: {
      size: { width, height },
    },
  } = frame;
  return {
    type: 'percept',
    streamId,
    seq,
    ...fileOf(frame),
    epoch,
    ptsMs,
    captureClock,
    uncertaintyMs,
    width,
    height,
    times: { capturedAtMs, readyAtMs, startedAtMs, ...times, emittedAtMs },
    detections,
    overBudget,
  };
}
