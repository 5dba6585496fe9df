import { Option, type Command } from 'commander';
import { RUN_KEYS } from '../app/parts.js';
import { keyAt, shortlyAllowed } from '../config/schema.js';
import { InternalError, UsageError } from '../core/errors.js';
import type { Key } from '../core/keys.js';
import { allowedNumbers, readNumber, type NumberRule } from '../core/number-rule.js';

/** Flags as commander returns them: text, or true for a flag without a value. */
export type RawFlags = Readonly<Record<string, string | true | undefined>>;

/** A flag of a command: its declaration, and the parser of its text. */
export type Flag<T> = {
  readonly option: Option;
  /** @throws UsageError naming the flag, the value and the allowed values */
  readonly read: (raw: string | true | undefined) => T;
};

type Flags = Readonly<Record<string, Flag<unknown>>>;
export type FlagValues<F extends Flags> = { readonly [Name in keyof F]: F[Name] extends Flag<infer T> ? T : never };

/** Declares flags for a command and its help. */
export function addFlags(command: Command, flags: Flags): Command {
  for (const { option } of Object.values(flags)) command.addOption(option);
  return command;
}

/** @throws UsageError for the first flag with a wrong value */
export function readFlags<F extends Flags>(flags: F, raw: RawFlags): FlagValues<F> {
  const values = Object.entries(flags).map(([name, { option, read }]) => [name, read(raw[option.attributeName()])]);
  return Object.fromEntries(values) as FlagValues<F>;
}

/** Facts that help shows about a flag's values. */
type Facts = {
  /** Completes "it must be …". */
  readonly allowed?: string;
  /** The value without the flag. */
  readonly preset?: string | number | undefined;
};

function optionOf(declaration: string, help: string, { allowed, preset }: Facts = {}): Option {
  const facts = [
    ...(allowed === undefined ? [] : [allowed.replace(/^one of /, '')]),
    ...(preset === undefined ? [] : [`default: ${preset}`]),
  ];
  const option = new Option(declaration, facts.length === 0 ? help : `${help} (${facts.join('; ')})`);
  // A list may be given in parts: --map a=b --map c=d.
  return declaration.endsWith('<list>') ? option.argParser(added) : option;
}

function added(text: string, before: string | undefined): string {
  return before === undefined ? text : `${before},${text}`;
}

/**
 * The option that sets a configuration key. The key gives its declaration and help.
 * @param path of the key, such as `detect.conf`
 * @param preset the default value, if it differs from the key's default
 */
export function keyOption(path: string, preset?: string | number): Option {
  const key = keyAt(RUN_KEYS, path.split('.'));
  if (key?.flag === undefined) throw new InternalError(`no flag sets the key ${path}`);
  return optionOfKey({ ...key, flag: key.flag }, preset);
}

/** The option of a key that has a flag. */
export function optionOfKey(key: Key & { readonly flag: string }, preset?: string | number): Option {
  const isSwitch = !key.flag.includes('<');
  if (isSwitch) return optionOf(key.flag, asHelp(key.description));
  return optionOf(key.flag, asHelp(key.description), {
    allowed: shortlyAllowed(key),
    preset: preset ?? String(key.default ?? key.defaultRule ?? 'none'),
  });
}

/** A sentence in commander's style: no capital (except of names such as NMS), no full stop. */
function asHelp(sentence: string): string {
  return sentence.replace(/^[A-Z](?=[a-z]*\b)/, (letter) => letter.toLowerCase()).replace(/\.$/, '');
}

/** A flag with a value. `parse` turns its text into the value, or returns undefined for text that is not allowed. */
export function parsedFlag<T, P>(
  declaration: string,
  help: string,
  {
    allowed,
    parse,
    preset,
    presetText,
  }: { allowed: string; parse: (text: string) => T | undefined; preset: P; presetText?: string | number | undefined },
): Flag<T | P> {
  const option = optionOf(declaration, help, { allowed, preset: presetText });
  return {
    option,
    read: (raw) => {
      if (raw === undefined) return preset;
      const value = parse(String(raw));
      if (value === undefined)
        throw new UsageError(`${option.long ?? declaration} is ${JSON.stringify(raw)}; it must be ${allowed}`);
      return value;
    },
  };
}

/**
 * @param preset the default value
 * @param presetText the default value as help shows it
 */
export function numberFlag<P extends number | undefined>(
  declaration: string,
  help: string,
  rule: NumberRule,
  preset: P,
  presetText: string | number | undefined = preset,
): Flag<number | P> {
  return parsedFlag(declaration, help, {
    allowed: allowedNumbers(rule),
    parse: (text) => readNumber(text, rule),
    preset,
    presetText,
  });
}

/** A flag with one of a few words as its value. */
export function choiceFlag<const C extends string, P extends C | undefined>(
  declaration: string,
  help: string,
  choices: readonly C[],
  preset: P,
  presetText: string | undefined = preset,
): Flag<C | P> {
  return parsedFlag(declaration, help, {
    allowed: orList(choices),
    parse: (text) => choices.find((choice) => choice === text),
    preset,
    presetText,
  });
}

/** A flag with free text, such as a path. `facts` only appear in help. */
export function textFlag(declaration: string, help: string, facts: Facts = {}): Flag<string | undefined> {
  return { option: optionOf(declaration, help, facts), read: (raw) => (raw === undefined ? undefined : String(raw)) };
}

/** A flag with free text that the command requires; commander refuses a command line without it. */
export function requiredFlag(declaration: string, help: string): Flag<string> {
  return { option: optionOf(declaration, `${help} (required)`).makeOptionMandatory(), read: String };
}

/** A flag without a value. */
export function switchFlag(declaration: string, help: string): Flag<boolean> {
  return { option: optionOf(declaration, help), read: (raw) => raw === true };
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}
