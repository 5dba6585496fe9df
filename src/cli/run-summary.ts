import { pictureResultText } from '../app/run/picture-results.js';
import type { RunSummary } from '../app/run/summary.js';
import { counted } from '../core/counted.js';
import { CAPTURE_CLOCKS, type CaptureClock } from '../core/frame.js';

type Counts = RunSummary['total'];
type Stream = RunSummary['streams'][string];
type Distribution = RunSummary['stagesMs']['latency'];

/** The summary for people. */
export function summaryText({
  model,
  durationMs,
  perceptsPerSecond,
  total,
  streams,
  stagesMs,
  written,
  latencyBudgetMs,
  pictures = [],
}: RunSummary): string {
  const lines = [
    ...pictures.map(pictureResultText),
    `${counted(total.percepts, 'percept')} of ${counted(total.received, 'frame')} in ${(durationMs / 1000).toFixed(1)} s (${perceptsPerSecond.toFixed(1)} a second), ` +
      `${model.model} on ${model.provider}`,
    `dropped: ${dropsText(total)}`,
  ];
  if (total.overBudget > 0)
    lines.push(
      `${counted(total.overBudget, 'percept')} came out later than the ${Object.values(streams).some(({ detect }) => detect !== undefined) ? 'budget of its stream' : `budget of ${latencyBudgetMs} ms`}`,
    );
  if (total.gaps > 0) lines.push(`${counted(total.gaps, 'gap')} without frames`);
  const each = Object.entries(streams);
  if (each.length > 1) {
    for (const [id, counts] of each)
      lines.push(
        `  ${[`${id}: ${counts.percepts} of ${counts.received}`, `dropped: ${dropsText(counts)}`, ...trustTexts(counts)].join(', ')}`,
      );
  } else lines.push(...each.flatMap(([, counts]) => trustTexts(counts)));
  for (const [id, { scene }] of each)
    if (scene !== undefined)
      lines.push(...sceneTexts(scene).map((text) => (each.length > 1 ? `  ${id}: ${text}` : text)));
  if (total.percepts > 0) {
    lines.push('', 'milliseconds      p50      p90      p99      max');
    for (const [stage, distribution] of Object.entries(stagesMs)) lines.push(stageRow(stage, distribution));
  }
  if (written.length > 0) lines.push('', ...written.map((path) => `wrote ${path}`));
  return lines.join('\n');
}

/** Each reason that occurred, with its count. */
function dropsText({ drops }: Pick<Counts, 'drops'>): string {
  const parts = Object.entries(drops)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** The objects, each line's crossings, and the most objects at once in the picture and each zone. */
export function sceneTexts({
  objects,
  crossings,
  mostAtOnce: { picture, zones },
}: NonNullable<Stream['scene']>): string[] {
  return [
    `objects: ${countsText(objects)}`,
    ...Object.entries(crossings).map(([line, directions]) => `crossed ${line}: ${countsText(directions)}`),
    `most at once: ${[`${picture} in the picture`, ...Object.entries(zones).map(([zone, most]) => `${most} in ${zone}`)].join(', ')}`,
  ];
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

const WHOSE_CLOCK: Readonly<Record<CaptureClock, string>> = {
  sender: "sender's clock",
  arrival: 'by arrival',
  wall: 'time of day in the stream',
};

/**
 * The uncertainty of the age of a stream's percepts. Empty if the age is exact, as for a file, or if there are no
 * percepts.
 */
function trustTexts({ captureClocks, uncertaintyMs: { p50, max } }: Stream): string[] {
  if (max === 0) return [];
  const clocks = CAPTURE_CLOCKS.filter((clock) => captureClocks[clock] > 0).map((clock) => WHOSE_CLOCK[clock]);
  return [`age known to ± ${p50 < 10 ? Number(p50.toFixed(1)) : Math.round(p50)} ms (${clocks.join(', ')})`];
}

function stageRow(stage: string, { p50, p90, p99, max }: Distribution): string {
  return `${stage.padEnd(12)}${[p50, p90, p99, max].map((ms) => ms.toFixed(2).padStart(9)).join('')}`;
}
