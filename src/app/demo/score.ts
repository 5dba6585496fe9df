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

export type DemoScoring = {
  readonly frames: readonly RecentFrame[];
  readonly seed: number;
  readonly detector: Detector;
  readonly forecaster: TrackerFactory | undefined;
  /** Draws a skipped frame. */
  readonly draw: (seq: number, target: Uint8Array) => Promise<void>;
  readonly onProgress: (done: number, total: number) => void;
};

/** The longest time for the frames that were dropped; a slow machine gets a shorter window. */
const MOST_MS = 30_000;

/**
 * The last frames of a run, as many as can be scored in half a minute: dropped frames have to be detected, and drawn if
 * they never were.
 * @param took typical times, milliseconds
 */
export function scorable(
  frames: readonly RecentFrame[],
  took: { readonly detectMs: number; readonly drawMs: number },
): readonly RecentFrame[] {
  let leftMs = MOST_MS;
  const tooMany = frames.findLastIndex(({ event, picture }) => {
    if (event.type === 'drop') leftMs -= took.detectMs + (picture === undefined ? took.drawMs : 0);
    return leftMs < 0;
  });
  return frames.slice(tooMany + 1);
}

/**
 * Scores the end of a run, and attributes the cost of streaming. For that, the detector now processes the dropped
 * frames too.
 */
export async function scoreDemo({
  frames,
  seed,
  detector,
  forecaster,
  draw,
  onProgress,
}: DemoScoring): Promise<StreamingJson> {
  const { classNames, input } = detector.info;
  const sequence = { seed, conditions: drawConditions(seed), frames: frames.map(({ moment }) => moment.objects) };
  const truth = parseGroundTruth(argoverseJson([sequence], DEMO_SIZE, DEMO_FPS, 'jpg'));

  const offline = new DetectionList();
  const mapping = mapClasses(classNames, truth);
  const add = (frame: number, detections: readonly Detection[]): void => {
    for (const detection of detections)
      if (mapping[detection.classId] >= 0) offline.addDetection(frame, mapping[detection.classId], detection);
  };
  const undetected: number[] = [];
  frames.forEach(({ event }, i) => {
    if (event.type === 'percept') add(i, event.detections);
    else undetected.push(i);
  });
  const fit = fitPicture(DEMO_SIZE, input);
  let done = 0;
  onProgress(0, undetected.length);
  await forEachFrame(undetected.length, detector, new AbortController().signal, async (index) => {
    const {
      moment: {
        truth: { seq },
      },
      picture,
    } = frames[undetected[index]];
    const image = picture ?? new Uint8Array(3 * input.width * input.height);
    if (picture === undefined) await draw(seq, image);
    add(undetected[index], await detectPicture(detector, { size: DEMO_SIZE, fit, image }));
    onProgress(++done, undetected.length);
  });

  const collector = new RunCollector([frames[0].event.streamId], classNames, truth);
  const first = frames[0].event.seq;
  for (const { event } of frames) collector.add({ ...event, seq: event.seq - first }, `frame ${event.seq}`);
  const { run, detections, outputCount } = collector.finish(DEMO_FPS);
  const score = scoreRun(
    truth,
    run,
    prepareDetections(truth, detections, outputCount),
    0,
    forecaster,
    prepareDetections(truth, offline.columns(), frames.length),
  );
  return streamingJson(truth, run, score);
}
