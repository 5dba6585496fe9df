import type { Command } from 'commander';
import { DEFAULT_FPS } from '../../app/evaluate/inputs.js';
import { openIo, type CliContext } from '../command-io.js';
import { addFlags, numberFlag, readFlags, requiredFlag, textFlag, type RawFlags } from '../flags.js';
import { addMoreHelp } from '../help.js';
import {
  ANNOTATIONS,
  CLASSES,
  ETA,
  FORECAST,
  fpsFlag,
  OUTPUTS,
  SAVE,
  SAVE_DATA_ROOT,
  SCHEDULE,
  SCORING,
  scoringOf,
  TABLES,
  WORKERS,
  DOCUMENTATION,
} from './flags.js';
import { printScore } from './output.js';

/** Declares `nowcast eval simulate`. */
export function simulate(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...CLASSES,
    ...SCHEDULE,
    ...ETA,
    ...FORECAST,
    ...SCORING,
    ...TABLES,
    ...OUTPUTS,
    ...SAVE,
    ...SAVE_DATA_ROOT,
    detections: requiredFlag('--detections <file.json>', 'COCO results of the detector for every frame'),
    runtime: textFlag('--runtime <file.json>', 'runtime profile to draw runtimes from, written by nowcast profile'),
    runtimeTrace: textFlag(
      '--runtime-trace <file.json>',
      'JSON array of runtimes in seconds, used in order over all sequences',
    ),
    perfFactor: numberFlag(
      '--perf-factor <factor>',
      "speed of the simulated device relative to the profiled one; divides the profile's runtimes",
      { above: 0 },
      1,
    ),
    ...WORKERS,
    fps: fpsFlag(DEFAULT_FPS),
    seed: numberFlag('--seed <n>', 'seed of the drawn runtimes', { min: 0, isInteger: true }, 0),
    record: textFlag('--record <file.jsonl>', 'write the recording of the simulated run'),
  };
  const command = addFlags(
    parent
      .command('simulate')
      .description('compute the streaming AP of a detector with given runtimes, schedule and workers'),
    flags,
  );
  addMoreHelp(command, {
    examples: [
      'nowcast eval simulate --annotations annotations.json --detections found.json --runtime runtime.json',
      'nowcast eval simulate --annotations annotations.json --detections found.json --runtime runtime.json --perf-factor 2 --schedule shrinking-tail',
    ],
    page: DOCUMENTATION,
  });
  command.action(async (raw: RawFlags) => {
    const { schedule = 'idle-free', minSap, perClass, confusion, ...options } = readFlags(flags, raw);
    const { evaluateSimulation } = await import('../../app/evaluate/simulate.js');
    const io = openIo(command, context);
    const result = await evaluateSimulation({ ...scoringOf(options), schedule }, io);
    printScore(result, { minSap, perClass, confusion }, io);
  });
}
