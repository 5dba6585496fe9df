import { compareRuns, type RunDifference } from '../../evaluation/diff.js';
import type { CommandIo } from './command-io.js';
import { numberFlag, textFlag } from './eval-flags.js';
import { loadDetections, loadGroundTruth, loadRun } from '../app/evaluate/inputs.js';
import type { RunFlagValues } from './run-flags.js';

/** `nowcast eval diff`. */
export function evalDiff(io: CommandIo, pathA: string, pathB: string, flags: RunFlagValues): Promise<void> {
  const eta = numberFlag(flags, '--eta', 0, { min: -1 });
  const fps = numberFlag(flags, '--fps', undefined, { above: 0 });
  const resamples = numberFlag(flags, '--resamples', 1000, { min: 1, integer: true });
  const seed = numberFlag(flags, '--seed', 0, { min: 0, integer: true });

  const truth = loadGroundTruth(flags['annotations'] as string, true, io.log);
  const detectionsPath = textFlag(flags, 'detections');
  const offline = detectionsPath === undefined ? undefined : loadDetections(detectionsPath, truth, io.log);
  const [a, b] = [pathA, pathB].map((path) => loadRun(path, truth, fps, offline, io.log));
  const difference = compareRuns(truth, a, b, eta, resamples, seed);
  if (difference.interval === null) io.log.warn('a single sequence tells nothing of how the difference varies; there is no interval');
  io.print(io.json ? JSON.stringify(difference) : asText(difference));
  return Promise.resolve();
}

function asText({ a, b, difference, interval, frames, sequences }: RunDifference): string {
  const points = (ap: number | null): string => (ap === null ? '-' : (ap * 100).toFixed(2)).padStart(7);
  const width = Math.max(10, ...sequences.map(({ name }) => name.length));
  const row = (name: string, apA: number | null, apB: number | null): string =>
    ` ${name.padEnd(width)} ${points(apA)} ${points(apB)} ${points(apA === null || apB === null ? null : apB - apA)}`;
  return [
    ` ${'sAP'.padEnd(width)} ${'A'.padStart(7)} ${'B'.padStart(7)} ${'B - A'.padStart(7)}`,
    ...sequences.map((sequence) => row(sequence.name, sequence.a, sequence.b)),
    row('all', a.stats.AP, b.stats.AP),
    '',
    interval === null || difference === null
      ? ' no interval'
      : ` B - A is ${(difference * 100).toFixed(2)} points, 95 % interval ${(interval.low * 100).toFixed(2)} to ${(interval.high * 100).toFixed(2)} (${interval.resamples} resamples of ${sequences.length} sequences)`,
    ` held against in B: a newer output in ${frames.newer} frames, an older one in ${frames.older}, as old a one in ${frames.equal}`,
  ].join('\n');
}
