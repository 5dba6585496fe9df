/** Entry of the server's process. */
import '../../core/no-debugger.js';
import { setPriority } from 'node:os';
import type { FromServer, ToServer } from './messages.js';
import { Serving } from './serving.js';
import { nodeAfter, nodeInterval } from './timers.js';

const NICENESS = 5;

process.title = 'nowcast-feed';
// On a busy machine, detector and decoders go first, and results still come.
try {
  setPriority(NICENESS);
} catch {
  // A system that does not allow it serves at its own priority.
}
// Signals to the whole process group are for the parent, which then ends this process cleanly.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
// When the parent is gone, for whatever reason, the channel closes.
process.on('disconnect', () => process.exit());

const serving = new Serving({
  clock: { now: () => Number(process.hrtime.bigint()) / 1e6 },
  startInterval: nodeInterval,
  after: nodeAfter,
  send: (message: FromServer) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  },
  // Behind every message that was sent before it.
  onEnd: () => process.send?.({ type: 'pong' } satisfies FromServer, undefined, undefined, () => process.disconnect()),
});
process.on('message', (message) => serving.receive(message as ToServer));
