import cliProgress from 'cli-progress';
import type { Progress, ProgressBar, ProgressBarOptions } from '../app/context.js';
import type { Clock } from '../core/clock.js';
import { printable } from '../core/printable.js';
import { WorkProgress } from './work-progress.js';

/** Characters of a bar; fewer on a narrow terminal. */
const BAR_WIDTH = 30;
const NARROW_BAR_WIDTH = 12;
const NARROW_COLUMNS = 110;
/** Nobody can read words that change faster. */
const WORDS_EVERY_MS = 1000;

/** Progress bars at the bottom of a terminal; other lines go above them. */
export class TerminalProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #clock: Clock;
  readonly #log: { write(line: string): void };
  #bars: cliProgress.MultiBar | undefined;
  #open = 0;

  /** @param log takes lines while no bar is drawn */
  constructor(stream: NodeJS.WriteStream, clock: Clock, log: { write(line: string): void } = stream) {
    this.#stream = stream;
    this.#clock = clock;
    this.#log = log;
  }

  bar(options: ProgressBarOptions): ProgressBar {
    this.#bars ??= new cliProgress.MultiBar(
      { stream: this.#stream, clearOnComplete: true, hideCursor: true, gracefulExit: false },
      cliProgress.Presets.shades_classic,
    );
    const work = new WorkProgress(options, this.#clock);
    const bar = this.#bars.create(options.total ?? 0, options.from ?? 0, {}, { format: this.#format(options, work) });
    this.#open++;
    let done = false;
    return {
      set: (value) => {
        work.set(value);
        bar.update(value);
      },
      done: () => {
        if (done) return;
        done = true;
        bar.stop();
        if (--this.#open === 0) this.stop();
        else this.#bars?.remove(bar);
      },
    };
  }

  #format({ label, total }: ProgressBarOptions, work: WorkProgress): cliProgress.GenericFormatter {
    let words = '';
    let wordedMs = -Infinity;
    return (options, { progress }) => {
      const nowMs = this.#clock.now();
      if (nowMs - wordedMs >= WORDS_EVERY_MS) {
        wordedMs = nowMs;
        words = [work.left(), work.details()].filter((text) => text !== '').join(', ');
      }
      const barsize = this.#stream.columns < NARROW_COLUMNS ? NARROW_BAR_WIDTH : BAR_WIDTH;
      const drawn =
        total === undefined
          ? ''
          : `${cliProgress.Format.BarFormat(progress, { ...options, barsize })} ${Math.floor(100 * progress)}%  `;
      return `${printable(label)}  ${drawn}${[work.count(), words].filter((text) => text !== '').join(', ')}`;
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
