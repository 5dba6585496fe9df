import { DEFAULT_LIMITS, type CocoStats, type DetectionLimits } from './coco-ap.js';

/** The table in pycocotools' format; undefined numbers show as -1. */
export function cocoTable(stats: CocoStats, limits: DetectionLimits = DEFAULT_LIMITS): string {
  const lines = ROWS.map(
    ([key, title, iou, area, limit]) =>
      ` ${title.padEnd(18)} @[ IoU=${iou.padEnd(9)} | area=${area.padStart(6)} | maxDets=${String(limits[limit]).padStart(3)} ] = ${(stats[key] ?? -1).toFixed(3)}`,
  );
  return lines.join('\n');
}

const [PRECISION, RECALL] = ['Average Precision  (AP)', 'Average Recall     (AR)'];
const ROWS: readonly (readonly [key: keyof CocoStats, title: string, iou: string, area: string, limit: 0 | 1 | 2])[] = [
  ['AP', PRECISION, '0.50:0.95', 'all', 2],
  ['AP50', PRECISION, '0.50', 'all', 2],
  ['AP75', PRECISION, '0.75', 'all', 2],
  ['APs', PRECISION, '0.50:0.95', 'small', 2],
  ['APm', PRECISION, '0.50:0.95', 'medium', 2],
  ['APl', PRECISION, '0.50:0.95', 'large', 2],
  ['AR1', RECALL, '0.50:0.95', 'all', 0],
  ['AR10', RECALL, '0.50:0.95', 'all', 1],
  ['AR100', RECALL, '0.50:0.95', 'all', 2],
  ['ARs', RECALL, '0.50:0.95', 'small', 2],
  ['ARm', RECALL, '0.50:0.95', 'medium', 2],
  ['ARl', RECALL, '0.50:0.95', 'large', 2],
];
