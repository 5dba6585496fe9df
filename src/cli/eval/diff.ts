import type { Command } from 'commander';
import { DEFAULT_FPS } from '../../app/evaluate/inputs.js';
import { openIo, type CliContext } from '../command-io.js';
import { addFlags, numberFlag, readFlags, textFlag, type RawFlags } from '../flags.js';
import { addMoreHelp } from '../help.js';
import { ANNOTATIONS, ETA, fpsFlag, MODEL_CLASSES, DOCUMENTATION } from './flags.js';
import { differenceText } from './output.js';

/** Declares `nowcast eval diff`. */
export function diff(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...MODEL_CLASSES,
    ...ETA,
    detections: textFlag(
      '--detections <file.json>',
      'COCO results of the detector for every frame: required for outputs without detections',
    ),
    fps: fpsFlag(undefined, `the recordings', else ${DEFAULT_FPS}`),
    resamples: numberFlag('--resamples <n>', 'number of bootstrap samples', { min: 1, isInteger: true }, 1000),
    seed: numberFlag('--seed <n>', 'seed of the bootstrap', { min: 0, isInteger: true }, 0),
  };
  const command = addFlags(
    parent
      .command('diff')
      .description('compare the streaming AP of two runs over the same frames')
      .argument('<a>', 'recording or timestamped outputs of one run')
      .argument('<b>', 'recording or timestamped outputs of the other run'),
    flags,
  );
  addMoreHelp(command, {
    examples: ['nowcast eval diff before.jsonl after.jsonl --annotations annotations.json'],
    page: DOCUMENTATION,
  });
  command.action(async (a: string, b: string, raw: RawFlags) => {
    const options = readFlags(flags, raw);
    const { diffRuns } = await import('../../app/evaluate/diff.js');
    const io = openIo(command, context);
    const difference = diffRuns({ ...options, runs: [a, b] }, io);
    io.print(io.json ? JSON.stringify(difference) : differenceText(difference));
  });
}
