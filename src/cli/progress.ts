import cliProgress from 'cli-progress';
import type { Progress, ProgressBar, ProgressBarOptions } from '../app/context.js';
import { printable } from '../core/printable.js';

const NO_BAR: ProgressBar = { set: () => undefined, done: () => undefined };

/** Progress bars at the bottom of a terminal; other lines go above them. Without a terminal, no bars are drawn. */
export class TerminalProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #enabled: boolean;
  readonly #log: { write(line: string): void };
  #bars: cliProgress.MultiBar | undefined;
  #open = 0;

  /** @param log takes lines while no bar is drawn */
  constructor(stream: NodeJS.WriteStream, enabled: boolean, log: { write(line: string): void } = stream) {
    this.#log = log;
    this.#stream = stream;
    this.#enabled = enabled;
  }

  bar({ label: text, from = 0, total, unit }: ProgressBarOptions): ProgressBar {
    if (!this.#enabled) return NO_BAR;
    const label = printable(text);
    this.#bars ??= new cliProgress.MultiBar(
      {
        stream: this.#stream,
        clearOnComplete: true,
        hideCursor: true,
        gracefulExit: false,
        barsize: 30,
        autopadding: true,
      },
      cliProgress.Presets.shades_classic,
    );
    const format =
      total === undefined
        ? `${label}  {value} ${unit}  {duration_formatted}`
        : `${label}  {bar} {percentage}%  {value}/{total} ${unit}  {eta_formatted} left`;
    const bar = this.#bars.create(total ?? 0, from, {}, { format });
    this.#open++;
    let done = false;
    return {
      set: (value) => bar.update(value),
      done: () => {
        if (done) return;
        done = true;
        bar.stop();
        if (--this.#open === 0) this.stop();
        else this.#bars?.remove(bar);
      },
    };
  }

  /** Writes a whole line to the stream, above the bars. */
  print(line: string): void {
    if (this.#bars === undefined) {
      this.#log.write(line);
      return;
    }
    this.#bars.log(line);
    // Printed at once: a line that waits for the next redraw would be lost if the bars are removed first.
    this.#bars.update();
  }

  /** Removes the bars and restores the cursor. */
  stop(): void {
    this.#bars?.stop();
    this.#bars = undefined;
  }
}
