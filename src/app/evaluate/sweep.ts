import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { renderSweep } from '../../../evaluation/report-sweep.js';
import { bestRow, sweep, sweepSize, type SweepPlan, type SweepRow } from '../../../evaluation/sweep.js';
import { sweepCells, sweepCsv, sweepLatex } from '../../../evaluation/sweep-table.js';
import { UsageError } from '../../core/errors.js';
import { checkWholeFile, writeWholeFile } from '../../files/whole-file.js';
import type { AppContext } from '../context.js';
import { aboutFacts, aboutResult, type About } from './about.js';
import { forecasterOf } from './forecaster.js';
import { loadDetections, loadGroundTruth, type TruthFile } from './inputs.js';
import { loadRuntimes, type LoadedRuntimes } from './runtimes.js';
import type { Scoring } from './scoring.js';
import { timedPolicy } from './timed-policy.js';
import { counted } from '../../core/counted.js';

export { sweepCells, type SweepRow };

export type SweepOptions = TruthFile &
  Scoring & {
    /** Files of COCO results for every frame, one for each detector. */
    readonly detections: readonly string[];
    /** A runtime profile for each of them. */
    readonly runtime: readonly string[];
    /** Names of the detectors. Undefined: those of the profiles. */
    readonly names: readonly string[] | undefined;
    readonly schedule: readonly string[];
    /** `none`, or a forecaster. */
    readonly forecast: readonly string[];
    readonly perfFactor: readonly number[];
    readonly workers: number | 'infinite';
    readonly fps: number;
    readonly eta: number;
    readonly seed: number;
    readonly csv: string | undefined;
    readonly latex: string | undefined;
    readonly report: string | undefined;
  };

export type SweepResult = {
  readonly about: About;
  readonly rows: readonly SweepRow[];
  /** Null if AP is undefined in every row. */
  readonly best: SweepRow | null;
};

/**
 * Streaming AP of every combination of detector, schedule, forecaster and speed, by simulation.
 * @throws UsageError if the lists do not fit each other, or for an unknown schedule; DataError for a file that breaks
 *   its format's rules; OutputError if a file cannot be written
 */
export async function sweepSettings(
  options: SweepOptions,
  context: Pick<AppContext, 'log' | 'clock' | 'redact' | 'progress' | 'signal'>,
): Promise<SweepResult> {
  const { annotations, detections, runtime, schedule, workers, csv, latex, report } = options;
  if (runtime.length !== detections.length)
    throw new UsageError(
      `--runtime names ${counted(runtime.length, 'profile')}, but --detections ${counted(detections.length, 'file')}; give one profile for each file, in the same order`,
    );
  const schedules = schedule.map((name) => ({ name, value: timedPolicy(name, 'eval coco') }));
  for (const path of [csv, latex, report]) if (path !== undefined) checkWholeFile(path);
  const truth = loadGroundTruth(options, 'video', context.log);
  const runtimes = runtime.map(loadRuntimes);
  const names = namesOf(options, runtimes);
  const plan: SweepPlan = {
    detectors: detections.map((path, i) => ({
      name: names[i],
      detections: loadDetections(path, truth, options, context.log),
      runtimesS: runtimes[i].runtimesS,
    })),
    schedules,
    forecasters: options.forecast.map((name) => ({ name, value: forecasterOf(name) })),
    perfFactors: options.perfFactor,
    workers: workers === 'infinite' ? Infinity : workers,
    fps: options.fps,
    eta: options.eta,
    seed: options.seed,
  };

  const rows: SweepRow[] = [];
  const bar = context.progress.bar({ label: 'simulating', total: sweepSize(plan), unit: 'combinations' });
  try {
    for (const row of sweep(truth, plan)) {
      rows.push(row);
      bar.set(rows.length);
      // Lets the bar be drawn, and Ctrl-C be noticed.
      await setImmediate();
      context.signal.throwIfAborted();
    }
  } finally {
    bar.done();
  }

  const models = runtimes.flatMap(({ model }) => model ?? []);
  const about = await aboutResult(
    {
      command: 'eval sweep',
      settings: options,
      data: { annotations, detections, runtime },
      model: models.length === 0 ? undefined : models,
    },
    context,
  );
  if (csv !== undefined) writeWholeFile(csv, sweepCsv(rows));
  if (latex !== undefined) writeWholeFile(latex, sweepLatex(rows));
  if (report !== undefined) writeWholeFile(report, renderSweep({ rows, facts: aboutFacts(about) }));
  return { about, rows, best: bestRow(rows) ?? null };
}

/** A name for each detector: given, or the model and the size of its input, or the file of its detections. */
function namesOf({ names, detections }: SweepOptions, runtimes: readonly LoadedRuntimes[]): readonly string[] {
  if (names !== undefined) {
    if (names.length !== detections.length)
      throw new UsageError(
        `--names has ${counted(names.length, 'name')}, but --detections ${counted(detections.length, 'file')}`,
      );
    return unique(names, '--names');
  }
  const fromModels = runtimes.map(
    ({ model }, i) =>
      (model && `${model.name.replace(/\.onnx$/, '')} ${model.input.width}x${model.input.height}`) ??
      basename(detections[i], '.json'),
  );
  return new Set(fromModels).size === fromModels.length
    ? fromModels
    : unique(
        detections.map((path) => basename(path, '.json')),
        'the names of the files of --detections',
      );
}

function unique(names: readonly string[], where: string): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new UsageError(`${where} hold "${twice}" twice; give each detector its own name with --names`);
  return names;
}
