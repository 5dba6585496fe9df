import { counted } from '../../src/core/counted.js';
import { DataError } from '../../src/core/errors.js';
import { shown, type Json } from './records.js';

export type DataClass = {
  readonly id: number;
  readonly label: string;
  readonly supercategory: unknown;
};

/** Class names that a message lists. */
const MOST_LISTED = 8;

/**
 * The classes in the order of their ids.
 * @param name of the file, for messages
 * @throws DataError naming the wrong record
 */
export function parseClasses(records: readonly Json[], name: string): readonly DataClass[] {
  if (records.length === 0) throw new DataError(`${name}: "categories" is empty; there is nothing to learn`);
  const ids = new Set<number>();
  return records
    .map(({ id, name: label, supercategory }, i) => {
      if (typeof id !== 'number' || typeof label !== 'string')
        throw new DataError(`${name}: categories[${i}] must have a numeric "id" and a "name"`);
      if (ids.has(id)) throw new DataError(`${name}: categories[${i}]: the id ${id} is repeated`);
      ids.add(id);
      return { id, label, supercategory };
    })
    .sort((a, b) => a.id - b.id);
}

/** Classes that share a name up to case and spaces: the network would learn to tell them apart. */
export function equalNames(classes: readonly DataClass[]): string[] {
  const groups = new Map<string, DataClass[]>();
  for (const one of classes) {
    const name = comparable(one.label);
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map(
      (group) =>
        `the categories ${group.map(({ id, label }) => `${id} ${shown(label)}`).join(' and ')} have the same name; ` +
        'they are learned as different classes, so give them one id if they are one class',
    );
}

/**
 * Classes that nothing teaches.
 * @param counts boxes by class index
 */
export function emptyClasses(classes: readonly DataClass[], counts: readonly number[]): string[] {
  const empty = classes.filter((_, i) => counts[i] === 0);
  if (empty.length === 0) return [];
  const root = empty.find(({ label, supercategory }) => isRoot(label, supercategory, classes));
  return [
    `${counted(empty.length, 'class', 'classes')} of ${classes.length} ${empty.length === 1 ? 'has' : 'have'} no annotation: ${listed(empty.map(({ label }) => label))}; ` +
      'the network learns never to report such a class' +
      (root === undefined
        ? ''
        : `. "${root.label}" looks like the root that Roboflow writes before the classes; remove it from "categories"`),
  ];
}

/** `car, bus and 3 more`. */
export function listed(names: readonly string[]): string {
  const rest = names.length - MOST_LISTED;
  return rest > 1 ? `${names.slice(0, MOST_LISTED).join(', ')} and ${rest} more` : names.join(', ');
}

/** Names of one class as people see it. */
export function comparable(label: string): string {
  return label
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ');
}

function isRoot(label: string, supercategory: unknown, classes: readonly DataClass[]): boolean {
  return supercategory === 'none' || classes.some((other) => other.label !== label && other.supercategory === label);
}
