import { mapClasses } from '../../../evaluation/class-mapping.js';
import { DetectionList } from '../../../evaluation/detection-list.js';
import type { GroundTruth, Sequence } from '../../../evaluation/ground-truth.js';
import { RunCollector } from '../../../evaluation/run-collector.js';
import { prepareDetections, scoreRun } from '../../../evaluation/score.js';
import { counted } from '../../core/counted.js';
import type { ModelDetector } from '../../core/detector.js';
import type { Picture } from '../../core/picture.js';
import { checkWholeFile } from '../../files/whole-file.js';
import { runHeader } from '../../recording/header.js';
import { createRecorder, type Recorder } from '../../recording/recorder.js';
import type { AppContext } from '../context.js';
import { hostFacts } from '../host-facts.js';
import { aboutResult, modelFacts } from './about.js';
import { checkOneSequence, isVideoFile } from './data-root.js';
import { detectPicture, forEachFrame } from './detect-frames.js';
import { checkMemory, FrameMemory } from './frame-memory.js';
import { forecasterOf } from './forecaster.js';
import { loadDetections, loadGroundTruth, type TruthFile } from './inputs.js';
import type { DetectorChoice } from './detector-choice.js';
import { openEvalDetector } from './open-detector.js';
import { PassedOver, type PassedOverJson } from './passed-over.js';
import { playSequence, type PlayOptions } from './play-sequence.js';
import { streamingResult, type StreamingResult } from './report.js';
import { ageNotes } from './save/age-notes.js';
import { prepareSave } from './save/prepare-save.js';
import { saveFrames } from './save/save-frames.js';
import { RealtimeProgress } from './realtime-progress.js';
import type { Scoring } from './scoring.js';
import { timedPolicy } from './timed-policy.js';

/** Runs on a sequence's first frame before the playback, to wake up an idle machine. */
const WARM_UP_RUNS = 5;

export type RealtimeOptions = TruthFile &
  Scoring & {
    /** The folder that holds the annotated pictures, or the annotated video. */
    readonly dataRoot: string;
    readonly detector: DetectorChoice;
    readonly schedule: string;
    /** Undefined means no budget. */
    readonly budgetMs: number | undefined;
    readonly fps: number;
    /** Each frame is scored on the newest output from this many frame intervals earlier. */
    readonly eta: number;
    /** `none`, or the forecaster that moves detections to the frame that they are scored on. */
    readonly forecast: string;
    /**
     * File of COCO results for every frame. Undefined: the detector runs on every frame after the sequence was played.
     */
    readonly detections: string | undefined;
    /** File for the recording of the run. */
    readonly record: string | undefined;
    readonly report: string | undefined;
    /** Folder or MP4 for the frames with the boxes of their time. */
    readonly save: string | undefined;
    /** Fails at the first picture that cannot be used, instead of passing over it. */
    readonly isStrict: boolean;
  };

/**
 * Streaming AP of a detector on frames that are played from memory in real time.
 * @throws UsageError, DataError or SourceError if annotations and pictures cannot be read or do not fit; ModelError if
 *   the detector cannot be opened; OutputError if a file cannot be written
 */
export async function evaluateRealtime(
  options: RealtimeOptions,
  context: AppContext,
): Promise<StreamingResult & PassedOverJson> {
  const { annotations, dataRoot, fps, eta, maxDets } = options;
  const forecaster = forecasterOf(options.forecast);
  const policy = timedPolicy(options.schedule, 'eval offline');
  const isVideo = isVideoFile(dataRoot);
  const truth = loadGroundTruth(options, 'video', context.log);
  if (isVideo) checkOneSequence(dataRoot, truth);
  const saving = await prepareSave(options, truth, context);
  const known =
    options.detections === undefined ? undefined : loadDetections(options.detections, truth, options, context.log);

  if (options.report !== undefined) checkWholeFile(options.report);
  const detector = await openEvalDetector(options.detector, context);
  const { model, input, provider, threads } = detector.info;
  context.log.info(`${model} at ${input.width}x${input.height} on ${provider}, ${counted(threads, 'thread')}`);
  const progress = new RealtimeProgress(truth.images.length, { fps, detects: known === undefined }, context);
  /** Offline, on every frame. */
  const found = known === undefined ? new DetectionList() : undefined;
  const passedOver = new PassedOver(truth, context.log, options.isStrict);
  let collector: RunCollector;
  try {
    const play = { ...playOptions(options, progress, context), detector, policy, forecaster };
    collector = await playAll(truth, { options, isVideo, play, found, progress, passedOver }, context);
  } finally {
    progress.done();
    await detector.close();
  }

  const { run, detections, outputCount, warnings } = collector.finish(fps);
  for (const warning of warnings) context.log.warn(warning);
  const scored = passedOver.scored();
  const offline = prepareDetections(scored, known?.columns ?? found!.columns(), truth.images.length, maxDets);
  const outputs = prepareDetections(scored, detections, outputCount, maxDets);
  const score = scoreRun(scored, run, outputs, eta, forecaster, offline);
  const { confusion } = options;
  const note = ageNotes(run, eta);
  await saveFrames(saving, { truth: scored, evaluation: score.final, confusion, fps, note, passedOver }, context);
  const data = { annotations, detections: options.detections };
  const about = await aboutResult(
    { command: 'eval realtime', settings: options, data, model: modelFacts(detector.info) },
    context,
  );
  const result = streamingResult({ truth: scored, run, score, eta, title: 'Realtime streaming AP' }, about, options);
  return { ...result, ...passedOver.json() };
}

function playOptions(
  { fps, budgetMs }: RealtimeOptions,
  progress: RealtimeProgress,
  { clock, signal, log }: AppContext,
): Omit<PlayOptions, 'streamId' | 'detector' | 'policy' | 'forecaster'> {
  return {
    fps,
    clock,
    signal,
    latencyBudgetMs: budgetMs,
    onEvent: (event) => {
      progress.played(event);
      if (event.type === 'status' && event.state === 'detector-lost')
        log.warn(event.message ?? 'the detector was lost');
    },
  };
}

type Playing = {
  readonly options: RealtimeOptions;
  readonly isVideo: boolean;
  readonly play: Omit<PlayOptions, 'streamId'> & { readonly detector: ModelDetector };
  /** Gets the detections on every frame; undefined if they are known. */
  readonly found: DetectionList | undefined;
  readonly progress: RealtimeProgress;
  readonly passedOver: PassedOver;
};

/** Plays every sequence by the clock. */
async function playAll(
  truth: GroundTruth,
  { options, isVideo, play, found, progress, passedOver }: Playing,
  context: AppContext,
): Promise<RunCollector> {
  const { dataRoot } = options;
  const { detector } = play;
  const { input, classNames } = detector.info;
  checkMemory(truth, input, process.availableMemory());
  const mapping = mapClasses(classNames, truth);
  const collector = new RunCollector(
    truth.sequences.map(({ name }) => name),
    classNames,
    truth,
  );
  for (const warning of collector.classWarnings) context.log.warn(warning);
  const recorder = openRecorder(options, truth, detector, context);
  const memory = new FrameMemory(truth, input);
  try {
    for (const sequence of truth.sequences) {
      const pictures = isVideo
        ? await memory.loadVideo(context, dataRoot, sequence, progress.read, passedOver)
        : await memory.loadPictures(dataRoot, sequence, context.signal, progress.read, passedOver);
      const first = pictures.find((picture) => picture !== undefined);
      if (first !== undefined) await warmUp(detector, first, progress, context);
      // The events are processed after the playback, to keep its timing undisturbed.
      for (const event of await playSequence(pictures, { ...play, streamId: sequence.name })) {
        recorder?.write(event);
        collector.add(event, `sequence "${sequence.name}"`);
      }
      context.signal.throwIfAborted();
      if (found !== undefined) await detectAll(context, detector, sequence, pictures, mapping, found, progress);
    }
  } finally {
    await recorder?.close();
  }
  return collector;
}

function openRecorder(
  options: RealtimeOptions,
  truth: GroundTruth,
  { info }: ModelDetector,
  { clock, log, redact }: AppContext,
): Recorder | undefined {
  if (options.record === undefined) return undefined;
  const header = runHeader(info, clock, {
    streams: truth.sequences.map(({ name }) => name),
    config: redact(options),
    host: hostFacts(),
  });
  return createRecorder(options.record, header, (error) => log.error(error.message));
}

async function warmUp(
  detector: ModelDetector,
  picture: Picture,
  progress: RealtimeProgress,
  { clock }: AppContext,
): Promise<void> {
  let startedMs = clock.now();
  for (let run = 0; run < WARM_UP_RUNS; run++) {
    startedMs = clock.now();
    await detectPicture(detector, picture);
  }
  progress.warmedUp(clock.now() - startedMs);
}

/** Detects on every frame of the sequence, however long it takes. */
async function detectAll(
  context: AppContext,
  detector: ModelDetector,
  { images }: Sequence,
  pictures: readonly (Picture | undefined)[],
  mapping: Int32Array,
  found: DetectionList,
  progress: RealtimeProgress,
): Promise<void> {
  await forEachFrame(pictures.length, detector, context.signal, async (frame) => {
    const picture = pictures[frame];
    for (const detection of picture === undefined ? [] : await detectPicture(detector, picture)) {
      if (mapping[detection.classId] >= 0) found.addDetection(images[frame], mapping[detection.classId], detection);
    }
    progress.detected();
  });
}
