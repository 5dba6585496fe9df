import type { Command } from 'commander';
import { DEFAULT_FPS } from '../../app/evaluate/inputs.js';
import { UsageError } from '../../core/errors.js';
import { openIo, type CliContext } from '../command-io.js';
import { addFlags, numberFlag, readFlags, textFlag, type RawFlags } from '../flags.js';
import { addMoreHelp } from '../help.js';
import {
  ANNOTATIONS,
  ETA,
  FORECAST,
  fpsFlag,
  MODEL_CLASSES,
  OUTPUTS,
  SAVE,
  SAVE_DATA_ROOT,
  SCORING,
  scoringOf,
  TABLES,
  DOCUMENTATION,
} from './flags.js';
import { printScore } from './output.js';

/** Declares `nowcast eval stream`. */
export function stream(parent: Command, context: CliContext): void {
  const flags = {
    ...ANNOTATIONS,
    ...MODEL_CLASSES,
    ...ETA,
    ...FORECAST,
    ...SCORING,
    ...TABLES,
    ...OUTPUTS,
    ...SAVE,
    ...SAVE_DATA_ROOT,
    recording: textFlag('--recording <file>', 'the same file, given as a flag'),
    runNumber: numberFlag(
      '--run <n>',
      'the run to score, where a recording holds several',
      { min: 1, isInteger: true },
      undefined,
      'the last',
    ),
    detections: textFlag(
      '--detections <file.json>',
      'COCO results of the detector for every frame: required for outputs without detections; also explains the gap to offline AP',
    ),
    fps: fpsFlag(undefined, `the recording's, else ${DEFAULT_FPS}`),
  };
  const command = addFlags(
    parent
      .command('stream')
      .description("compute the streaming AP of a recording, or of another program's timestamped outputs")
      .argument('[file]', 'the recording (*.jsonl) or the timestamped outputs (*.json)'),
    flags,
  );
  addMoreHelp(command, {
    examples: [
      'nowcast eval stream run.jsonl --annotations annotations.json',
      'nowcast eval stream run.jsonl --annotations annotations.json --detections found.json --report report.html',
    ],
    page: DOCUMENTATION,
  });
  command.action(async (file: string | undefined, raw: RawFlags) => {
    const { recording, minSap, perClass, confusion, ...options } = readFlags(flags, raw);
    const run = file ?? recording;
    if (run === undefined) throw new UsageError('eval stream needs a recording or timestamped outputs: name the file');
    if (file !== undefined && recording !== undefined)
      throw new UsageError(`eval stream scores one file, but got ${file} and --recording ${recording}`);
    const { evaluateStream } = await import('../../app/evaluate/stream.js');
    const io = openIo(command, context);
    printScore(
      await evaluateStream({ ...scoringOf(options), recording: run }, io),
      { minSap, perClass, confusion },
      io,
    );
  });
}
