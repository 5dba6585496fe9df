import type { DifferenceResult } from '../../app/evaluate/diff.js';
import type { PassedOverJson } from '../../app/evaluate/passed-over.js';
import { cocoTable } from '../../../evaluation/coco-table.js';
import type { EvaluationJson, StreamingJson } from '../../../evaluation/score.js';
import { counted } from '../../core/counted.js';
import { NowcastError } from '../../core/errors.js';
import type { CommandIo } from '../command-io.js';
import { table } from '../table.js';
import { classText, confusionText } from './tables.js';

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

export type ScoreOutput = {
  /** Of `--min-sap`. */
  readonly minSap: number | undefined;
  /** Whether the terminal shows each class, and the confusion matrix. */
  readonly perClass: boolean;
  readonly confusion: boolean;
};

type Score = (EvaluationJson | StreamingJson) & PassedOverJson;

/** Prints a score, and checks its minimum. @throws BelowMinimumError */
export function printScore(result: Score, output: ScoreOutput, io: CommandIo): void {
  io.print(io.json ? JSON.stringify(result) : scoreText(result, output));
  checkMinimum(result.stats.AP, output.minSap);
}

/**
 * COCO's table. Where time counts, also the pairing of frames with outputs, and the steps from offline AP to streaming
 * AP.
 */
export function scoreText(
  result: Score,
  { perClass, confusion }: Pick<ScoreOutput, 'perClass' | 'confusion'> = { perClass: false, confusion: false },
): string {
  const { stats, maxDets, passedOver = [] } = result;
  const blocks = [
    cocoTable(stats, maxDets),
    passedOver.length === 0 ? '' : ` passed over ${counted(passedOver.length, 'picture')}`,
    ...('pairing' in result ? [pairingLines(result).join('\n'), attributionLines(result).join('\n')] : []),
    perClass ? classText(result) : '',
    confusion ? confusionText(result.confusion) : '',
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
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

/** A score from 0 to 1, as every table shows it. */
export function scoreNumber(value: number | null): string {
  return value === null ? '-' : value.toFixed(3);
}

export function differenceText({ a, b, difference, interval, frames, sequences }: DifferenceResult): string {
  const signed = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(4)}`;
  const row = (name: string, apA: number | null, apB: number | null): string[] => [
    name,
    scoreNumber(apA),
    scoreNumber(apB),
    apA === null || apB === null ? '-' : (apB - apA).toFixed(3),
  ];
  const rows = sequences.map((sequence) => row(sequence.name, sequence.a, sequence.b));
  return [
    table(['sAP', 'A', 'B', 'B - A'], [...rows, row('all', a.stats.AP, b.stats.AP)]),
    '',
    interval === null || difference === null
      ? 'no interval'
      : `B - A is ${signed(difference)}, 95 % interval ${signed(interval.low)} to ${signed(interval.high)} ` +
        `(${interval.resamples} resamples of ${counted(sequences.length, 'sequence')})`,
    `scored in B: a newer output in ${counted(frames.newer, 'frame')}, an older one in ${frames.older}, an equally old one in ${frames.equal}`,
  ]
    .join('\n')
    .replaceAll(/^(?=.)/gm, ' ');
}
