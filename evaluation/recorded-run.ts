import type { RecordingHeader } from '../src/recording/format.js';
import { parseRecording, type RunChoice, type RunPlace } from '../src/recording/reader.js';
import type { GroundTruth } from './ground-truth.js';
import { RunCollector, type CollectedRun } from './run-collector.js';

export type RecordedRun = CollectedRun & { readonly header: RecordingHeader; readonly place: RunPlace };

/**
 * Reads a recording against the ground truth of the played sequences.
 *
 * @param text of the recording
 * @param fps of the sequences; by default derived from the captures
 * @param choice of a recording of several runs; by default the last
 * @throws DataError naming the line, or the evidence that this recording belongs to other sequences
 */
export function recordedRun(text: string, truth: GroundTruth, fps?: number, choice: RunChoice = {}): RecordedRun {
  const torn: number[] = [];
  const { header, events, ...place } = parseRecording(text, (lineNumber) => torn.push(lineNumber), choice);
  const collector = new RunCollector(header.streams, header.classes, truth);
  let lineNumber = place.firstLine;
  for (const event of events) collector.add(event, `recording line ${++lineNumber}`);
  for (const last of torn) collector.warnings.add('torn last line skipped: the recording was cut off', `line ${last}`);
  const run = collector.finish(fps);
  return { header, place, ...run, warnings: [...collector.classWarnings, ...run.warnings] };
}
