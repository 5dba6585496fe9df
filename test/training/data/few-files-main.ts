import { closeSync, openSync } from 'node:fs';
import type { NowcastError } from '../../../src/core/errors.js';
import { PictureMemory } from '../../../training/data/picture-memory.js';
import { createPictureStore } from '../../../training/data/picture-store.js';

/**
 * A process of the test beside it: opens a picture when no more files can be opened, and again when they can, and
 * prints the results.
 */
const path = process.argv[2];
const pictures = [
  { path, size: { width: 8, height: 6 }, labels: { classIds: new Int32Array(), corners: new Float32Array() } },
];
const store = createPictureStore({
  pictures,
  input: { width: 64, height: 64 },
  memory: new PictureMemory(PictureMemory.allocate(1, 0)),
  onSkip: console.log,
});

const files: number[] = [];
try {
  for (;;) files.push(openSync(path, 'r'));
} catch {
  // No more.
}
await store.open(0).catch((error: unknown) => {
  const { code, message } = error as NowcastError;
  console.log(`${code}\n${message}`);
});
for (const file of files) closeSync(file);
console.log((await store.open(0))?.picture.width);
