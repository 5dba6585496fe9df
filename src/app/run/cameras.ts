import { lastValueFrom, tap } from 'rxjs';
import type { RunConfig } from '../../config/run-config.js';
import type { SourceConfig } from '../../config/run-sources.js';
import type { PipelineEvent } from '../../core/events.js';
import type { Frame } from '../../core/frame.js';
import { isSceneEvent, type SceneEvent } from '../../core/scene-events.js';
import type { Measurements } from '../../pipeline/measurements.js';
import type { Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { Originals } from '../../streaming/originals/originals.js';
import type { AppContext } from '../context.js';
import type { RunParts } from '../parts.js';
import { cameraEvents, PAUSED, type Continuation } from './camera-events.js';
import { continuedOriginals } from './continued-originals.js';
import type { Detectors } from './detectors.js';
import { frameLimit, type FrameLimit } from './limits.js';
import type { RunReporter } from './reporter.js';
import type { RunScenes } from './scenes.js';
import type { OpenSinks } from './sinks.js';
import { streamOptions } from './stream-options.js';

export type CamerasSetup = {
  readonly context: AppContext;
  readonly parts: RunParts;
  /** Asked for each camera that starts. */
  readonly ffmpeg: () => Ffmpeg | undefined;
  /** Names of all classes by their ids in outputs. */
  readonly classNames: readonly string[];
  readonly sinks: Pick<OpenSinks, 'publish' | 'copy' | 'onStream'>;
  readonly measurements: Measurements;
  readonly reporter: RunReporter;
  readonly scenes: RunScenes;
  /** Receives the pictures of sources that still have them at full size. */
  readonly originals?: Originals | undefined;
  /** These receive each event after the sinks. */
  readonly onEvent?: ((event: PipelineEvent) => void) | undefined;
  readonly onScene?: ((event: SceneEvent) => void) | undefined;
  /** Called with each frame that a detector takes, while its picture is valid. */
  readonly onTaken?: ((frame: Frame) => void) | undefined;
  /** Whether the frames of a camera go to the detector; asked for each. Default: as the configuration says. */
  readonly isDetecting?: ((camera: string) => boolean) | undefined;
  /** Frames of all cameras together; undefined is no limit. */
  readonly maxFrames: number | undefined;
};

/** How the cameras of a configuration are run. */
type Choices = Pick<RunConfig, 'detect' | 'sources' | 'pace' | 'waits'>;

type Running = { readonly ending: AbortController; readonly ended: Promise<void> };

/**
 * The cameras of a run, which come and go. Each has a pipeline of its own, so that what happens to one leaves the
 * others alone; they share the detector.
 */
export class Cameras {
  readonly #setup: CamerasSetup;
  readonly #running = new Map<string, Running>();
  readonly #next = new Map<string, Continuation>();
  readonly #limit: FrameLimit;

  constructor(setup: CamerasSetup) {
    this.#setup = setup;
    this.#limit = frameLimit(setup.maxFrames);
  }

  /** The names of those that have not ended. */
  get running(): readonly string[] {
    return [...this.#running.keys()];
  }

  /**
   * Starts a camera that does not run.
   * @returns resolves when it has ended, by itself or by `pause`
   * @throws UsageError naming a class of its scene that its model does not have
   */
  start(source: SourceConfig, config: Choices, detectors: Detectors): Promise<void> {
    const { context, parts, sinks, scenes, measurements, reporter, ffmpeg, originals, isDetecting, onTaken } =
      this.#setup;
    const { id } = source;
    const isOnly = config.sources.length === 1;
    const detector = detectors.of(source);
    const { classNames } = detector.detector.info;
    const ending = new AbortController();
    const continues = this.#next.get(id) ?? { seq: 0, epoch: 0 };
    const events = cameraEvents(
      {
        source,
        pace: config.pace,
        ffmpeg: ffmpeg(),
        copy: sinks.copy,
        onStream: isOnly ? (stream) => sinks.onStream(stream) : undefined,
        givesUpFirst: isOnly && !config.waits,
        limit: this.#limit,
        reporter,
        originals: originals && continuedOriginals(originals, continues.seq),
        detector,
        options: streamOptions(source.detect ?? config.detect, classNames, detectors.givesMore, parts),
        scene: scenes.begin(source, classNames),
        classNames: this.#setup.classNames,
        measurements,
        onTaken,
        isDetecting: () => isDetecting?.(id) ?? source.isDetectOff !== true,
        continues,
      },
      ending.signal,
      parts,
      context,
    );
    const ended = lastValueFrom(events.pipe(tap((event) => this.publish(event))), { defaultValue: undefined })
      .then(() => undefined)
      .finally(() => this.#running.delete(id));
    this.#running.set(id, { ending, ended });
    return ended;
  }

  /**
   * Ends a camera cleanly; it may be started again. Resolves when each of its frames has its outcome, and at once if it
   * does not run.
   */
  pause(id: string): Promise<void> {
    return this.#end(id, PAUSED);
  }

  /** Ends all of them cleanly. */
  async close(): Promise<void> {
    // Whoever started one hears of its failure.
    await Promise.allSettled(this.running.map((id) => this.#end(id)));
  }

  /** Gives an event to all who want to know. */
  publish(event: PipelineEvent | SceneEvent): void {
    const { sinks, scenes, reporter, onEvent, onScene } = this.#setup;
    sinks.publish(event);
    if (isSceneEvent(event)) {
      scenes.seen(event);
      onScene?.(event);
      return;
    }
    if (event.type === 'percept' || event.type === 'drop') this.#count(event);
    reporter.seen(event);
    onEvent?.(event);
  }

  async #end(id: string, why?: typeof PAUSED): Promise<void> {
    const running = this.#running.get(id);
    running?.ending.abort(why);
    await running?.ended;
  }

  #count(event: Extract<PipelineEvent, { type: 'percept' | 'drop' }>): void {
    const { streamId, seq, epoch } = event;
    const { capturedAtMs } = event.type === 'percept' ? event.times : event;
    const before = this.#next.get(streamId);
    this.#next.set(streamId, {
      seq: Math.max(before?.seq ?? 0, seq + 1),
      epoch: Math.max(before?.epoch ?? 0, epoch + 1),
      capturedAtMs: Math.max(before?.capturedAtMs ?? -Infinity, capturedAtMs),
    });
  }
}
