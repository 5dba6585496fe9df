import { classesShown } from '../../../evaluation/confusion.js';
import type { ConfusionJson, EvaluationJson } from '../../../evaluation/score.js';
import { table } from '../table.js';

/** The scores of each class, in the order of their ids. */
export function classText({ perClass, maxDets }: EvaluationJson): string {
  const number = (value: number | null): string => value?.toFixed(3) ?? '-';
  const rows = Object.entries(perClass).map(([name, { objects, detections, AP, AP50, AP75, AR }]) => [
    name,
    String(objects),
    String(detections),
    ...[AP, AP50, AP75, AR].map(number),
  ]);
  return indented(table(['class', 'objects', 'detections', 'AP', 'AP50', 'AP75', `AR${maxDets[2]}`], rows));
}

/** A terminal is too narrow for more columns. */
const MOST_COLUMNS = 12;
/** Longer names are cut in the heads of columns, which have their full length in the rows. */
const LONGEST_HEAD = 10;

/** The confusion matrix of the classes that occur, and the thresholds that it holds for. */
export function confusionText({ iou, score, names, counts }: ConfusionJson): string {
  const { shown, left } = classesShown(counts, MOST_COLUMNS - 1);
  const head = (name: string): string => (name.length > LONGEST_HEAD ? `${name.slice(0, LONGEST_HEAD - 1)}…` : name);
  const matrix = table(
    ['annotated as', ...shown.map((k) => head(names[k]))],
    shown.map((row) => [names[row], ...shown.map((column) => String(counts[row][column]))]),
  );
  return indented(
    [
      `confusion at IoU ${iou} and score ${score}: rows annotated as, columns detected as`,
      matrix,
      ...(left === 0 ? [] : [`${left} more ${left === 1 ? 'class is' : 'classes are'} in --json`]),
    ].join('\n'),
  );
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, ' ');
}
