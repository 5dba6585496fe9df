/**
 * Characters that terminals obey (C0 without line feed and tab, DEL, C1), and those that reorder the text around them
 * (Unicode's bidirectional overrides and isolates).
 */
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * The text as a terminal may show it. File names, titles and answers of cameras are text of strangers: their control
 * characters would clear the screen or forge lines. Escaped as in JSON, so that JSON stays the same JSON.
 */
export function printable(text: string): string {
  return text.replaceAll(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
