import { classIdsOf } from '../../config/class-ids.js';
import { aboutKeys } from '../../core/error-key.js';
import type { SceneRules } from '../../core/scene-rules.js';

/** True if a rule is about certain classes. */
export function namesClasses({ zones, lines, masks, filterByClass }: SceneRules): boolean {
  const rules = [zones, lines, masks].flatMap((each) => Object.values<{ readonly classes?: unknown }>(each));
  return Object.keys(filterByClass).length > 0 || rules.some(({ classes }) => classes !== undefined);
}

/**
 * The rules with each class as the model spells it.
 * @param streamId for the message
 * @throws UsageError naming the key of a class that the model does not have
 */
export function withModelClasses(rules: SceneRules, names: readonly string[], streamId: string): SceneRules {
  const spelled = (classes: readonly string[], key: string): string[] =>
    aboutKeys([`cameras.${streamId}.${key}`], () => classIdsOf(classes, names, `${key} of ${streamId}`)).map(
      (id) => names[id],
    );
  const each = <R extends { readonly classes?: readonly string[] | undefined }>(
    section: string,
    entries: Readonly<Record<string, R>>,
  ): Readonly<Record<string, R>> =>
    Object.fromEntries(
      Object.entries(entries).map(([name, rule]) => [
        name,
        rule.classes === undefined ? rule : { ...rule, classes: spelled(rule.classes, `${section}.${name}.classes`) },
      ]),
    );
  return {
    ...rules,
    zones: each('zones', rules.zones),
    lines: each('lines', rules.lines),
    masks: each('masks', rules.masks),
    filterByClass: Object.fromEntries(
      Object.entries(rules.filterByClass).map(([name, filter]) => [spelled([name], 'objects.per_class')[0], filter]),
    ),
  };
}
