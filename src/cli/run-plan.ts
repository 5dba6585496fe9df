import type { RunPlan } from '../app/run/plan.js';
import { counted } from '../core/counted.js';

/** What `nowcast run --validate` prints. */
export function planText({ model, detectors, streams, outputs }: RunPlan): string {
  const width = Math.max(...streams.map(({ id }) => id.length));
  return [
    `valid: ${counted(streams.length, 'stream')}, ${detectors === 'auto' ? 'auto detectors' : counted(detectors, 'detector')} of ${model}`,
    ...streams.flatMap(({ id, source, record, is, detect, scene, model: own, isOff }) => [
      `${id.padEnd(width)}  ${is}: ${source}${isOff === true ? ' (off)' : ''}`,
      ...(record === undefined ? [] : [`${''.padEnd(width)}  to record: ${record}`]),
      `${''.padEnd(width)}  ${choiceText(detect)}`,
      ...(own === undefined ? [] : [`${''.padEnd(width)}  ${own}`]),
      ...(scene === undefined ? [] : [`${''.padEnd(width)}  ${sceneText(scene)}`]),
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

/** `objects; zones yard, porch; lines gate` */
function sceneText(scene: NonNullable<Stream['scene']>): string {
  const named = Object.entries(scene).filter(([, names]) => names.length > 0);
  return ['objects', ...named.map(([what, names]) => `${what} ${names.join(', ')}`)].join('; ');
}

type Stream = RunPlan['streams'][number];

function settingsText(settings: Readonly<Record<string, unknown>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
