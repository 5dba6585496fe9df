import type { Command } from 'commander';
import { openIo, type CliContext } from '../command-io.js';
import { addFlags, readFlags, requiredFlag, type RawFlags } from '../flags.js';
import { addMoreHelp } from '../help.js';
import { ANNOTATIONS, CLASSES, OUTPUTS, reportRequest, DOCUMENTATION } from './flags.js';
import { checkMinimum, cocoText } from './output.js';

/** Declares `nowcast eval coco`. */
export function coco(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...CLASSES,
    detections: requiredFlag('--detections <file.json>', 'COCO results: [{image_id, category_id, bbox, score}…]'),
    ...OUTPUTS,
  };
  const command = addFlags(parent.command('coco').description('compute the COCO AP of a file of results'), flags);
  addMoreHelp(command, {
    examples: ['nowcast eval coco --annotations annotations.json --detections found.json --report report.html'],
    page: DOCUMENTATION,
  });
  command.action(async (raw: RawFlags) => {
    const { report, minSap, ...files } = readFlags(flags, raw);
    const { evaluateCoco } = await import('../../app/evaluate/coco.js');
    const io = openIo(command, context);
    const result = evaluateCoco({ ...files, report: reportRequest(report, raw, ['annotations', 'detections']) }, io);
    io.print(io.json ? JSON.stringify(result) : cocoText(result));
    checkMinimum(result.stats.AP, minSap);
  });
}
