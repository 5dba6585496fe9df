/**
 * Characters that a terminal obeys instead of showing them: control characters but tab and line feed, and those that
 * turn the direction of writing or break lines.
 */
const UNPRINTABLE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A text that is safe to print: names of files, classes and streams are chosen by others. Each such character becomes
 * its escape, `\u001b`, which JSON reads as the same character.
 */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
