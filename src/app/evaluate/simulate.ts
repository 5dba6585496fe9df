import { detectionsByFrame } from '../../../evaluation/detection-list.js';
import type { GroundTruth } from '../../../evaluation/ground-truth.js';
import { readJsonFile } from '../../../evaluation/load.js';
import { drawnRuntimes, parseRuntimeTrace, traceRuntimes, type RuntimeSource } from '../../../evaluation/runtimes.js';
import { scoreRun, type ScoredDetections } from '../../../evaluation/score.js';
import { simulateSequence, type SimulatedSequence } from '../../../evaluation/simulate.js';
import { simulatedRecording } from '../../../evaluation/simulated-recording.js';
import { simulatedRun } from '../../../evaluation/streamed-run.js';
import { UsageError } from '../../core/errors.js';
import type { AppContext } from '../context.js';
import { hostFacts } from '../host-facts.js';
import { writeWholeFile } from '../../files/whole-file.js';
import { forecasterOf } from './forecaster.js';
import { aboutResult, type ModelFacts } from './about.js';
import { loadDetections, loadGroundTruth, type TruthFile } from './inputs.js';
import { naming } from './naming.js';
import { streamingResult, type StreamingResult } from './report.js';
import { loadRuntimes } from './runtimes.js';
import { ageNotes } from './save/age-notes.js';
import { prepareSave } from './save/prepare-save.js';
import { saveFrames } from './save/save-frames.js';
import type { Scoring } from './scoring.js';
import { timedPolicy } from './timed-policy.js';

export type SimulateOptions = TruthFile &
  Scoring &
  RuntimeOptions & {
    /** File of COCO results for every frame. */
    readonly detections: string;
    readonly schedule: string;
    /** Number of detectors that run in parallel. */
    readonly workers: number | 'infinite';
    readonly fps: number;
    readonly eta: number;
    /** `none`, or the forecaster that moves detections to the frame that they are scored on. */
    readonly forecast: string;
    /** File for the recording of the simulated run. */
    readonly record: string | undefined;
    /** Folder or MP4 for the frames with the boxes of their time. */
    readonly save: string | undefined;
    /** The folder of the annotated pictures, or the annotated video, for `save`. */
    readonly dataRoot: string | undefined;
    readonly report: string | undefined;
  };

export type RuntimeOptions = {
  /** File of a runtime profile: policies read it, and runtimes are drawn from it. */
  readonly runtime: string | undefined;
  /** File of runtimes that are used in order instead of drawn. */
  readonly runtimeTrace: string | undefined;
  /** Divides the profile's runtimes. */
  readonly perfFactor: number;
  readonly seed: number;
};

/**
 * Streaming AP of a simulated detector with these runtimes, this schedule and this number of workers.
 * @throws UsageError if the schedule cannot drop frames, or no runtimes are given; DataError for a file that breaks its
 *   format's rules; OutputError if a file cannot be written
 */
export async function evaluateSimulation(options: SimulateOptions, context: AppContext): Promise<StreamingResult> {
  const { annotations, detections: detectionsPath, runtime, runtimeTrace, workers, fps, eta, record } = options;
  const { log, redact } = context;
  const forecaster = forecasterOf(options.forecast);
  const policy = timedPolicy(options.schedule, 'eval coco');
  const { runtimes, knownRuntimesS, model } = readRuntimes(options);
  const truth = loadGroundTruth(options, 'video', log);
  const saving = await prepareSave(options, truth, context);
  const detections = loadDetections(detectionsPath, truth, options, log);
  const settings = {
    fps,
    policy,
    workers: workers === 'infinite' ? Infinity : workers,
    ...(knownRuntimesS && { knownRuntimesS }),
  };
  const simulated = truth.sequences.map(({ images }) => simulateSequence(images.length, settings, runtimes));
  const run = simulatedRun(truth, simulated, fps);

  if (record !== undefined) writeRecording(record, truth, simulated, fps, detections, redact(options));
  const score = scoreRun(truth, run, detections, eta, forecaster, detections);
  const { confusion } = options;
  await saveFrames(saving, { truth, evaluation: score.final, confusion, fps, note: ageNotes(run, eta) }, context);
  const data = { annotations, detections: detectionsPath, runtime, runtimeTrace };
  const about = await aboutResult({ command: 'eval simulate', settings: options, data, model }, context);
  return streamingResult({ truth, run, score, eta, title: 'Simulated streaming AP' }, about, options);
}

function readRuntimes({ runtime, runtimeTrace, perfFactor, seed }: RuntimeOptions): {
  readonly runtimes: RuntimeSource;
  readonly knownRuntimesS: Float64Array | undefined;
  readonly model: ModelFacts | undefined;
} {
  const profile = runtime === undefined ? undefined : loadRuntimes(runtime);
  const knownRuntimesS = profile?.runtimesS.map((s) => s / perfFactor);
  if (runtimeTrace !== undefined) {
    const traceS = naming(runtimeTrace, () => parseRuntimeTrace(readJsonFile(runtimeTrace)));
    return { runtimes: traceRuntimes(traceS), knownRuntimesS, model: profile?.model };
  }
  if (knownRuntimesS === undefined)
    throw new UsageError(
      'eval simulate needs runtimes; pass a profile with --runtime, or a trace with --runtime-trace',
    );
  return { runtimes: drawnRuntimes(knownRuntimesS, seed), knownRuntimesS, model: profile?.model };
}

function writeRecording(
  path: string,
  truth: GroundTruth,
  simulated: readonly SimulatedSequence[],
  fps: number,
  { columns, frames }: ScoredDetections,
  config: unknown,
): void {
  const lines = simulatedRecording(truth, simulated, fps, detectionsByFrame(columns, frames, truth.classes), {
    config,
    host: hostFacts(),
  });
  writeWholeFile(path, Array.from(lines, (line) => `${line}\n`).join(''));
}
