import { counted } from '../core/counted.js';
import type { Command } from 'commander';
import type { ProfileResult, RuntimePercentiles } from '../app/profile.js';
import { DETECTOR_DEFAULTS } from '../config/detector-defaults.js';
import { describePlacement } from '../core/placement.js';
import { openIo, type CliContext } from './command-io.js';
import { addDetectorFlags, readDetector } from './detector-flags.js';
import { addFlags, numberFlag, readFlags, textFlag, type RawFlags } from './flags.js';
import { addMoreHelp } from './help.js';
import { table } from './table.js';

const FLAGS = {
  source: textFlag('--source <picture>', 'picture to detect on', {
    preset: 'a grey picture, which yields no detections',
  }),
  runs: numberFlag('--runs <n>', 'number of measured runs, one at a time', { min: 1, isInteger: true }, 200),
  warmUpRuns: numberFlag('--warmup <n>', 'number of runs before these', { min: 0, isInteger: true }, 20),
  out: textFlag('--out <file.json>', 'write the runtime profile'),
};

/** Declares `nowcast profile`. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command('profile')
    .description('Measure how long a detector takes on this machine, for eval simulate --runtime');
  addFlags(addDetectorFlags(command, DETECTOR_DEFAULTS), FLAGS).action(async (raw: RawFlags) => {
    const options = { ...readFlags(FLAGS, raw), detector: readDetector(raw, DETECTOR_DEFAULTS) };
    const { profileDetector } = await import('../app/profile.js');
    const io = openIo(command, context);
    const file = await profileDetector(options, io);
    io.print(io.json ? JSON.stringify(file) : asText(file, options.out));
  });
  addMoreHelp(command, {
    examples: ['nowcast profile --model yolox-nano', 'nowcast profile --model yolox-s --runs 500 --out runtime.json'],
    page: 'evaluation.md',
  });
}

function asText(
  { model, input, provider, threads, samples, percentiles: whole, inference, placement }: ProfileResult,
  out: string | undefined,
): string {
  const keys = Object.keys(whole) as (keyof RuntimePercentiles)[];
  const row = (name: string, of: RuntimePercentiles): string[] => [name, ...keys.map((key) => of[key].toFixed(2))];
  return [
    `${model} at ${input.width}x${input.height} on ${provider}, ${counted(threads, 'thread')}: ${samples.length} runs, ${(1000 / whole.mean).toFixed(1)} a second`,
    ...(placement === undefined ? [] : [describePlacement(placement)]),
    '',
    table(
      ['milliseconds', ...keys],
      [row('hand-over to result', whole), row('inference alone', inference.percentiles)],
    ),
    ...(out === undefined ? [] : ['', `wrote ${out}`]),
  ].join('\n');
}
