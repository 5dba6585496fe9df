import type { Command } from 'commander';
import { openIo, type CliContext } from '../command-io.js';
import { addDetectorFlags, readDetector } from '../detector-flags.js';
import { addFlags, readFlags, textFlag, type RawFlags } from '../flags.js';
import { addMoreHelp } from '../help.js';
import {
  ANNOTATIONS,
  DATA_ROOT,
  MODEL_CLASSES,
  OUTPUTS,
  SAVE_OWN,
  SCORING,
  scoringOf,
  STRICT,
  TABLES,
  DOCUMENTATION,
} from './flags.js';
import { printScore } from './output.js';

/** Declares `nowcast eval offline`. */
export function offline(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...MODEL_CLASSES,
    ...STRICT,
    ...DATA_ROOT,
    ...SCORING,
    ...TABLES,
    ...OUTPUTS,
    ...SAVE_OWN,
    coco: textFlag('--coco <file.json>', 'write the detections as COCO results, which --detections reads'),
  };
  const command = addFlags(
    addDetectorFlags(
      parent
        .command('offline')
        .description('run a detector on every frame, however long it takes, and compute COCO AP'),
    ),
    flags,
  );
  addMoreHelp(command, {
    examples: [
      'nowcast eval offline --annotations annotations.json --data-root pictures',
      'nowcast eval offline --annotations clip.json --data-root clip.mp4 --coco found.json',
    ],
    page: DOCUMENTATION,
  });
  command.action(async (raw: RawFlags) => {
    const { minSap, perClass, confusion, ...options } = readFlags(flags, raw);
    const detector = readDetector(raw);
    const { evaluateOffline } = await import('../../app/evaluate/offline.js');
    const io = openIo(command, context);
    const result = await evaluateOffline({ ...scoringOf(options), detector }, io);
    printScore(result, { minSap, perClass, confusion }, io);
  });
}
