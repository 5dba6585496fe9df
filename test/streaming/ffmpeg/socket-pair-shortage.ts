import { closeSync, openSync, readdirSync } from 'node:fs';
import { socketPair } from '../../../src/streaming/ffmpeg/socket-pair.js';

/** Opens connections with 0, 1, … free descriptors, and prints the outcome of each. Run with a small `ulimit -n`. */
const held: number[] = [];
const openDescriptors = (): number => readdirSync('/proc/self/fd').length - 1;

async function openAndClose(): Promise<void> {
  const { near, far } = await socketPair(() => undefined);
  near.destroy();
  far.destroy();
  await Promise.all([near, far].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
}

await openAndClose();
const before = openDescriptors();

for (let free = 0; free <= 6; free++) {
  try {
    for (;;) held.push(openSync('/dev/null', 'r'));
  } catch {
    // As many as there may be.
  }
  for (const fd of held.splice(0, free)) closeSync(fd);
  try {
    await openAndClose();
    console.log(`${free} opened`);
  } catch (error) {
    console.log(`${free} ${(error as Error).message}`);
  }
}
for (const fd of held) closeSync(fd);
// The server and the sockets close in the next turns.
await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
console.log(`left ${openDescriptors() - before}`);
