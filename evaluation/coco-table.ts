import type { CocoStats } from './coco-ap.js';

/** The table in pycocotools' format; undefined numbers show as -1. */
export function cocoTable(stats: CocoStats): string {
  const lines = ROWS.map(
    ([key, title, iou, area, maxDets]) =>
      ` ${title.padEnd(18)} @[ IoU=${iou.padEnd(9)} | area=${area.padStart(6)} | maxDets=${maxDets.padStart(3)} ] = ${(stats[key] ?? -1).toFixed(3)}`,
  );
  return lines.join('\n');
}

const [PRECISION, RECALL] = ['Average Precision  (AP)', 'Average Recall     (AR)'];
const ROWS: readonly (readonly [key: keyof CocoStats, title: string, iou: string, area: string, maxDets: string])[] = [
  ['AP', PRECISION, '0.50:0.95', 'all', '100'],
  ['AP50', PRECISION, '0.50', 'all', '100'],
  ['AP75', PRECISION, '0.75', 'all', '100'],
  ['APs', PRECISION, '0.50:0.95', 'small', '100'],
  ['APm', PRECISION, '0.50:0.95', 'medium', '100'],
  ['APl', PRECISION, '0.50:0.95', 'large', '100'],
  ['AR1', RECALL, '0.50:0.95', 'all', '1'],
  ['AR10', RECALL, '0.50:0.95', 'all', '10'],
  ['AR100', RECALL, '0.50:0.95', 'all', '100'],
  ['ARs', RECALL, '0.50:0.95', 'small', '100'],
  ['ARm', RECALL, '0.50:0.95', 'medium', '100'],
  ['ARl', RECALL, '0.50:0.95', 'large', '100'],
];
