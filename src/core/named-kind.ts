/**
 * One entry of a registry whose items a configuration names by a word, such as a policy or a forecaster. Help texts,
 * checks, messages and the JSON Schema follow from it.
 */
export type NamedKind<T> = {
  /** The form of the text, with a capital letter for the part that varies: `stride:N`. */
  readonly form: string;
  /** The values of the capital letter, as an aside: `N is 1 or more`. */
  readonly where?: string;
  /** One sentence for the documentation. */
  readonly description: string;
  /** A pattern that matches the texts of this entry and of no other. */
  readonly examples: readonly string[];
  /** The item that the text names; undefined if the text does not match. */
  parse(text: string): T | undefined;
  /** For an entry that names a file: the text with an absolute path, from `folder`; undefined if it does not match. */
  anchor?(text: string, folder: string): string | undefined;
};

/** The item that a text names; undefined if no entry matches it. */
export function findNamed<T>(kinds: readonly NamedKind<T>[], text: string): T | undefined {
  for (const kind of kinds) {
    const found = kind.parse(text);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The forms of all entries, for messages: `idle-free, stride:N (N is 1 or more)`. */
export function formsOf(kinds: readonly NamedKind<unknown>[]): string {
  const asides = kinds.flatMap(({ where }) => where ?? []);
  return `${kinds.map(({ form }) => form).join(', ')}${asides.length === 0 ? '' : ` (${asides.join('; ')})`}`;
}

/** An entry whose form is one fixed word. */
export function fixedKind<T extends { readonly name: string }>(thing: T, description: string): NamedKind<T> {
  return {
    form: thing.name,
    description,
    examples: [thing.name],
    parse: (text) => (text === thing.name ? thing : undefined),
  };
}
