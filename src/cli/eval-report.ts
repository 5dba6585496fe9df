import { writeFileSync } from 'node:fs';
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
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new OutputError(`cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}
