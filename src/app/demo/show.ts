import { catchError, interval, lastValueFrom, of, takeUntil, tap } from 'rxjs';
import type { StreamingJson } from '../../../evaluation/score.js';
import { LiveDrive } from '../../../synth/live/live-drive.js';
import type { PipelineEvent, SourceEvent } from '../../core/events.js';
import { policyByName } from '../../scheduling/kinds.js';
import { trackerByName } from '../../track/kinds.js';
import { createPipeline } from '../../pipeline/create-pipeline.js';
import { Measurements } from '../../pipeline/measurements.js';
import { type LivePage } from '../../streaming/live-page/live-page.js';
import type { TrackerFactory } from '../../track/tracker.js';
import type { AppContext } from '../context.js';
import type { PictureProducer } from '../../streaming/sources/produced.js';
import { DrawingEffort } from './drawing-effort.js';
import { DrawingWatch } from './drawing-watch.js';
import { LiveScores } from './live-scores.js';
import { runMessage, trueObject } from './page-facts.js';
import type { DemoPlan } from './plan.js';
import { RecentFrames } from './recent-frames.js';
import { scoreDemo } from './score.js';
import { type SlowedDetector } from './slowed-detector.js';
import { DEMO_FPS, DEMO_SIZE, playDrive } from './demo-source.js';
import { outcomeMessage, summariseDemo, type DemoSummary } from './summary.js';
import { untilAborted } from './until-aborted.js';
import { World } from './world.js';
import { aborted, abortedAfter, frameLimit } from '../run/limits.js';
import type { OpenSinks } from '../run/sinks.js';
import { type RunReporter } from '../run/reporter.js';
import { counted } from '../../core/counted.js';

/** Number of newest frames that are scored: ten seconds. */
const WINDOW_FRAMES = 300;
const JPEG_QUALITY = 85;
const SCORE_EVERY_MS = 1000;
/** The longest time for the frames that were dropped; a slow machine gets a shorter window. */
const SCORING_MS = 30_000;

export type ShowParts = {
  readonly plan: DemoPlan;
  readonly page: LivePage | undefined;
  readonly detector: SlowedDetector;
  readonly reporter: RunReporter;
  readonly sinks: OpenSinks;
  readonly context: AppContext;
};

/** One showing of the drive: plays it through the pipeline, shows it on the page, and scores it at the end. */
export class DemoShow {
  readonly #parts: ShowParts;
  readonly #streamId: string;
  readonly #forecaster: TrackerFactory | undefined;
  readonly #drive: LiveDrive;
  readonly #world: World;
  readonly #recent = new RecentFrames(WINDOW_FRAMES);
  readonly #measurements: Measurements;
  readonly #scores: LiveScores;
  readonly #effort: DrawingEffort;
  /** Frames that were not drawn in time. */
  #undrawn = 0;
  #durationMs = 0;
  #isDetectorLost = false;

  constructor(parts: ShowParts) {
    this.#parts = parts;
    const {
      plan: { run, seed },
      page,
      detector: { info },
    } = parts;
    this.#streamId = run.sources[0].id;
    this.#measurements = new Measurements([this.#streamId]);
    this.#forecaster = run.detect.forecast === 'none' ? undefined : trackerByName(run.detect.forecast);
    this.#scores = new LiveScores(info, this.#forecaster, WINDOW_FRAMES);
    this.#world = new World({
      streamId: this.#streamId,
      onFrame: (moment) => {
        this.#recent.moment(moment);
        this.#scores.truth(moment.truth);
      },
      onPicture: ({ truth: { seq, capturedAtMs }, objects }, jpeg) =>
        page?.show(
          {
            seq,
            capturedAt: parts.context.clock.toUnixMs(capturedAtMs),
            truth: objects.map(trueObject),
            ...DEMO_SIZE,
          },
          jpeg,
        ),
    });
    this.#effort = new DrawingEffort(1000 / DEMO_FPS, (scale) =>
      parts.context.log.info(
        scale < 1
          ? `drawing takes longer than a frame lasts: the drive is now drawn at ${scale * 100} % of its size`
          : 'the drive is drawn at its full size again',
      ),
    );
    this.#drive = new LiveDrive({
      seed,
      fps: DEMO_FPS,
      size: DEMO_SIZE,
      input: info.input,
      keepFrom: () => this.#recent.firstKept,
      detail: () => this.#effort.detail(),
      jpegQuality: page && JPEG_QUALITY,
      onTruth: (index, objects) => this.#world.annotated(index, objects),
      onJpeg: (index, bytes) => this.#world.drawn(index, bytes),
    });
  }

  /** Plays until a limit is met or the signal is aborted. */
  async play(): Promise<void> {
    const {
      plan: { run },
      detector,
      sinks,
      page,
      context,
    } = this.#parts;
    void page?.send(runMessage(this.#parts.plan, detector.info, this.#forecaster));
    page?.slowed(detector.extraMs);
    const limit = frameLimit(run.maxFrames);
    const ending = abortedAfter(run.durationMs, context.signal);
    const startedAtMs = context.clock.now();
    const watch = this.#watchDrawing(startedAtMs);
    const source = playDrive(this.#drawing(watch), {
      streamId: this.#streamId,
      input: detector.info.input,
      pace: 'source',
      clock: context.clock,
    });
    const events = createPipeline({
      sources: [
        source.pipe(
          limit.within,
          takeUntil(limit.reached),
          tap((event) => this.#received(event)),
        ),
      ],
      detector,
      clock: context.clock,
      policy: policyByName(run.detect.schedule),
      latencyBudgetMs: run.detect.budgetMs,
      tracker: this.#forecaster,
      forecast: this.#forecaster !== undefined,
      measurements: this.#measurements,
      stop: aborted(ending.signal),
    });
    const scores = interval(SCORE_EVERY_MS).subscribe(() => {
      watch.check(context.clock.now());
      sinks.publishStats(this.#measurements.snapshot(), context.clock.now());
      this.#sendScore();
    });
    try {
      await lastValueFrom(
        events.pipe(
          catchError((error: unknown) => of(this.#detectorLost(error))),
          tap((event) => this.#emitted(event)),
        ),
        { defaultValue: undefined },
      );
    } finally {
      ending.dispose();
      scores.unsubscribe();
      sinks.publishStats(this.#measurements.snapshot(), context.clock.now());
      this.#durationMs = context.clock.now() - startedAtMs;
    }
  }

  /** Says where drawing starves, so that nobody blames the detector. */
  #watchDrawing(startedAtMs: number): DrawingWatch {
    const { page, context } = this.#parts;
    return new DrawingWatch(DEMO_FPS, startedAtMs, (isStarving) => {
      void page?.send({ type: 'drawing', isStarving });
      if (isStarving)
        context.log.warn(
          'drawing starves, not the detector: most frames of the drive are not drawn in time, because other programs use the processor',
        );
      else context.log.info('the drive is drawn in time again');
    });
  }

  /** The drive, whose drawing is timed. */
  #drawing(watch: DrawingWatch): PictureProducer {
    const { clock } = this.#parts.context;
    return {
      produce: async (index, target) => {
        const beganAtMs = clock.now();
        await this.#drive.produce(index, target);
        const nowMs = clock.now();
        this.#effort.drew(nowMs - beganAtMs);
        watch.drew(nowMs);
      },
    };
  }

  /** Scores the run and shows the result on the page. */
  async conclude(): Promise<DemoSummary> {
    const {
      plan: { run: config, seed },
      detector,
      page,
      reporter,
      sinks,
      context,
    } = this.#parts;
    detector.extraMs = 0;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), SCORING_MS);
    let score: StreamingJson | undefined;
    try {
      if (!this.#isDetectorLost) score = await this.#score(deadline.signal);
    } finally {
      clearTimeout(timer);
    }
    const summary = summariseDemo(
      {
        config,
        seed,
        info: detector.info,
        snapshot: this.#measurements.snapshot(),
        durationMs: this.#durationMs,
        score,
        undrawn: this.#undrawn,
        written: sinks.files,
        problems: reporter.problems,
      },
      context,
    );
    await page?.send(outcomeMessage(summary));
    return summary;
  }

  async #score(deadline: AbortSignal): Promise<StreamingJson | undefined> {
    const {
      plan: { seed },
      detector,
      page,
      context,
    } = this.#parts;
    await untilAborted(this.#hearAll(), deadline);
    const frames = this.#recent.list();
    if (frames.length === 0) return undefined;
    const total = frames.filter(({ event }) => event.type === 'drop').length;
    context.log.info(
      `scoring the last ${(frames.length / DEMO_FPS).toFixed(0)} s: ${counted(total, 'dropped frame')} to detect on`,
    );
    const bar = context.progress.bar({ label: 'scoring', total, unit: 'frames' });
    try {
      return await scoreDemo({
        frames,
        seed,
        detector,
        forecaster: this.#forecaster,
        draw: (seq, target) => this.#drive.produce(seq, target),
        onProgress: (done) => {
          bar.set(done);
          void page?.send({ type: 'scoring', done, total });
        },
        deadline,
      });
    } finally {
      bar.done();
    }
  }

  /** The drive reports a skipped frame only when it draws a later one, or the last one. */
  async #hearAll(): Promise<void> {
    const { withoutTruth } = this.#world;
    const { width, height } = this.#parts.detector.info.input;
    if (withoutTruth === undefined) return;
    const picture = new Uint8Array(3 * width * height);
    await this.#drive.produce(withoutTruth, picture);
    // Scoring would ask for this frame again, and the drive does not keep drawn frames.
    this.#recent.drawn(withoutTruth, picture);
  }

  close(): Promise<void> {
    return this.#drive.close();
  }

  /** Ends the run with this error, and keeps the results so far. */
  #detectorLost(error: unknown): PipelineEvent {
    this.#isDetectorLost = true;
    return this.#parts.reporter.failed(error);
  }

  #received(event: SourceEvent): void {
    if (event.type !== 'frame' && event.type !== 'drop') return;
    if (event.type === 'drop') this.#undrawn += 1;
    this.#recent.received(event);
    this.#world.captured(event.seq, event.capturedAtMs);
  }

  #emitted(event: PipelineEvent): void {
    const { sinks, reporter } = this.#parts;
    sinks.publish(event);
    reporter.seen(event);
    this.#recent.emitted(event);
    if (event.type === 'percept') this.#scores.percept(event);
  }

  #sendScore(): void {
    const { page, context } = this.#parts;
    if (page === undefined) return;
    const nowMs = context.clock.now();
    void page.send({ type: 'score', at: context.clock.toUnixMs(nowMs), ...this.#scores.at(nowMs) });
  }
}
