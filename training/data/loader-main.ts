import { serve } from '../threads/serve.js';
import { batchMaker } from './batches.js';
import type { LoadedBatch, LoaderStart } from './loader-messages.js';
import { PictureMemory } from './picture-memory.js';
import { createPictureStore } from './picture-store.js';

await serve<number, LoadedBatch>(({ memory, ...options }: LoaderStart) => {
  const skipped: string[] = [];
  const store = createPictureStore({
    ...options,
    memory: new PictureMemory(memory),
    onSkip: (message) => skipped.push(message),
  });
  const make = batchMaker({ ...options, store });
  return {
    answer: async (step) => ({ batch: await make(step), skipped: skipped.splice(0) }),
    transfer: ({ batch }) => [batch.pixels.buffer as ArrayBuffer],
  };
});
