import type { Command } from 'commander';
import { DEFAULT_FPS } from '../../app/evaluate/inputs.js';
import { openIo, type CliContext } from '../command-io.js';
import { addDetectorFlags, readDetector } from '../detector-flags.js';
import { addFlags, keyOption, readFlags, textFlag, type RawFlags } from '../flags.js';
import { addMoreHelp } from '../help.js';
import { readRunFlags } from '../run-flags.js';
import {
  ANNOTATIONS,
  DATA_ROOT,
  ETA,
  FORECAST,
  fpsFlag,
  MODEL_CLASSES,
  OUTPUTS,
  SAVE,
  SCHEDULE,
  SCORING,
  scoringOf,
  STRICT,
  TABLES,
  DOCUMENTATION,
} from './flags.js';
import { printScore } from './output.js';

/** Declares `nowcast eval realtime`. */
export function realtime(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...MODEL_CLASSES,
    ...STRICT,
    ...DATA_ROOT,
    ...ETA,
    ...FORECAST,
    ...SCORING,
    ...TABLES,
    ...OUTPUTS,
    ...SAVE,
    detections: textFlag('--detections <file.json>', 'COCO results of the detector for every frame', {
      preset: 'the detector runs on every frame after the sequence was played',
    }),
    fps: fpsFlag(DEFAULT_FPS),
    record: textFlag('--record <file.jsonl>', 'write the recording of the run'),
  };
  const command = addFlags(
    addDetectorFlags(
      parent.command('realtime').description('play frames to a detector in real time and compute streaming AP'),
    )
      .addOption(SCHEDULE.schedule.option)
      .addOption(keyOption('detect.budget', 'none')),
    flags,
  );
  addMoreHelp(command, {
    examples: [
      'nowcast eval realtime --annotations annotations.json --data-root pictures',
      'nowcast eval realtime --annotations annotations.json --data-root pictures --schedule shrinking-tail --forecast nowcast --record run.jsonl',
    ],
    page: DOCUMENTATION,
  });
  command.action(async (raw: RawFlags) => {
    const { minSap, perClass, confusion, ...options } = readFlags(flags, raw);
    const { schedule = 'idle-free', budget = 'none' } = readRunFlags(raw).detect ?? {};
    const detector = readDetector(raw);
    const { evaluateRealtime } = await import('../../app/evaluate/realtime.js');
    const io = openIo(command, context);
    const result = await evaluateRealtime(
      {
        ...scoringOf(options),
        detector,
        schedule,
        budgetMs: budget === 'none' ? undefined : budget,
      },
      io,
    );
    printScore(result, { minSap, perClass, confusion }, io);
  });
}
