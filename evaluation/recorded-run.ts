import { DataError } from '../src/core/errors.js';
import { decodeEvent, decodeHeader, type RecordingHeader } from '../src/recording/format.js';
import type { GroundTruth } from './ground-truth.js';
import { RunCollector, type CollectedRun } from './run-collector.js';

export type RecordedRun = CollectedRun & { readonly header: RecordingHeader };

/**
 * Reads a recording against the ground truth of the played sequences.
 * @param fps of the sequences; by default derived from the captures
 * @throws DataError naming the line, or the evidence that this recording belongs to other sequences
 */
export function parseRecording(text: string, truth: GroundTruth, fps?: number): RecordedRun {
  const lines = text.split('\n');
  const torn = lines.pop();
  if (lines.length === 0) throw new DataError('the recording is empty');
  const header = decodeHeader(lines[0]);
  const collector = new RunCollector(header.streams, header.classes, truth);
  if (torn !== '') collector.warnings.add('torn last line skipped: the recording was cut off', `line ${lines.length + 1}`);
  for (let n = 1; n < lines.length; n++) collector.add(decodeEvent(lines[n], n + 1, header.classes), `recording line ${n + 1}`);
  return { header, ...collector.finish(fps) };
}
