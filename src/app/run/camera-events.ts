import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  identity,
  map,
  of,
  race,
  switchMap,
  timer,
  type MonoTypeOperatorFunction,
  type Observable,
} from 'rxjs';
import type { Detection } from '../../core/detection.js';
import type { Clock } from '../../core/clock.js';
import type { PipelineEvent, SourceEvent } from '../../core/events.js';
import type { Frame } from '../../core/frame.js';
import type { SceneEvent } from '../../core/scene-events.js';
import { createPipeline, type StreamOptions } from '../../pipeline/create-pipeline.js';
import type { Measurements } from '../../pipeline/measurements.js';
import { detectSwitch } from '../../pipeline/operators/detect-switch.js';
import { scene } from '../../pipeline/operators/scene.js';
import type { AppContext } from '../context.js';
import type { RunParts } from '../parts.js';
import type { OpenDetector } from './detectors.js';
import { aborted } from './limits.js';
import type { OpenScene } from './scenes.js';
import { openSource, type SourceSetup } from './sources.js';

/** Time for a camera to end cleanly once it is asked to. */
const CAMERA_GRACE_MS = 2000;

export type CameraSetup = Omit<SourceSetup, 'input'> & {
  readonly detector: OpenDetector;
  readonly options: StreamOptions;
  readonly scene: OpenScene | undefined;
  /** The names of all classes of the run, which ids of classes are about. */
  readonly classNames: readonly string[];
  readonly measurements: Measurements;
  /** Called with each frame that the detector takes, while its picture is valid. */
  readonly onTaken?: ((frame: Frame) => void) | undefined;
  /** Frames go to the detector. Asked for each. */
  readonly isDetecting: () => boolean;
  /** Numbers of the frames and connections that a former pipeline of this camera had. */
  readonly continues: Continuation;
};

/** The first number that is free. */
export type Continuation = {
  readonly seq: number;
  readonly epoch: number;
  /** Capture of the newest frame. */
  readonly capturedAtMs?: number;
};

/** The reason for the end of a camera that may go on later, in another pipeline. */
export const PAUSED = 'paused';

/**
 * All events of one camera, from its source to its scene. An error of any part ends this camera with a status event.
 * @param ending ends it cleanly; with the reason {@link PAUSED}, its objects end because it is interrupted
 */
export function cameraEvents(
  setup: CameraSetup,
  ending: AbortSignal,
  parts: RunParts,
  context: AppContext,
): Observable<PipelineEvent | SceneEvent> {
  const {
    source,
    detector,
    options,
    scene: open,
    classNames,
    measurements,
    isDetecting,
    continues,
    onTaken,
    reporter,
  } = setup;
  const { clock } = context;
  const { info } = detector.detector;
  const { events, ended } = openSource({ ...setup, input: info.input }, ending, parts, context);
  return createPipeline({
    sources: [events.pipe(withGapBefore(source.id, continues), detectSwitch(isDetecting, clock))],
    detector: detector.shared,
    clock,
    ...options,
    measurements,
    onTaken: onTaken && ((frame) => onTaken(numbered(frame, continues))),
    stop: aborted(ending).pipe(switchMap(() => race(ended, timer(CAMERA_GRACE_MS)))),
  }).pipe(
    // A detector that is lost for good concerns all of its cameras, and is reported once.
    catchError((error: unknown) =>
      error !== detector.shared.failure
        ? of(reporter.failed(error, source.id))
        : reporter.hasReported(error)
          ? EMPTY
          : of(reporter.failed(error)),
    ),
    map((event) => (event.type === 'percept' || event.type === 'drop' ? numbered(event, continues) : event)),
    inClassesOf(info.classNames, classNames),
    endWithPause(() => ending.reason === PAUSED, source.id, clock),
    open === undefined ? identity : scene(open.rules, open.states),
  );
}

/** Reports the time between the frames of two pipelines of one camera. */
function withGapBefore(
  streamId: string,
  { capturedAtMs: fromMs }: Continuation,
): MonoTypeOperatorFunction<SourceEvent> {
  if (fromMs === undefined) return identity;
  return (source) =>
    defer(() => {
      let isTold = false;
      return source.pipe(
        concatMap((event) => {
          if (isTold || (event.type !== 'frame' && event.type !== 'drop')) return of(event);
          isTold = true;
          const toMs = Math.max(fromMs, event.capturedAtMs);
          return of<SourceEvent[]>({ type: 'gap', streamId, fromMs, toMs, why: NOT_RUN }, event);
        }),
      );
    });
}

/** Says at the end of a pipeline that its camera is interrupted: objects end by it, in a replay too. */
function endWithPause(
  isPaused: () => boolean,
  streamId: string,
  clock: Clock,
): MonoTypeOperatorFunction<PipelineEvent> {
  return (source) =>
    concat(
      source,
      defer(() =>
        isPaused()
          ? of<PipelineEvent>({
              type: 'status',
              streamId,
              atMs: clock.now(),
              state: 'reconnecting',
              message: NOT_RUN,
              loss: 'paused',
            })
          : EMPTY,
      ),
    );
}

const NOT_RUN = 'the camera was switched off, or restarted with another configuration';

/** A number is not used again by the same stream. */
function numbered<N extends Continuation>(one: N, { seq, epoch }: Continuation): N {
  return seq === 0 && epoch === 0 ? one : { ...one, seq: one.seq + seq, epoch: one.epoch + epoch };
}

/** Several models number their classes differently; outputs have one list. */
function inClassesOf(own: readonly string[], all: readonly string[]): MonoTypeOperatorFunction<PipelineEvent> {
  if (own.every((name, id) => all[id] === name)) return identity;
  const idOf = own.map((name) => all.indexOf(name));
  const renumbered = (detections: readonly Detection[]): readonly Detection[] =>
    detections.map((detection) => ({ ...detection, classId: idOf[detection.classId] }));
  return map((event) => {
    if (event.type !== 'percept') return event;
    const { detections, forecast } = event;
    return {
      ...event,
      detections: renumbered(detections),
      ...(forecast !== undefined && { forecast: { ...forecast, detections: renumbered(forecast.detections) } }),
    };
  });
}
