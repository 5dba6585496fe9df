import { Thread } from '../threads/thread.js';
import type { NumberedBatch } from './batches.js';
import type { LoadedBatch, LoaderStart } from './loader-messages.js';
import { PictureMemory } from './picture-memory.js';

export type LoaderOptions = Omit<LoaderStart, 'memory'> & {
  readonly threads: number;
  /** Memory for decoded pictures, shared by the threads. */
  readonly keepBytes: number;
  /** Called once for each unusable picture. */
  readonly onSkip: (message: string) => void;
};

/** Makes batches in threads, beside their consumer. */
export type Loader = {
  /** The batch of a step, the same from every thread. */
  readonly make: (step: number) => Promise<NumberedBatch>;
  readonly close: () => Promise<void>;
};

export async function openLoader({ threads: count, keepBytes, onSkip, ...options }: LoaderOptions): Promise<Loader> {
  const { pictures, input } = options;
  const bytes = Math.min(keepBytes, pictures.length * input.width * input.height * 3);
  const start: LoaderStart = { ...options, memory: PictureMemory.allocate(pictures.length, bytes) };
  const threads = await Thread.openAll<number, LoadedBatch>(
    'a loader of pictures',
    new URL('./loader-main.js', import.meta.url),
    Array<LoaderStart>(count).fill(start),
  );
  return {
    make: async (step) => {
      const { batch, skipped } = await threads[step % count].ask(step);
      skipped.forEach(onSkip);
      return batch;
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}
