import type { Command } from 'commander';
import { FORECASTS, isForecast } from '../../app/evaluate/forecaster.js';
import { DEFAULT_FPS } from '../../app/evaluate/inputs.js';
import { openIo, type CliContext } from '../command-io.js';
import { addFlags, numberFlag, parsedFlag, readFlags, textFlag, type RawFlags } from '../flags.js';
import { addMoreHelp } from '../help.js';
import { ANNOTATIONS, DOCUMENTATION, ETA, fpsFlag, MODEL_CLASSES, OUTPUTS, SCORING, scoringOf } from './flags.js';
import { differenceText } from './output.js';

/** Declares `nowcast eval diff`. */
export function diff(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...MODEL_CLASSES,
    ...ETA,
    ...SCORING,
    forecast: parsedFlag('--forecast <names>', 'the forecaster of both runs, or of A and of B with a comma between', {
      allowed: `one or two of ${FORECASTS}`,
      parse: (text) => forecastsOf(text),
      preset: ['none'],
      presetText: 'none',
    }),
    detections: textFlag(
      '--detections <file.json>',
      'COCO results of the detector for every frame: required for outputs without detections; also explains the gaps to offline AP',
    ),
    fps: fpsFlag(undefined, `the recordings', else ${DEFAULT_FPS}`),
    resamples: numberFlag('--resamples <n>', 'number of bootstrap samples', { min: 1, isInteger: true }, 1000),
    seed: numberFlag('--seed <n>', 'seed of the bootstrap', { min: 0, isInteger: true }, 0),
    report: OUTPUTS.report,
  };
  const command = addFlags(
    parent
      .command('diff')
      .description('compare the streaming AP of two runs over the same frames, or of one with and without a forecaster')
      .argument('<a>', 'recording or timestamped outputs of one run')
      .argument('[b]', 'those of the other run; without it, A without and with the forecaster'),
    flags,
  );
  addMoreHelp(command, {
    examples: [
      'nowcast eval diff before.jsonl after.jsonl --annotations annotations.json --report difference.html',
      'nowcast eval diff run.jsonl --forecast nowcast --annotations annotations.json',
      'nowcast eval diff run.jsonl --forecast kalman,nowcast --annotations annotations.json',
    ],
    page: DOCUMENTATION,
  });
  command.action(async (a: string, b: string | undefined, raw: RawFlags) => {
    const { forecast: names, ...options } = readFlags(flags, raw);
    const { diffRuns } = await import('../../app/evaluate/diff.js');
    const io = openIo(command, context);
    const [first, second = first] = names;
    const forecast = names.length === 1 && b === undefined ? (['none', first] as const) : ([first, second] as const);
    const difference = await diffRuns({ ...scoringOf(options), a, b, forecast }, io);
    io.print(io.json ? JSON.stringify(difference) : differenceText(difference));
  });
}

function forecastsOf(text: string): readonly string[] | undefined {
  const names = text.split(',').map((name) => name.trim());
  return names.length <= 2 && names.every(isForecast) ? names : undefined;
}
