import { interval, type Subscription } from 'rxjs';
import type { RunConfig } from '../../config/run-config.js';
import type { PipelineEvent } from '../../core/events.js';
import type { Frame } from '../../core/frame.js';
import type { SceneEvent } from '../../core/scene-events.js';
import { Measurements } from '../../pipeline/measurements.js';
import type { Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { Pages } from '../../streaming/http/pages.js';
import type { Api } from '../../streaming/http/answer.js';
import type { Originals } from '../../streaming/originals/originals.js';
import type { ServiceObjects, ServiceRecords, ServiceSwitches } from '../../streaming/sinks/service.js';
import type { AppContext } from '../context.js';
import { checkOpenFilesOf } from '../open-files.js';
import type { RunParts } from '../parts.js';
import { Cameras } from './cameras.js';
import { Detectors, type DetectorsSetup } from './detectors.js';
import { findFfmpeg } from './find-ffmpeg.js';
import { RunReporter } from './reporter.js';
import { RunScenes } from './scenes.js';
import { openSinks, prepareSinks, type OpenSinks } from './sinks.js';
import { summarise, type RunSummary } from './summary.js';

const STATS_EVERY_MS = 1000;

export type RunSetup = {
  readonly config: RunConfig;
  readonly context: AppContext;
  readonly parts: RunParts;
  readonly detectors?: DetectorsSetup;
  /** Receives the pictures of sources that still have them at full size. */
  readonly originals?: Originals;
  /** Of a service, for its sinks. */
  readonly switches?: ServiceSwitches;
  readonly objects?: ServiceObjects;
  readonly records?: ServiceRecords;
  /** The answers to HTTP requests, for a sink that has a server. */
  readonly api?: (detectors: Detectors, measurements: Measurements) => Api;
  /** Pages to serve beside the results, for a sink that serves pages. */
  readonly pages?: (detectors: Detectors) => Pages;
  /** Called with each frame that a detector takes, while its picture is valid. */
  readonly onTaken?: (frame: Frame) => void;
  /** These receive each event after the sinks. */
  readonly onEvent?: (event: PipelineEvent) => void;
  readonly onScene?: (event: SceneEvent) => void;
  /** See `CamerasSetup`. */
  readonly isDetecting?: (camera: string) => boolean;
};

type Opened = Pick<
  OpenRun,
  'detectors' | 'sinks' | 'cameras' | 'measurements' | 'reporter' | 'scenes' | 'classNames'
> & {
  readonly programs: Programs;
};

/** Found when the first source needs it. */
type Programs = { ffmpeg: Ffmpeg | undefined };

/** The parts of a run: detectors, outputs, and cameras, none of which runs yet. Close it, then dispose of it. */
export class OpenRun {
  readonly measurements: Measurements;
  readonly reporter: RunReporter;
  readonly scenes: RunScenes;
  readonly sinks: OpenSinks;
  readonly cameras: Cameras;
  /** By their ids in outputs. */
  readonly classNames: readonly string[];
  /** Others may take its place; they then belong to the run. */
  detectors: Detectors;
  readonly #setup: RunSetup;
  readonly #startedAtMs: number;
  readonly #stats: Subscription;
  readonly #programs: Programs;

  private constructor(setup: RunSetup, startedAtMs: number, opened: Opened) {
    this.#setup = setup;
    this.#startedAtMs = startedAtMs;
    this.detectors = opened.detectors;
    this.sinks = opened.sinks;
    this.cameras = opened.cameras;
    this.measurements = opened.measurements;
    this.reporter = opened.reporter;
    this.scenes = opened.scenes;
    this.classNames = opened.classNames;
    this.#programs = opened.programs;
    this.#stats = interval(STATS_EVERY_MS).subscribe(() => this.#publishStats());
  }

  /** @throws UsageError, ModelError or OutputError if the run cannot start; all resources are then closed */
  static async open(setup: RunSetup): Promise<OpenRun> {
    const { config, context, parts } = setup;
    checkOpenFiles(config);
    await prepareSinks(config, parts);
    const ffmpegSearch = findFfmpeg(config, context, parts);
    const detectors = await Detectors.open(config, context, setup.detectors);
    const startedAtMs = context.clock.now();
    const measurements = new Measurements(config.sources.map(({ id }) => id));
    const reporter = new RunReporter(config, context);
    try {
      for (const { detector } of detectors.all) reporter.detectorOpened(detector.info);
      const scenes = new RunScenes(context.log);
      const ffmpeg = await ffmpegSearch;
      const programs: Programs = { ffmpeg };
      const { classNames } = detectors;
      if (ffmpeg?.sandbox?.lacks !== undefined) context.log.debug(`ffmpeg's sandbox: ${ffmpeg.sandbox.lacks}`);
      const sinks = await openSinks(
        {
          config,
          info: { ...detectors.first.detector.info, classNames },
          ffmpeg,
          ...(setup.pages !== undefined && { pages: setup.pages(detectors) }),
          ...(setup.api !== undefined && { api: setup.api(detectors, measurements) }),
          switches: setup.switches,
          objects: setup.objects,
          records: setup.records,
          onFailure: (error) => reporter.outputFailed(error),
        },
        parts,
        context,
      );
      for (const [name, url] of Object.entries(sinks.urls)) context.log.info(`${name}: ${url}`);
      const cameras = new Cameras({
        context,
        parts,
        ffmpeg: () => programs.ffmpeg,
        classNames,
        sinks,
        measurements,
        reporter,
        scenes,
        originals: setup.originals,
        onEvent: setup.onEvent,
        onScene: setup.onScene,
        onTaken: setup.onTaken,
        isDetecting: setup.isDetecting,
        maxFrames: config.maxFrames,
      });
      const opened = { detectors, sinks, cameras, measurements, reporter, scenes, classNames, programs };
      return new OpenRun(setup, startedAtMs, opened);
    } catch (error) {
      await detectors.close();
      throw error;
    }
  }

  get ffmpeg(): Ffmpeg | undefined {
    return this.#programs.ffmpeg;
  }

  /**
   * Opens what another configuration needs besides.
   * @returns its detectors; those that serve on are among them
   * @throws UsageError or ModelError if it cannot run; nothing has changed then
   */
  async prepare(config: RunConfig): Promise<Detectors> {
    const { context, parts, detectors } = this.#setup;
    checkOpenFiles(config);
    this.#programs.ffmpeg ??= await findFfmpeg(config, context, parts);
    return Detectors.open(config, context, detectors, this.detectors);
  }

  /** Ends the cameras, the detectors and the outputs. Safe to call twice. */
  async close(): Promise<void> {
    await this.cameras.close();
    this.#stats.unsubscribe();
    this.#publishStats();
    this.reporter.done();
    await Promise.all([this.detectors.close(), this.sinks.close()]);
  }

  /** Of a closed run. */
  summary(config: RunConfig, durationMs: number, problems: readonly string[]): RunSummary {
    const { reporter, measurements, sinks, scenes } = this;
    return summarise(
      {
        config,
        info: this.detectors.first.detector.info,
        snapshot: measurements.snapshot(),
        durationMs,
        written: sinks.files,
        problems,
        pictures: reporter.pictures,
        scenes,
      },
      this.#setup.context,
    );
  }

  /** Removes temporary files. Call it last, after a failure too. */
  dispose(): Promise<void> {
    return this.sinks.dispose();
  }

  get durationMs(): number {
    return this.#setup.context.clock.now() - this.#startedAtMs;
  }

  #publishStats(): void {
    this.sinks.publishStats(this.measurements.snapshot(), this.#setup.context.clock.now());
  }
}

function checkOpenFiles({ sources, model: { path, hosts } }: RunConfig): void {
  const models = new Set(sources.map(({ model = path }) => model)).size;
  const streams = sources.flatMap(({ address, record = [] }) => [address, record].flat());
  checkOpenFilesOf({ sources: streams.length, detectors: models * (hosts === 'auto' ? 1 : hosts) });
}
