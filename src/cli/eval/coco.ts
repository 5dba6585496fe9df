import type { Command } from 'commander';
import { openIo, type CliContext } from '../command-io.js';
import { addFlags, readFlags, requiredFlag, type RawFlags } from '../flags.js';
import { addMoreHelp } from '../help.js';
import { ANNOTATIONS, CLASSES, OUTPUTS, SCORING, scoringOf, TABLES, DOCUMENTATION } from './flags.js';
import { printScore } from './output.js';

/** Declares `nowcast eval coco`. */
export function coco(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...CLASSES,
    detections: requiredFlag('--detections <file.json>', 'COCO results: [{image_id, category_id, bbox, score}…]'),
    ...SCORING,
    ...TABLES,
    ...OUTPUTS,
  };
  const command = addFlags(parent.command('coco').description('compute the COCO AP of a file of results'), flags);
  addMoreHelp(command, {
    examples: ['nowcast eval coco --annotations annotations.json --detections found.json --report report.html'],
    page: DOCUMENTATION,
  });
  command.action(async (raw: RawFlags) => {
    const { minSap, perClass, confusion, ...options } = readFlags(flags, raw);
    const { evaluateCoco } = await import('../../app/evaluate/coco.js');
    const io = openIo(command, context);
    printScore(await evaluateCoco(scoringOf(options), io), { minSap, perClass, confusion }, io);
  });
}
