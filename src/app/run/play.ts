import { catchError, interval, lastValueFrom, of, race, switchMap, tap, timer } from 'rxjs';
import type { RunConfig } from '../../config/run-config.js';
import type { ModelDetector } from '../../core/detector.js';
import type { PipelineEvent } from '../../core/events.js';
import type { Frame } from '../../core/frame.js';
import { isSceneEvent, type SceneEvent } from '../../core/scene-events.js';
import { createPipeline } from '../../pipeline/create-pipeline.js';
import type { Measurements } from '../../pipeline/measurements.js';
import { scene } from '../../pipeline/operators/scene.js';
import type { Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { Originals } from '../../streaming/originals/originals.js';
import type { AppContext } from '../context.js';
import type { RunParts } from '../parts.js';
import { aborted, abortedAfter } from './limits.js';
import type { RunReporter } from './reporter.js';
import type { RunScenes } from './scenes.js';
import type { OpenSinks } from './sinks.js';
import { openSources } from './sources.js';
import { streamOptions } from './stream-options.js';

const STATS_EVERY_MS = 1000;
/** Time for a camera to end cleanly after Ctrl-C. */
const CAMERA_GRACE_MS = 2000;

export type Play = {
  readonly config: RunConfig;
  readonly context: AppContext;
  readonly detector: ModelDetector;
  readonly parts: RunParts;
  readonly ffmpeg: Ffmpeg | undefined;
  readonly sinks: OpenSinks;
  readonly measurements: Measurements;
  readonly reporter: RunReporter;
  /** Absent: no stream has zones, lines or objects. */
  readonly scenes?: RunScenes;
  readonly onEvent?: (event: PipelineEvent) => void;
  readonly onScene?: (event: SceneEvent) => void;
  /** Called with each frame that the detector takes, while its picture is valid. */
  readonly onTaken?: ((frame: Frame) => void) | undefined;
  /** Receives the pictures of sources that still have them at full size. */
  readonly originals?: Originals | undefined;
};

/**
 * Runs the pipeline until its sources end, a limit is met, or `context.signal` is aborted.
 *
 * @param onEvent and `onScene` receive each event after the sinks
 */
export async function play({
  config,
  context,
  parts,
  detector,
  ffmpeg,
  sinks,
  measurements,
  reporter,
  scenes,
  onEvent,
  onScene,
  onTaken,
  originals,
}: Play): Promise<void> {
  const { durationMs } = config;
  const ending = abortedAfter(durationMs, context.signal);
  const { events: sources, liveEnded } = openSources(
    {
      config,
      input: detector.info.input,
      ffmpeg,
      copy: sinks.copy,
      onStream: (stream) => sinks.onStream(stream),
      reporter,
      originals,
    },
    ending.signal,
    parts,
    context,
  );
  const events = createPipeline({
    sources,
    detector,
    clock: context.clock,
    ...streamOptions(config, detector.info.classNames, parts),
    measurements,
    onTaken,
    stop: aborted(ending.signal).pipe(switchMap(() => race(liveEnded, timer(CAMERA_GRACE_MS)))),
  }).pipe(
    // If the detector cannot be restarted, the run ends and keeps the results so far.
    catchError((error: unknown) => of(reporter.failed(error))),
    scene((streamId) => scenes?.rulesOf(streamId)),
    tap((event) => {
      sinks.publish(event);
      if (isSceneEvent(event)) {
        scenes?.seen(event);
        onScene?.(event);
        return;
      }
      reporter.seen(event);
      onEvent?.(event);
    }),
  );

  const publishStats = (): void => sinks.publishStats(measurements.snapshot(), context.clock.now());
  const stats = interval(STATS_EVERY_MS).subscribe(publishStats);
  try {
    await lastValueFrom(events, { defaultValue: undefined });
  } finally {
    ending.dispose();
    stats.unsubscribe();
    publishStats();
  }
}
