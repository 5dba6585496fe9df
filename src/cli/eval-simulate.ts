import { detectionsByFrame } from '../../evaluation/detection-list.js';
import type { GroundTruth } from '../../evaluation/ground-truth.js';
import { readJsonFile } from '../../evaluation/load.js';
import { drawnRuntimes, parseRuntimesS, parseRuntimeTrace, traceRuntimes, type RuntimeSource } from '../../evaluation/runtimes.js';
import { scoreRun, type ScoredDetections } from '../../evaluation/score.js';
import { simulateSequence, type SimulatedSequence } from '../../evaluation/simulate.js';
import { simulatedRecording } from '../../evaluation/simulated-recording.js';
import { simulatedRun } from '../../evaluation/streamed-run.js';
import { UsageError } from '../core/errors.js';
import { policyByName } from '../scheduling/kinds.js';
import type { CommandIo } from './command-io.js';
import { forecastFlag, numberFlag, textFlag } from './eval-flags.js';
import { DEFAULT_FPS, loadDetections, loadGroundTruth, naming } from '../app/evaluate/inputs.js';
import { writeOutput } from './eval-report.js';
import { printStreamingScore } from './eval-streaming-output.js';
import { hostFacts } from '../app/host-facts.js';
import type { RunFlagValues } from './run-flags.js';

/** `nowcast eval simulate`. */
export function evalSimulate(io: CommandIo, flags: RunFlagValues): Promise<void> {
  const eta = numberFlag(flags, '--eta', 0, { min: -1 });
  const fps = numberFlag(flags, '--fps', DEFAULT_FPS, { above: 0 });
  const workers = flags['workers'] === 'infinite' ? Infinity : numberFlag(flags, '--workers', 1, { min: 1, integer: true });
  const policy = policyByName(textFlag(flags, 'schedule') ?? 'idle-free');
  if (policy.keepsAll) throw new UsageError(`--schedule ${policy.name} drops nothing and knows no time; eval coco scores every frame`);
  const forecaster = forecastFlag(flags);
  const { runtimes, knownRuntimesS } = readRuntimes(flags);

  const truth = loadGroundTruth(flags['annotations'] as string, true, io.log);
  const detections = loadDetections(flags['detections'] as string, truth, io.log);
  const settings = { fps, policy, workers, ...(knownRuntimesS && { knownRuntimesS }) };
  const simulated = truth.sequences.map(({ images }) => simulateSequence(images.length, settings, runtimes));
  const run = simulatedRun(truth, simulated, fps);

  const recordPath = textFlag(flags, 'record');
  if (recordPath !== undefined) writeRecording(recordPath, truth, simulated, fps, detections, io.redact(flags));
  const score = scoreRun(truth, run, detections, eta, forecaster, detections);
  printStreamingScore(io, { ...flags, schedule: policy.name }, {
    truth, run, score, eta, title: 'Simulated streaming AP',
    told: ['annotations', 'detections', 'runtime', 'runtimeTrace', 'schedule', 'perfFactor', 'workers', 'seed', 'eta', 'forecast'],
  });
  return Promise.resolve();
}

/** A trace is used as it is; the profile, divided by the perf factor, is what policies know and what is drawn from without a trace. */
function readRuntimes(flags: RunFlagValues): { readonly runtimes: RuntimeSource; readonly knownRuntimesS: Float64Array | undefined } {
  const perfFactor = numberFlag(flags, '--perf-factor', 1, { above: 0 });
  const seed = numberFlag(flags, '--seed', 0, { min: 0, integer: true });
  const [profilePath, tracePath] = [textFlag(flags, 'runtime'), textFlag(flags, 'runtimeTrace')];
  const knownRuntimesS = profilePath === undefined ? undefined : naming(profilePath, () => parseRuntimesS(readJsonFile(profilePath))).map((s) => s / perfFactor);
  if (tracePath !== undefined) return { runtimes: traceRuntimes(naming(tracePath, () => parseRuntimeTrace(readJsonFile(tracePath)))), knownRuntimesS };
  if (knownRuntimesS === undefined) throw new UsageError('eval simulate needs runtimes: give a profile with --runtime, or a trace with --runtime-trace');
  return { runtimes: drawnRuntimes(knownRuntimesS, seed), knownRuntimesS };
}

function writeRecording(path: string, truth: GroundTruth, simulated: readonly SimulatedSequence[], fps: number, { columns, frames }: ScoredDetections, config: unknown): void {
  const lines = simulatedRecording(truth, simulated, fps, detectionsByFrame(columns, frames, truth.classes), { config, host: hostFacts() });
  writeOutput(path, Array.from(lines, (line) => `${line}\n`).join(''));
}
