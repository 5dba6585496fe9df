import { counted } from '../core/counted.js';

type Stream = { write(text: string, done: (error?: Error | null) => void): unknown };

/**
 * A log whose disk is full, or whose reader is gone, costs lines and nothing else: they are counted, and the log says
 * how many they were as soon as it can be written again.
 */
export class PatientLog {
  readonly #stream: Stream;
  #lost = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  /** Never throws. */
  write(lines: string): void {
    this.#stream.write(lines, (error) => {
      if (error) this.#lost += 1;
      else if (this.#lost > 0) {
        const lost = this.#lost;
        this.#lost = 0;
        this.write(`nowcast: ${counted(lost, 'line')} of the log could not be written here\n`);
      }
    });
  }
}
