import type { NumberRule } from './number-rule.js';
import type { Point } from './polygon.js';

/** Facts of a key of a configuration that hold for every type of value. */
type KeyFacts = {
  /** One sentence for help, documentation and editors. */
  readonly description: string;
  /** Completes the sentence "it must be …". Absent: it follows from the type. */
  readonly allowed?: string;
  /** As written in a file: `5s`, `8`, `auto`. */
  readonly default?: string | number | boolean;
  /** The rule for a default that depends on other facts: `by the number of cores`. */
  readonly defaultRule?: string;
  /** The key is required. */
  readonly required?: true;
  /** The path that it had in earlier releases, `model.hosts`; a file that has it there is read with a warning. */
  readonly formerly?: string;
  /** The flag that sets it, as help shows it: `--record <file.jsonl>`. */
  readonly flag?: string;
  /** The environment variable that sets the key if the key is absent from an existing section. */
  readonly env?: string;
  /** No message, log or recording may show its value. */
  readonly isSecret?: true;
};

/** The description of one key. Checks, messages, help, flags and the JSON Schema follow from it. */
export type Key = KeyFacts & KeyType;

type KeyType =
  | { readonly type: 'boolean' }
  | (NumberRule & { readonly type: 'number' })
  /** Two numbers within the same bounds, such as a range. */
  | (NumberRule & { readonly type: 'pair' })
  /**
   * @see pattern a regular expression that the whole text must match
   * @see anchor makes a relative path in the text absolute, before the check
   */
  | {
      readonly type: 'text';
      readonly pattern?: string;
      readonly check?: (text: string) => unknown;
      readonly anchor?: (text: string, folder: string) => string;
      readonly isNumberToo?: true;
    }
  | { readonly type: 'choice'; readonly values: readonly string[] }
  /** The corners of an area (closed), or the points of a line, as fractions of the picture. */
  | { readonly type: 'points'; readonly isClosed: boolean }
  /** `500ms`, `30s`, or a number of milliseconds; it is parsed into milliseconds. */
  | { readonly type: 'duration' }
  /** A place in a recording: a duration or 0, `1:30`, or `1:02:03.5`; it is parsed into milliseconds. */
  | { readonly type: 'time' }
  /** A list of texts, or one text with commas. */
  | { readonly type: 'list' }
  /** A path; a relative one starts at the configuration's folder. */
  | { readonly type: 'file' }
  /** A path, or a name if there is no such file. */
  | { readonly type: 'file-or-name' }
  /** The first type that accepts the value. */
  | { readonly type: 'either'; readonly of: readonly Key[] }
  | { readonly type: 'section'; readonly keys: Keys }
  /** Sections of the same keys under names that people choose. */
  | {
      readonly type: 'sections';
      readonly of: Keys;
      readonly nameOf: string;
      /** Names may have any letters, such as those of classes. */
      readonly hasAnyNames?: true;
      /** Keys that a section may not hold beside its others, each with the reason and the remedy. */
      readonly misplaced?: (section: Readonly<Record<string, unknown>>) => Readonly<Record<string, string>>;
    };

/** The keys of a section, or of a whole configuration, in the order in which help and messages list them. */
export type Keys = Readonly<Record<string, Key>>;

type ValueOf<K extends Key> = K extends { readonly type: 'boolean' }
  ? boolean
  : K extends { readonly type: 'number' | 'duration' | 'time' }
    ? number
    : K extends { readonly type: 'pair' }
      ? readonly [number, number]
      : K extends { readonly type: 'choice'; readonly values: readonly (infer V)[] }
        ? V
        : K extends { readonly type: 'points' }
          ? readonly Point[]
          : K extends { readonly type: 'list' }
            ? readonly string[]
            : K extends { readonly type: 'either'; readonly of: readonly (infer E extends Key)[] }
              ? ValueOf<E>
              : K extends { readonly type: 'section'; readonly keys: infer S extends Keys }
                ? SettingsOf<S>
                : K extends { readonly type: 'sections'; readonly of: infer S extends Keys }
                  ? Readonly<Record<string, SettingsOf<S>>>
                  : string;

type NamesOf<S extends Keys, Facts> = { [N in keyof S]: S[N] extends Facts ? N : never }[keyof S];

/** Keys that are not known at compile time, such as those of a registry's entry. */
type AnySettings = Readonly<Record<string, unknown>>;

/** The values of a checked configuration. No default is filled in; durations are milliseconds. */
export type SettingsOf<S extends Keys> = string extends keyof S
  ? AnySettings
  : { readonly [N in NamesOf<S, { readonly required: true }>]: ValueOf<S[N]> } & {
      readonly [N in Exclude<keyof S, NamesOf<S, { readonly required: true }>>]?: ValueOf<S[N]> | undefined;
    };

/** The same, with every default filled in. */
export type ResolvedOf<S extends Keys> = string extends keyof S
  ? AnySettings
  : { readonly [N in NamesOf<S, { readonly required: true } | { readonly default: unknown }>]: ValueOf<S[N]> } & {
      readonly [N in Exclude<keyof S, NamesOf<S, { readonly required: true } | { readonly default: unknown }>>]?:
        ValueOf<S[N]> | undefined;
    };
