import { scoreRun } from '../../../evaluation/score.js';
import type { AppContext } from '../context.js';
import { aboutResult } from './about.js';
import { forecasterOf } from './forecaster.js';
import { loadDetections, loadGroundTruth, loadRun, type TruthFile } from './inputs.js';
import { streamingResult, type StreamingResult } from './report.js';
import { ageNotes } from './save/age-notes.js';
import { prepareSave } from './save/prepare-save.js';
import { saveFrames } from './save/save-frames.js';
import type { Scoring } from './scoring.js';

export type StreamOptions = TruthFile &
  Scoring & {
    /** A recording, or another program's timestamped outputs. */
    readonly recording: string;
    /** Number of the run in a recording of several, from 1; undefined takes the last. */
    readonly runNumber: number | undefined;
    /** File of COCO results for every frame, for outputs without detections and to attribute the gap to offline AP. */
    readonly detections: string | undefined;
    /** Each frame is scored on the newest output from this many frame intervals earlier. */
    readonly eta: number;
    /** Frame rate; undefined takes the recording's. */
    readonly fps: number | undefined;
    /** `none`, or the forecaster that moves detections to the frame that they are scored on. */
    readonly forecast: string;
    /** Folder or MP4 for the frames with the boxes of their time. */
    readonly save: string | undefined;
    /** The folder of the annotated pictures, or the annotated video, for `save`. */
    readonly dataRoot: string | undefined;
    /** File for the HTML report. */
    readonly report: string | undefined;
  };

/**
 * Streaming AP of a finished run.
 * @throws UsageError or DataError for a file that cannot be read; OutputError if the report cannot be written
 */
export async function evaluateStream(options: StreamOptions, context: AppContext): Promise<StreamingResult> {
  const { annotations, recording, runNumber, detections: offlinePath, eta, fps, forecast } = options;
  const { log } = context;
  const truth = loadGroundTruth(options, 'video', log);
  const saving = await prepareSave(options, truth, context);
  const offline = offlinePath === undefined ? undefined : loadDetections(offlinePath, truth, options, log);
  const { run, detections, model } = loadRun(recording, truth, fps, offline, options, log, { run: runNumber });
  const score = scoreRun(truth, run, detections, eta, forecasterOf(forecast), offline);
  const { confusion } = options;
  const note = ageNotes(run, eta);
  await saveFrames(saving, { truth, evaluation: score.final, confusion, fps: run.fps, note }, context);
  const about = await aboutResult(
    { command: 'eval stream', settings: options, data: { recording, annotations, detections: offlinePath }, model },
    context,
  );
  return streamingResult({ truth, run, score, eta, title: 'Streaming AP' }, about, options);
}
