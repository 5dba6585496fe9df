import { HARMLESS_WORDS } from './harmless-words.js';
import { HIDDEN } from './shown-url.js';

/** Any part of a secret that is this long counts as the secret: programs cut and quote texts. */
export const PART_LENGTH = 8;

/**
 * Escapes of URLs, also of a URL within a URL; any character beyond ASCII; capitals; and a plus sign, which is a space
 * in forms.
 */
const PERCENT = /%(?:25)*([\da-f]{2})|[^\0-\x7f]|[A-Z+]/giu;
const PERCENT_AND_JSON = /%(?:25)*([\da-f]{2})|\\u00([\da-f]{2})|\\(["\\/])|[^\0-\x7f]|[A-Z+]/giu;

/** A text in one spelling for all, with the place of each of its characters. */
type Plain = { readonly text: string; readonly starts: readonly number[]; readonly ends: readonly number[] };

/** Finds secrets in texts, whatever their spelling and case, by parts of eight characters. */
export class PartsOfSecrets {
  /** By their length: that of the secret, if that is shorter than a part. */
  readonly #parts = new Map<number, Set<string>>();

  add(secret: string): void {
    const { text } = plain(secret, PERCENT);
    if (text === '') return;
    const length = Math.min(PART_LENGTH, text.length);
    const parts = this.#parts.get(length) ?? new Set();
    this.#parts.set(length, parts);
    for (let at = 0; at + length <= text.length; at++) {
      const part = text.slice(at, at + length);
      if (text.length <= PART_LENGTH || !isInWord(part)) parts.add(part);
    }
  }

  /** A backslash may be the secret's own, or JSON's; a secret with both kinds is found partly by each. */
  hide(text: string): string {
    const found = [...this.#find(text, PERCENT), ...this.#find(text, PERCENT_AND_JSON)].sort((a, b) => a.from - b.from);
    let shown = '';
    let end = 0;
    for (const { from, to } of found) {
      if (end === 0 || from > end) shown += text.slice(end, from);
      if (end === 0 || from >= end) shown += HIDDEN;
      end = Math.max(end, to);
    }
    return shown + text.slice(end);
  }

  *#find(text: string, spelling: RegExp): Generator<{ readonly from: number; readonly to: number }> {
    const { text: seen, starts, ends } = plain(text, spelling);
    for (let at = 0; at < seen.length; at++) {
      for (const [length, parts] of this.#parts) {
        if (at + length <= seen.length && parts.has(seen.slice(at, at + length)))
          yield { from: starts[at], to: ends[at + length - 1] };
      }
    }
  }
}

function plain(text: string, spelling: RegExp): Plain {
  let [result, done] = ['', 0];
  const starts: number[] = [];
  const ends: number[] = [];
  const add = (characters: string, from: number, to: number): void => {
    for (let i = 0; i < characters.length; i++) {
      starts.push(from);
      ends.push(to);
    }
    result += characters;
  };
  const addAsIs = (to: number): void => {
    for (; done < to; done++) add(text[done], done, done + 1);
  };
  for (const { 0: found, 1: percent, 2: unicode, 3: escaped, index } of text.matchAll(spelling)) {
    addAsIs(index);
    done = index + found.length;
    const code = (percent as string | undefined) ?? unicode;
    const characters = code === undefined ? ((escaped as string | undefined) ?? utf8(found)) : byte(parseInt(code, 16));
    add(characters === '+' ? ' ' : characters.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()), index, done);
  }
  addAsIs(text.length);
  return { text: result, starts, ends };
}

/** One character for each byte. */
function utf8(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

function byte(value: number): string {
  return String.fromCharCode(value);
}

/** `streamin` is no secret. */
function isInWord(part: string): boolean {
  return /^[a-z]+$/.test(part) && [...HARMLESS_WORDS].some((word) => word.includes(part));
}
