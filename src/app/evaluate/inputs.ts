import { basename } from 'node:path';
import { chooseClasses, type ClassChoice } from '../../../evaluation/choose-classes.js';
import { parseDetections } from '../../../evaluation/detections.js';
import { parseBoxes, parseGroundTruth, type GroundTruth } from '../../../evaluation/ground-truth.js';
import { parseJson, readJsonFile, readTextFile } from '../../../evaluation/load.js';
import { recordedRun } from '../../../evaluation/recorded-run.js';
import { sapDetections } from '../../../evaluation/sap/detections.js';
import { isPickle, readPickleFile } from '../../../evaluation/sap/read-pickle.js';
import { prepareDetections, type ScoredDetections } from '../../../evaluation/score.js';
import { timestampedRun, type StreamedRun } from '../../../evaluation/streamed-run.js';
import { parseTimestampedOutputs } from '../../../evaluation/timestamped-outputs.js';
import { runText, type RunChoice } from '../../recording/reader.js';
import { UsageError } from '../../core/errors.js';
import type { Log } from '../context.js';
import type { ModelFacts } from './about.js';
import { naming } from './naming.js';
import { isSapRun, sapRun } from './sap-run.js';
import type { DetectionLimits, Scoring } from './scoring.js';

/** Frame rate by default, as in sAP. */
export const DEFAULT_FPS = 30;

/**
 * How the images of a plain COCO file relate: they are the frames of one `video`, each of them stands `alone`, or only
 * the `boxes` matter.
 */
export type ImagesAre = 'video' | 'alone' | 'boxes';

/** The annotations, and which of their classes are scored. */
export type TruthFile = ClassChoice & { readonly annotations: string };

export function loadGroundTruth({ annotations: path, ...choice }: TruthFile, images: ImagesAre, log: Log): GroundTruth {
  const chosen = naming(path, () => {
    const file = readJsonFile(path);
    const truth =
      images === 'boxes'
        ? parseBoxes(file)
        : parseGroundTruth(file, images === 'video' ? basename(path, '.json') : undefined);
    return chooseClasses(truth, choice);
  });
  for (const warning of chosen.warnings) log.warn(`${path}: ${warning}`);
  return chosen;
}

export function loadDetections(path: string, truth: GroundTruth, { maxDets }: Scoring, log: Log): ScoredDetections {
  const { columns, warnings } = naming(path, () =>
    parseDetections(isPickle(path) ? sapDetections(readPickleFile(path), truth) : readJsonFile(path), truth),
  );
  for (const warning of warnings) log.warn(`${path}: ${warning}`);
  return prepareDetections(truth, columns, truth.images.length, maxDets);
}

/** A recorded run, or one timed by another program, with the detections of its outputs. */
export type LoadedRun = {
  readonly run: StreamedRun;
  readonly detections: ScoredDetections;
  /** Of the recording, if it names one. */
  readonly model: ModelFacts | undefined;
};

/**
 * Reads a recording, a file of timestamped outputs, or the sAP toolkit's folder of outputs.
 * @param offline detections by frame, for timestamped outputs without detections
 * @param choice of a recording of several runs
 * @throws UsageError if such outputs come without `--detections`
 */
export function loadRun(
  path: string,
  truth: GroundTruth,
  fps: number | undefined,
  offline: ScoredDetections | undefined,
  { maxDets }: Scoring,
  log: Log,
  choice: RunChoice = {},
): LoadedRun {
  if (isSapRun(path)) return loadOutputs(path, sapRun(path, truth), truth, fps, offline, maxDets, log);
  const text = readTextFile(path);
  const firstLine = text.slice(0, 2000).split('\n', 1)[0];
  return naming(path, () => {
    if (firstLine.includes('"nowcast.recording/')) {
      const { run, detections, outputCount, warnings, header, place } = recordedRun(text, truth, fps, choice);
      if (place.runs > 1) log.info(`${path} ${runText(header, place)}`);
      for (const warning of warnings) log.warn(`${path}: ${warning}`);
      return { run, detections: prepareDetections(truth, detections, outputCount, maxDets), model: header.model };
    }
    return loadOutputs(path, parseJson(path, text), truth, fps, offline, maxDets, log);
  });
}

/** @param outputs the parsed file of timestamped outputs */
function loadOutputs(
  path: string,
  outputs: unknown,
  truth: GroundTruth,
  fps: number = DEFAULT_FPS,
  offline: ScoredDetections | undefined,
  limits: DetectionLimits,
  log: Log,
): LoadedRun {
  return naming(path, () => {
    const { sequences, detections, warnings } = parseTimestampedOutputs(outputs, truth, fps);
    for (const warning of warnings) log.warn(`${path}: ${warning}`);
    const outputCount = sequences.reduce((count, { timestampsS }) => count + timestampsS.length, 0);
    const own = detections && prepareDetections(truth, detections, outputCount, limits);
    const used = own ?? offline;
    if (used === undefined)
      throw new UsageError('the outputs hold no detections; pass the detections of every frame with --detections');
    return { run: timestampedRun(truth, sequences, fps, own !== undefined), detections: used, model: undefined };
  });
}
