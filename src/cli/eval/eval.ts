import type { Command } from 'commander';
import type { CliContext } from '../command-io.js';
import { addMoreHelp } from '../help.js';
import { coco } from './coco.js';
import { diff } from './diff.js';
import { DOCUMENTATION } from './flags.js';
import { offline } from './offline.js';
import { realtime } from './realtime.js';
import { simulate } from './simulate.js';
import { stream } from './stream.js';
import { sweep } from './sweep.js';

/** Declares `nowcast eval` and its sub-commands. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command('eval')
    .description('Measure accuracy: COCO AP, streaming AP, simulation, comparison');
  for (const declare of [coco, stream, offline, realtime, simulate, sweep, diff]) declare(command, context);
  addMoreHelp(command, {
    examples: [
      'nowcast eval offline --annotations annotations.json --data-root pictures --coco found.json',
      'nowcast eval stream run.jsonl --annotations annotations.json --detections found.json',
      'nowcast eval simulate --help',
    ],
    page: DOCUMENTATION,
  });
}
