import { mapClasses } from '../../../evaluation/class-mapping.js';
import { DetectionList } from '../../../evaluation/detection-list.js';
import { parseGroundTruth } from '../../../evaluation/ground-truth.js';
import { RunCollector } from '../../../evaluation/run-collector.js';
import { prepareDetections, scoreRun, streamingJson, type StreamingJson } from '../../../evaluation/score.js';
import { drawConditions } from '../../../synth/conditions.js';
import { argoverseJson } from '../../../synth/dataset.js';
import type { Detection } from '../../core/detection.js';
import type { Detector } from '../../core/detector.js';
import { fitPicture } from '../../core/picture.js';
import type { TrackerFactory } from '../../track/tracker.js';
import type { RecentFrame } from './recent-frames.js';
import { DEMO_FPS, DEMO_SIZE } from './demo-source.js';
import { detectPicture, forEachFrame } from '../evaluate/detect-frames.js';
import { untilAborted } from './until-aborted.js';

export type DemoScoring = {
  readonly frames: readonly RecentFrame[];
  readonly seed: number;
  readonly detector: Detector;
  readonly forecaster: TrackerFactory | undefined;
  /** Draws a skipped frame. */
  readonly draw: (seq: number, target: Uint8Array) => Promise<void>;
  readonly onProgress: (done: number, total: number) => void;
  /** Its abort ends the detection on dropped frames; the frames after the last undetected one are scored. */
  readonly deadline: AbortSignal;
};

/**
 * Scores the end of a run, and attributes the cost of streaming. For that, the detector now processes the dropped
 * frames too, the newest first, so that a slow machine gets a shorter window.
 * @returns undefined if no frame can be scored
 */
export async function scoreDemo({ frames, seed, ...scoring }: DemoScoring): Promise<StreamingJson | undefined> {
  const detected = await detectOffline({ frames, ...scoring });
  const first = frames.findLastIndex((_, i) => detected[i] === undefined) + 1;
  const scored = frames.slice(first);
  if (scored.length === 0) return undefined;

  const { classNames } = scoring.detector.info;
  const sequence = { seed, conditions: drawConditions(seed), frames: scored.map(({ moment }) => moment.objects) };
  const truth = parseGroundTruth(argoverseJson([sequence], DEMO_SIZE, DEMO_FPS, 'jpg'));
  const offline = new DetectionList();
  const mapping = mapClasses(classNames, truth);
  scored.forEach((_, i) => {
    for (const detection of detected[first + i]!)
      if (mapping[detection.classId] >= 0) offline.addDetection(i, mapping[detection.classId], detection);
  });

  const collector = new RunCollector([scored[0].event.streamId], classNames, truth);
  const firstSeq = scored[0].event.seq;
  for (const { event } of scored) collector.add({ ...event, seq: event.seq - firstSeq }, `frame ${event.seq}`);
  const { run, detections, outputCount } = collector.finish(DEMO_FPS);
  const score = scoreRun(
    truth,
    run,
    prepareDetections(truth, detections, outputCount),
    0,
    scoring.forecaster,
    prepareDetections(truth, offline.columns(), scored.length),
  );
  return streamingJson(truth, run, score);
}

/** Of each frame: its percept's detections, or those that the detector finds now; undefined past the deadline. */
async function detectOffline({
  frames,
  detector,
  draw,
  onProgress,
  deadline,
}: Omit<DemoScoring, 'seed' | 'forecaster'>): Promise<readonly (readonly Detection[] | undefined)[]> {
  const { input } = detector.info;
  const detected = frames.map(({ event }) => (event.type === 'percept' ? event.detections : undefined));
  const newestFirst = frames.flatMap(({ event }, i) => (event.type === 'percept' ? [] : [i])).reverse();
  const fit = fitPicture(DEMO_SIZE, input);
  let done = 0;
  onProgress(0, newestFirst.length);
  const detectAll = forEachFrame(newestFirst.length, detector, deadline, async (index) => {
    const i = newestFirst[index];
    const {
      moment: {
        truth: { seq },
      },
      picture,
    } = frames[i];
    const image = picture ?? new Uint8Array(3 * input.width * input.height);
    if (picture === undefined) await draw(seq, image);
    const detections = await detectPicture(detector, { size: DEMO_SIZE, fit, image });
    if (deadline.aborted) return;
    detected[i] = detections;
    onProgress(++done, newestFirst.length);
  });
  await untilAborted(detectAll, deadline);
  return detected;
}
