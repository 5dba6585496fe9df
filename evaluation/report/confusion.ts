import { BACKGROUND, classesShown } from '../confusion.js';
import { element, escaped, type Markup } from './markup.js';

/** More rows and columns do not fit; the classes with most objects stay. */
const MOST_CLASSES = 24;
/** The darkest shade, on which text is still legible. */
const MOST_SHADE = 50;

/**
 * A confusion matrix as a table, each cell shaded by its share of the row.
 * @param names of the classes
 * @param counts [annotated class, detected class], the background last in both
 */
export function confusionTable(names: readonly string[], counts: readonly (readonly number[])[]): Markup {
  const { shown, left } = classesShown(counts, MOST_CLASSES);
  const titleOf = (k: number): string => names[k] ?? BACKGROUND;
  const rows = shown.map((row) => {
    const total = counts[row].reduce((sum, count) => sum + count, 0);
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, escaped(titleOf(row))),
      ...shown.map((column) => {
        const count = counts[row][column];
        const shade = total === 0 ? 0 : Math.round((count / total) * MOST_SHADE);
        const style = shade === 0 ? undefined : `background:color-mix(in srgb, var(--first) ${shade}%, transparent)`;
        return element('td', { style, class: count === 0 ? 'none' : undefined }, count === 0 ? '·' : String(count));
      }),
    );
  });
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col' }, 'annotated as'),
    ...shown.map((k) => element('th', { scope: 'col' }, escaped(titleOf(k)))),
  );
  const note =
    left === 0
      ? ''
      : element('p', { class: 'note' }, `${left} more ${left === 1 ? 'class is' : 'classes are'} not shown`);
  return element('table', { class: 'confusion' }, element('thead', {}, head), element('tbody', {}, ...rows)) + note;
}
