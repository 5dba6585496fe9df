import { createInterface, type Interface } from 'node:readline/promises';
import { UsageError } from '../core/errors.js';

/** Asks on the terminal, and ends with it. */
export class Questions implements Disposable {
  readonly #terminal: Interface;
  readonly #ended = new AbortController();

  /** @param signal ends the questions, also the open one */
  constructor(signal: AbortSignal) {
    const end = (reason: unknown): void => this.#ended.abort(reason);
    signal.addEventListener('abort', () => end(signal.reason), { signal: this.#ended.signal });
    this.#terminal = createInterface({ input: process.stdin, output: process.stderr });
    // While readline has the terminal, Ctrl-C is a key.
    this.#terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    this.#terminal.on('close', () => end(new UsageError('the answers ended before the questions; nothing is written')));
  }

  get haveEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  /**
   * @param preset the answer that an empty line stands for
   * @throws the signal's reason; UsageError at the end of the input
   */
  async ask(question: string, preset = ''): Promise<string> {
    const { signal } = this.#ended;
    signal.throwIfAborted();
    try {
      const answer = await this.#terminal.question(`${question}${preset === '' ? '' : ` [${preset}]`}: `, { signal });
      return answer.trim() || preset;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }

  async isYes(question: string): Promise<boolean> {
    return /^y/i.test(await this.ask(`${question} (y/n)`, 'n'));
  }

  [Symbol.dispose](): void {
    this.#terminal.close();
  }
}
