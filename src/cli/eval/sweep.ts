import type { Command } from 'commander';
import { FORECASTS, isForecast } from '../../app/evaluate/forecaster.js';
import { DEFAULT_FPS } from '../../app/evaluate/inputs.js';
import type { SweepResult } from '../../app/evaluate/sweep.js';
import { TIMED_SCHEDULES } from '../../app/evaluate/timed-policy.js';
import { readNumber } from '../../core/number-rule.js';
import { openIo, type CliContext } from '../command-io.js';
import { addFlags, numberFlag, parsedFlag, readFlags, requiredFlag, textFlag, type RawFlags } from '../flags.js';
import { addMoreHelp } from '../help.js';
import { table } from '../table.js';
import {
  ANNOTATIONS,
  CLASSES,
  DOCUMENTATION,
  ETA,
  fpsFlag,
  listOf,
  OUTPUTS,
  SCORING,
  scoringOf,
  WORKERS,
} from './flags.js';

const SCHEDULES = ['idle-free', 'shrinking-tail', 'threshold'];

/** Declares `nowcast eval sweep`. */
export function sweep(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...CLASSES,
    detections: requiredListFlag('--detections <list>', 'files of COCO results for every frame, one for each detector'),
    runtime: requiredListFlag('--runtime <list>', 'a runtime profile for each of them, in the same order'),
    names: parsedFlag('--names <list>', 'names of the detectors', {
      allowed: 'a name for each file of --detections',
      parse: listOf,
      preset: undefined,
      presetText: 'model and size of input',
    }),
    schedule: parsedFlag('--schedule <list>', 'the schedules', {
      allowed: `some of ${TIMED_SCHEDULES}`,
      parse: listOf,
      preset: SCHEDULES,
      presetText: SCHEDULES.join(),
    }),
    forecast: parsedFlag('--forecast <list>', 'the forecasters', {
      allowed: `some of ${FORECASTS}`,
      parse: (text) => (listOf(text)?.every(isForecast) === true ? listOf(text) : undefined),
      preset: ['none'],
      presetText: 'none',
    }),
    perfFactor: parsedFlag('--perf-factor <list>', 'speeds of the simulated device relative to the profiled one', {
      allowed: 'numbers above 0, such as 0.5,1,2',
      parse: numbersOf,
      preset: [1],
      presetText: 1,
    }),
    ...WORKERS,
    ...ETA,
    ...SCORING,
    fps: fpsFlag(DEFAULT_FPS),
    seed: numberFlag('--seed <n>', 'seed of the drawn runtimes', { min: 0, isInteger: true }, 0),
    csv: textFlag('--csv <file.csv>', 'write the table as comma-separated values'),
    latex: textFlag('--latex <file.tex>', 'write the table for LaTeX (booktabs)'),
    report: OUTPUTS.report,
  };
  const command = addFlags(
    parent
      .command('sweep')
      .description(
        'simulate every combination of detectors, schedules, forecasters and speeds, and compare streaming AP',
      ),
    flags,
  );
  addMoreHelp(command, {
    examples: [
      'nowcast eval sweep --annotations annotations.json --detections s.json,m.json --runtime s-runtime.json,m-runtime.json --forecast none,nowcast',
      'nowcast eval sweep --annotations annotations.json --detections s.json --runtime s-runtime.json --perf-factor 0.5,1,2 --csv sweep.csv --report sweep.html',
      'nowcast eval sweep --annotations annotations.json --detections s.json --runtime s-runtime.json --schedule threshold,./mine.js',
    ],
    page: DOCUMENTATION,
  });
  command.action(async (raw: RawFlags) => {
    const options = scoringOf(readFlags(flags, raw));
    const { sweepSettings, sweepCells } = await import('../../app/evaluate/sweep.js');
    const io = openIo(command, context);
    const result = await sweepSettings(options, io);
    io.print(io.json ? JSON.stringify(result) : sweepText(result, sweepCells(result.rows)));
  });
}

function sweepText({ best }: SweepResult, { head, body }: { head: string[]; body: string[][] }): string {
  const lines = [table(head, body)];
  if (best !== null) {
    const { detector, schedule, forecast, perfFactor, stats } = best;
    const forecasting = forecast === 'none' ? 'without a forecaster' : `with ${forecast}`;
    lines.push(
      '',
      `best: ${detector}, ${schedule}, ${forecasting}, speed ${perfFactor}: sAP ${stats.AP?.toFixed(3) ?? '-'}`,
    );
  }
  return lines.join('\n').replaceAll(/^(?=.)/gm, ' ');
}

function requiredListFlag(declaration: string, help: string) {
  const { read } = parsedFlag(declaration, help, { allowed: 'paths with commas between', parse: listOf, preset: [] });
  return { option: requiredFlag(declaration, help).option, read };
}

function numbersOf(text: string): readonly number[] | undefined {
  const numbers = listOf(text)?.map((part) => readNumber(part, { above: 0 })) ?? [undefined];
  return numbers.every((number) => number !== undefined) ? numbers : undefined;
}
