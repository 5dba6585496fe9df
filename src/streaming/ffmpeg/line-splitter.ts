/** Longer than any useful line of a program. */
const LONGEST_LINE = 64 * 1024;

/**
 * Splits text into lines and passes them on without their end; a last line without one comes with `end()`. Of an
 * endless line the beginning comes. A lone carriage return is a part of its line: authors write it into titles.
 */
export class LineSplitter {
  #rest = '';
  #isSkipping = false;
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#pass(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (this.#rest.length <= LONGEST_LINE) return;
    if (!this.#isSkipping) this.#onLine(this.#rest);
    this.#isSkipping = true;
    this.#rest = '';
  }

  end(): void {
    if (this.#rest !== '') this.#pass(this.#rest);
    this.#rest = '';
  }

  #pass(line: string): void {
    if (!this.#isSkipping) this.#onLine(line);
    this.#isSkipping = false;
  }
}
