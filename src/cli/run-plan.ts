import type { RunPlan } from '../app/run/plan.js';
import { counted } from '../core/counted.js';

/** What `nowcast run --validate` prints. */
export function planText({ model, detectors, streams, outputs }: RunPlan): string {
  const width = Math.max(...streams.map(({ id }) => id.length));
  return [
    `valid: ${counted(streams.length, 'stream')}, ${counted(detectors, 'detector')} of ${model}`,
    ...streams.flatMap(({ id, source, is, detect }) => [
      `${id.padEnd(width)}  ${is}: ${source}`,
      `${''.padEnd(width)}  ${choiceText(detect)}`,
    ]),
    ...outputs.map(({ kind, settings }) => `${kind}: ${settingsText(settings)}`),
  ].join('\n');
}

function choiceText({ conf, classes, schedule, budgetMs, track, forecast, priority }: Stream['detect']): string {
  return [
    schedule,
    budgetMs === undefined ? 'no budget' : `budget ${budgetMs} ms`,
    `score ${conf} or more`,
    classes === undefined ? 'all classes' : classes.join(', '),
    ...(forecast !== 'none' ? [`forecast ${forecast}`] : track ? ['tracked'] : []),
    ...(priority === 1 ? [] : [`priority ${priority}`]),
  ].join('; ');
}

type Stream = RunPlan['streams'][number];

function settingsText(settings: Readonly<Record<string, unknown>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
