import type { RunDifference } from '../../app/evaluate/diff.js';
import type { PassedOverJson } from '../../app/evaluate/passed-over.js';
import { cocoTable } from '../../../evaluation/coco-table.js';
import type { EvaluationJson, StreamingJson } from '../../../evaluation/score.js';
import { counted } from '../../core/counted.js';
import { NowcastError } from '../../core/errors.js';
import type { CommandIo } from '../command-io.js';

/** The score is below the minimum of `--min-sap`. */
export class BelowMinimumError extends NowcastError {
  constructor(ap: number | null, minimum: number) {
    super(
      'NOWCAST_BELOW_MINIMUM',
      ap === null
        ? `AP is undefined, because nothing is annotated, but --min-sap demands ${minimum}`
        : `AP is ${ap.toFixed(4)}, below the ${minimum} that --min-sap demands`,
    );
  }
}

/** @throws BelowMinimumError */
export function checkMinimum(ap: number | null, minimum: number | undefined): void {
  if (minimum !== undefined && (ap === null || ap < minimum)) throw new BelowMinimumError(ap, minimum);
}

/** COCO's table, and the number of pictures that it does not hold for. */
export function cocoText({ stats, passedOver = [] }: EvaluationJson & PassedOverJson): string {
  const { length: count } = passedOver;
  return count === 0 ? cocoTable(stats) : `${cocoTable(stats)}\n\n passed over ${counted(count, 'picture')}`;
}

/** COCO's table, the pairing of frames with outputs, and the steps from offline AP to streaming AP. */
export function streamingText(result: StreamingJson & PassedOverJson): string {
  return [cocoText(result), '', ...pairingLines(result), '', ...attributionLines(result)].join('\n').trimEnd();
}

function pairingLines({
  pairing: { frames, miss, inTime, mismatch },
  runs,
  drops,
  dropReasons,
}: StreamingJson): string[] {
  const held = frames - miss;
  const reasons = Object.entries(dropReasons)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
  return [
    ` frames    ${frames}: ${runs} detected on, ${drops} dropped${reasons && ` (${reasons})`}`,
    ` pairing   ${miss} missed, ${inTime} in time, mismatch ${mismatch}${held > 0 ? ` (${(mismatch / held).toFixed(2)} frames on average)` : ''}`,
  ];
}

/** The steps from offline AP to streaming AP, one per line. */
export function attributionLines({ attribution }: Pick<StreamingJson, 'attribution'>): string[] {
  if (attribution === null) return [];
  const { offlineAP, sAP, oneFrameFloor, latency, jitter, drops, forecasting } = attribution;
  const terms: [string, number][] = [
    ['offline AP', offlineAP],
    ['one-frame floor', -oneFrameFloor],
    ['latency', -latency],
    ['jitter', -jitter],
    ['drops', -drops],
    ['forecasting', -forecasting],
    ['streaming AP', sAP],
  ];
  return terms.map(([name, value], i) => {
    const isTotal = i === 0 || i === terms.length - 1;
    const number = Math.abs(value) < 0.0005 ? '0.000' : value.toFixed(3);
    return ` ${name.padEnd(16)}${(isTotal || value < 0 || number === '0.000' ? number : `+${number}`).padStart(7)}`;
  });
}

export function differenceText({ a, b, difference, interval, frames, sequences }: RunDifference): string {
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
      : ` B - A is ${(difference * 100).toFixed(2)} points, 95 % interval ${(interval.low * 100).toFixed(2)} to ${(interval.high * 100).toFixed(2)} ` +
        `(${interval.resamples} resamples of ${sequences.length} sequences)`,
    ` scored in B: a newer output in ${frames.newer} frames, an older one in ${frames.older}, an equally old one in ${frames.equal}`,
  ].join('\n');
}

/** Prints a streaming score, and checks its minimum. @throws BelowMinimumError */
export function printScore(result: StreamingJson, minSap: number | undefined, io: CommandIo): void {
  io.print(io.json ? JSON.stringify(result) : streamingText(result));
  checkMinimum(result.stats.AP, minSap);
}
