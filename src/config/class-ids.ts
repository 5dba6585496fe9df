import { UsageError } from '../core/errors.js';
import { didYouMean } from './suggest.js';

/**
 * The ids of classes given by name or by id, ascending and without duplicates.
 * @param names the model's class names, by id
 * @param where the key (and flag) of the classes, for the message
 * @throws UsageError naming a class that the model does not have
 */
export function classIdsOf(
  classes: readonly string[],
  names: readonly string[],
  where = 'detect.classes (--classes)',
): number[] {
  const ids = classes.map((text) => {
    const wanted = text.trim().toLowerCase();
    const byName = names.findIndex((name) => name.toLowerCase() === wanted);
    if (byName >= 0) return byName;
    if (/^\d+$/.test(wanted) && Number(wanted) < names.length) return Number(wanted);
    const allowed =
      names.length <= 20 ? names.join(', ') : `${names.slice(0, 20).join(', ')} and ${names.length - 20} more`;
    throw new UsageError(
      `${where} has "${text}", which is not a class of the model${didYouMean(wanted, names)} (it has ${allowed}; ids 0 to ${names.length - 1})`,
    );
  });
  return [...new Set(ids)].sort((a, b) => a - b);
}
