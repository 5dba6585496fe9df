import { closeSync, openSync, writeFileSync } from 'node:fs';
import { renderReport, type ReportInput } from '../../evaluation/report.js';
import { OutputError } from '../core/errors.js';
import { textFlag } from './eval-flags.js';
import type { RunFlagValues } from './run-flags.js';

/**
 * Writes the report that `--report` asks for, if it does.
 * @throws OutputError where the file cannot be written
 */
export function writeReport(flags: RunFlagValues, input: ReportInput): void {
  const path = textFlag(flags, 'report');
  if (path !== undefined) writeOutput(path, renderReport(input));
}

/** @throws OutputError where the file cannot be written */
export function writeOutput(path: string, text: string): void {
  telling(path, () => writeFileSync(path, text));
}

/**
 * Leaves what the file holds as it is.
 * @throws OutputError where the file will not be able to be written
 */
export function checkWritable(path: string): void {
  telling(path, () => closeSync(openSync(path, 'a')));
}

function telling(path: string, work: () => void): void {
  try {
    work();
  } catch (cause) {
    throw new OutputError(`cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}
