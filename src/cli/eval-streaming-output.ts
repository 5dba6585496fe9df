import type { GroundTruth } from '../../evaluation/ground-truth.js';
import { cocoTable } from '../../evaluation/coco-table.js';
import { streamingJson, type StreamingJson, type StreamingScore } from '../../evaluation/score.js';
import type { StreamedRun } from '../../evaluation/streamed-run.js';
import type { CommandIo } from './command-io.js';
import { checkMinimum, factsOf } from './eval-flags.js';
import { writeReport } from './eval-report.js';
import type { RunFlagValues } from './run-flags.js';

export type StreamingResult = {
  readonly truth: GroundTruth;
  readonly run: StreamedRun;
  readonly score: StreamingScore;
  readonly eta: number;
  readonly title: string;
  /** Names of the flags that the report lists. */
  readonly told: readonly string[];
};

/** Prints a streaming score, writes its report, and fails where it is below what is demanded. */
export function printStreamingScore(io: CommandIo, flags: RunFlagValues, { truth, run, score, eta, title, told }: StreamingResult): void {
  const json = streamingJson(truth, run, score);
  writeReport(flags, { title, facts: [...factsOf(flags, told), ['frames a second', run.fps.toFixed(2).replace(/\.?0+$/, '')]], truth, evaluation: score.final, streaming: { run, score, eta } });
  if (io.json) io.print(JSON.stringify(json));
  else io.print([cocoTable(json.stats), '', ...pairingLines(json), '', ...attributionLines(json)].join('\n').trimEnd());
  checkMinimum(json.stats.AP, flags);
}

function pairingLines({ pairing: { frames, miss, inTime, mismatch }, runs, drops, dropReasons }: ReturnType<typeof streamingJson>): string[] {
  const held = frames - miss;
  const reasons = Object.entries(dropReasons).map(([reason, count]) => `${count} ${reason}`).join(', ');
  return [
    ` frames    ${frames}: ${runs} detected on, ${drops} dropped${reasons && ` (${reasons})`}`,
    ` pairing   ${miss} missed, ${inTime} in time, mismatch ${mismatch}${held > 0 ? ` (${(mismatch / held).toFixed(2)} frames on average)` : ''}`,
  ];
}

/** From offline AP to streaming AP, a line a term. */
export function attributionLines({ attribution }: Pick<StreamingJson, 'attribution'>): string[] {
  if (attribution === null) return [];
  const { offlineAP, sAP, oneFrameFloor, latency, jitter, drops, forecasting } = attribution;
  const terms: [string, number][] = [
    ['offline AP', offlineAP], ['one-frame floor', -oneFrameFloor], ['latency', -latency], ['jitter', -jitter], ['drops', -drops],
    ['forecasting', -forecasting], ['streaming AP', sAP],
  ];
  return terms.map(([name, value], i) => {
    const isTotal = i === 0 || i === terms.length - 1;
    const number = Math.abs(value) < 0.0005 ? '0.000' : value.toFixed(3);
    return ` ${name.padEnd(16)}${(isTotal || value < 0 || number === '0.000' ? number : `+${number}`).padStart(7)}`;
  });
}
