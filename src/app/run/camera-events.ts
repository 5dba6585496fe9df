import {
  catchError,
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
import type { PipelineEvent } from '../../core/events.js';
import type { Frame } from '../../core/frame.js';
import type { SceneEvent } from '../../core/scene-events.js';
import type { SceneRules } from '../../core/scene-rules.js';
import { createPipeline, type StreamOptions } from '../../pipeline/create-pipeline.js';
import type { Measurements } from '../../pipeline/measurements.js';
import { detectSwitch } from '../../pipeline/operators/detect-switch.js';
import { scene } from '../../pipeline/operators/scene.js';
import type { AppContext } from '../context.js';
import type { RunParts } from '../parts.js';
import type { OpenDetector } from './detectors.js';
import { aborted } from './limits.js';
import { openSource, type SourceSetup } from './sources.js';

/** Time for a camera to end cleanly once it is asked to. */
const CAMERA_GRACE_MS = 2000;

export type CameraSetup = Omit<SourceSetup, 'input'> & {
  readonly detector: OpenDetector;
  readonly options: StreamOptions;
  readonly rules: SceneRules | undefined;
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
export type Continuation = { readonly seq: number; readonly epoch: number };

/**
 * All events of one camera, from its source to its scene. An error of any part ends this camera with a status event.
 * @param ending ends it cleanly
 */
export function cameraEvents(
  setup: CameraSetup,
  ending: AbortSignal,
  parts: RunParts,
  context: AppContext,
): Observable<PipelineEvent | SceneEvent> {
  const { source, detector, options, rules, classNames, measurements, isDetecting, continues, onTaken, reporter } =
    setup;
  const { clock } = context;
  const { info } = detector.detector;
  const { events, ended } = openSource({ ...setup, input: info.input }, ending, parts, context);
  return createPipeline({
    sources: [events.pipe(detectSwitch(isDetecting, clock))],
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
    rules === undefined ? identity : scene(rules),
  );
}

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
