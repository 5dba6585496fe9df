import type { ChildProcess } from 'node:child_process';
import { nowcast, type CommandResult } from '../helpers/command.js';

/** A command whose log is followed. */
export class LoggedRun {
  readonly result: Promise<CommandResult>;
  #child: ChildProcess | undefined;
  #log = '';
  #isOver = false;
  #recheck: () => void = () => undefined;

  constructor(args: readonly string[], cwd: string) {
    this.result = nowcast(args, {
      cwd,
      onStart: (child) => {
        this.#child = child;
        child.stderr!.on('data', (data: Buffer) => {
          this.#log += data.toString();
          this.#recheck();
        });
      },
    });
    void this.result.finally(() => {
      this.#isOver = true;
      this.#recheck();
    });
  }

  /** Resolves when the log has this many lines with a text. */
  async says(text: string, times = 1): Promise<void> {
    while (this.#log.split(text).length <= times) {
      if (this.#isOver) throw new Error(`the run is over without "${text}":\n${this.#log}`);
      await new Promise<void>((resolve) => {
        this.#recheck = resolve;
      });
    }
  }

  /** The text of the first group of the first line that matches. */
  async finds(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#log)?.[1];
      if (found !== undefined) return found;
      if (this.#isOver) throw new Error(`the run is over without ${String(pattern)}:\n${this.#log}`);
      await new Promise<void>((resolve) => {
        this.#recheck = resolve;
      });
    }
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  signal(name: NodeJS.Signals): void {
    this.#child!.kill(name);
  }

  interrupt(): Promise<CommandResult> {
    this.#child!.kill('SIGINT');
    return this.result;
  }

  kill(): Promise<CommandResult> {
    this.#child!.kill('SIGKILL');
    return this.result;
  }
}
