import { mapClasses } from '../../../evaluation/class-mapping.js';
import { DetectionList } from '../../../evaluation/detection-list.js';
import type { GroundTruth, Sequence } from '../../../evaluation/ground-truth.js';
import { RunCollector } from '../../../evaluation/run-collector.js';
import { prepareDetections, scoreRun } from '../../../evaluation/score.js';
import type { Detector } from '../../core/detector.js';
import { UsageError } from '../../core/errors.js';
import type { Picture } from '../../core/picture.js';
import { policyByName } from '../../scheduling/kinds.js';
import { runHeader } from '../../recording/header.js';
import { createRecorder, type Recorder } from '../../recording/recorder.js';
import type { CommandIo } from '../../cli/command-io.js';
import { checkOneSequence, isVideoFile } from './data-root.js';
import { detectPicture, forEachFrame } from './detect-frames.js';
import { openEvalDetector } from './open-detector.js';
import { forecastFlag, numberFlag, textFlag } from '../../cli/eval-flags.js';
import { checkMemory, FrameMemory } from './frame-memory.js';
import { DEFAULT_FPS, loadDetections, loadGroundTruth } from './inputs.js';
import { playSequence, type PlayOptions } from './play-sequence.js';
import { printStreamingScore } from '../../cli/eval-streaming-output.js';
import { hostFacts } from '../host-facts.js';
import { readRunFlags, type RunFlagValues } from '../../cli/run-flags.js';

/** Runs on a sequence's first frame before it is played: what was idle wakes up. */
const WARM_UP_RUNS = 5;

/** `nowcast eval realtime`. */
export async function evalRealtime(io: CommandIo, flags: RunFlagValues): Promise<void> {
  const eta = numberFlag(flags, '--eta', 0, { min: -1 });
  const fps = numberFlag(flags, '--fps', DEFAULT_FPS, { above: 0 });
  const { schedule = 'idle-free', budget = 'none' } = readRunFlags(flags).detect ?? {};
  const policy = policyByName(schedule);
  if (policy.keepsAll) throw new UsageError(`--schedule ${policy.name} drops nothing and knows no time; eval offline scores every frame`);
  const forecaster = forecastFlag(flags);

  const dataRoot = flags['dataRoot'] as string;
  const isVideo = isVideoFile(dataRoot);
  const truth = loadGroundTruth(flags['annotations'] as string, true, io.log);
  if (isVideo) checkOneSequence(dataRoot, truth);
  const detectionsPath = textFlag(flags, 'detections');
  const known = detectionsPath === undefined ? undefined : loadDetections(detectionsPath, truth, io.log);

  const detector = await openEvalDetector(io, flags);
  const { model, input, provider, threads, classNames } = detector.info;
  io.log.info(`${model} at ${input.width}x${input.height} on ${provider}, ${threads} thread${threads === 1 ? '' : 's'}`);
  const bar = io.progress.bar({ label: 'frames', total: truth.images.length * (known === undefined ? 3 : 2), unit: 'read, played, detected on' });
  let done = 0;
  const step = (): void => bar.set(++done);
  const found = new DetectionList();
  let collector: RunCollector;
  try {
    checkMemory(truth, input, process.availableMemory());
    const mapping = mapClasses(classNames, truth);
    collector = new RunCollector(truth.sequences.map(({ name }) => name), classNames, truth);
    const recorder = openRecorder(io, flags, truth, detector);
    const memory = new FrameMemory(truth, input);
    const play: Omit<PlayOptions, 'streamId'> = {
      fps, detector, clock: io.clock, policy, forecaster, signal: io.signal,
      latencyBudgetMs: budget === 'none' ? undefined : budget,
      onEvent: (event) => {
        if (event.type === 'percept' || event.type === 'drop') step();
        if (event.type === 'status' && event.state === 'detector-lost') io.log.warn(event.message ?? 'the detector was lost');
      },
    };
    try {
      for (const sequence of truth.sequences) {
        const pictures = isVideo ? await memory.loadVideo(io, dataRoot, sequence, step) : await memory.loadPictures(dataRoot, sequence, io.signal, step);
        for (let run = 0; run < WARM_UP_RUNS; run++) await detectPicture(detector, pictures[0]);
        // What the events are used for waits until nothing is timed any more.
        for (const event of await playSequence(pictures, { ...play, streamId: sequence.name })) {
          recorder?.write(event);
          collector.add(event, `sequence "${sequence.name}"`);
        }
        io.signal.throwIfAborted();
        if (known === undefined) await detectAll(io, detector, sequence, pictures, mapping, found, step);
      }
    } finally {
      await recorder?.close();
    }
  } finally {
    bar.done();
    await detector.close();
  }

  const { run, detections, outputCount, warnings } = collector.finish(fps);
  for (const warning of warnings) io.log.warn(warning);
  const offline = known ?? prepareDetections(truth, found.columns(), truth.images.length);
  const score = scoreRun(truth, run, prepareDetections(truth, detections, outputCount), eta, forecaster, offline);
  printStreamingScore(io, { ...flags, schedule: policy.name }, {
    truth, run, score, eta, title: 'Realtime streaming AP',
    told: ['model', 'annotations', 'dataRoot', 'detections', 'schedule', 'budget', 'eta', 'forecast'],
  });
}

function openRecorder(io: CommandIo, flags: RunFlagValues, truth: GroundTruth, { info }: Detector): Recorder | undefined {
  const path = textFlag(flags, 'record');
  if (path === undefined) return undefined;
  const header = runHeader(info, io.clock, { streams: truth.sequences.map(({ name }) => name), config: io.redact(flags), host: hostFacts() });
  return createRecorder(path, header, (error) => io.log.error(error.message));
}

/** Offline, on every frame of the sequence. */
async function detectAll(
  io: CommandIo, detector: Detector, { images }: Sequence, pictures: readonly Picture[], mapping: Int32Array, found: DetectionList, step: () => void,
): Promise<void> {
  await forEachFrame(pictures.length, detector, io.signal, async (frame) => {
    for (const detection of await detectPicture(detector, pictures[frame])) {
      if (mapping[detection.classId] >= 0) found.addDetection(images[frame], mapping[detection.classId], detection);
    }
    step();
  });
}
