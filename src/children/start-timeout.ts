import type { After } from '../core/after.js';

/** A process that used less of the processor in a whole limit waits for something, and that never came. */
const LEAST_PROGRESS_MS = 50;

export type StartTimeout = {
  readonly limitMs: number;
  /** Processor time that the process has used, milliseconds; undefined if it is not known. */
  readonly cpuTimeMs: () => number | undefined;
  readonly onHung: () => void;
  readonly after: After;
};

/**
 * Calls `onHung` if a start takes too long. A process that makes progress, but gets too little of the processor, may
 * use as much of its time as the limit.
 * @returns ends the watch
 */
export function watchStart({ limitMs, cpuTimeMs, onHung, after }: StartTimeout): () => void {
  let usedMs = 0;
  const check = (): void => {
    const nowUsedMs = cpuTimeMs() ?? 0;
    if (nowUsedMs - usedMs < LEAST_PROGRESS_MS || nowUsedMs >= limitMs) {
      onHung();
      return;
    }
    usedMs = nowUsedMs;
    cancel = after(limitMs, check);
  };
  let cancel = after(limitMs, check);
  return () => cancel();
}
