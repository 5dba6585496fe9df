import { DataError } from '../src/core/errors.js';
import type { GroundTruth, GroundTruthClass } from './ground-truth.js';
import { idText } from './record-id.js';
import { counted } from '../src/core/counted.js';

/** The classes of a model beside those of a ground truth. */
export type MatchedClasses = {
  /** By class of the model: the class index of the ground truth; -1 for a class that the ground truth does not have. */
  readonly mapping: Int32Array;
  /** Classes that can only score 0, and equal names. */
  readonly warnings: readonly string[];
};

type Classes = Pick<GroundTruth, 'classes' | 'classIndex' | 'cocoMapping' | 'modelNames'> &
  Partial<Pick<GroundTruth, 'objects'>>;

/**
 * Matches classes by name, ignoring case, spaces, hyphens and underscores, or as the annotations' `coco_mapping` and
 * {@link GroundTruth.modelNames} say. Of several classes with one name, the only one that has objects is taken.
 * @throws DataError if no class matches, a chosen name is none of the model's, or the choice is not clear
 */
export function matchClasses(classNames: readonly string[], truth: Classes): MatchedClasses {
  const { classes, classIndex, cocoMapping, modelNames } = truth;
  const counts = objectCounts(truth);
  const warnings: string[] = [];
  const byName = new Map<string, number[]>();
  classes.forEach(({ name }, k) => {
    for (const wanted of modelNames?.get(k) ?? [name])
      byName.set(plain(wanted), [...(byName.get(plain(wanted)) ?? []), k]);
  });
  checkModelNames(modelNames, classNames);

  const byCoco = cocoMapping?.length === classNames.length ? cocoMapping : undefined;
  const mapping = Int32Array.from(classNames, (name, m) => {
    const named = byName.get(plain(name)) ?? [];
    const chosen = named.find((k) => modelNames?.has(k));
    if (byCoco !== undefined) return chosen ?? classIndex.get(byCoco[m]) ?? -1;
    if (named.length <= 1) return named[0] ?? -1;
    return onlyAnnotated(named, classes, counts, warnings);
  });
  if (mapping.every((index) => index < 0)) {
    throw new DataError(
      `none of the model's classes (${short(classNames)}) is in the annotations (${short(classes.map(({ name }) => name))}); check that model and annotations belong together, or name the model's classes with --map "${classes[0]?.name ?? 'pedestrian'}=${classNames[0] ?? 'person'}"`,
    );
  }
  return { mapping, warnings: [...warnings, ...unmatched(classNames, truth, mapping, counts)] };
}

/** The mapping of {@link matchClasses} alone. */
export function mapClasses(classNames: readonly string[], truth: Classes): Int32Array {
  return matchClasses(classNames, truth).mapping;
}

/** Equal names have equal plain forms. */
export function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .trim();
}

function objectCounts({ classes, objects }: Classes): Int32Array {
  const counts = new Int32Array(classes.length);
  for (const k of objects?.classIndex ?? []) counts[k]++;
  return counts;
}

function checkModelNames(modelNames: GroundTruth['modelNames'], classNames: readonly string[]): void {
  const known = new Set(classNames.map(plain));
  const wrong = [...(modelNames?.values() ?? [])].flat().find((name) => !known.has(plain(name)));
  if (wrong !== undefined)
    throw new DataError(
      `"${wrong}" is no class of the model (${short(classNames)}); --map names first the annotations' class, then the model's: pedestrian=person`,
    );
}

function onlyAnnotated(
  named: readonly number[],
  classes: readonly GroundTruthClass[],
  counts: Int32Array,
  warnings: string[],
): number {
  const list = named.map((k) => `"${classes[k].name}" (id ${idText(classes[k].id)})`).join(' and ');
  const annotated = named.filter((k) => counts[k] > 0);
  if (annotated.length > 1)
    throw new DataError(
      `${list} stand for one class of the model, and all have objects; rename one, or choose one by its id with --classes`,
    );
  const taken = annotated[0] ?? named[0];
  warnings.push(
    `${list} stand for one class of the model; ${idText(classes[taken].id)} is taken, the others have no object`,
  );
  return taken;
}

/** A class without objects has no AP, so only the others need a warning. */
function unmatched(
  classNames: readonly string[],
  { classes }: Pick<GroundTruth, 'classes'>,
  mapping: Int32Array,
  counts: Int32Array,
): string[] {
  const matched = new Set(mapping);
  if (classes.every((_, k) => counts[k] === 0 || matched.has(k))) return [];
  const matchedNames = new Set([...matched].map((k) => plain(classes[k]?.name ?? '')));
  const lost = classes.filter(({ name }, k) => !matched.has(k) && !matchedNames.has(plain(name)));
  const names = lost.map(({ name }) => `"${name}"`).join(', ');
  const objects = classes.reduce((sum, _, k) => sum + (matched.has(k) ? 0 : counts[k]), 0);
  const spare = classNames.filter((_, m) => mapping[m] < 0);
  return [
    `no class of the model is called ${names}; their ${counted(objects, 'object')} count as not found: name the model's class with --map "${lost[0].name}=${spare[0] ?? 'NAME'}", or leave them out with --classes`,
    ...(spare.length === 0 ? [] : [`classes of the model that are not scored: ${short(spare, 12)}`]),
  ];
}

function short(names: readonly string[], most = 5): string {
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}
