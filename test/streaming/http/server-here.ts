import type { After } from '../../../src/core/after.js';
import type { Clock } from '../../../src/core/clock.js';
import type { FromServer } from '../../../src/streaming/http/messages.js';
import type { ServerProcess } from '../../../src/streaming/http/server-process.js';
import { Serving } from '../../../src/streaming/http/serving.js';
import type { StartInterval } from '../../../src/streaming/http/timers.js';

export type ServerHereOptions = {
  readonly clock: Clock;
  readonly startInterval: StartInterval;
  readonly after: After;
};

/** A server in this process instead of its own; messages are copied as between processes. */
export function launchServerHere(options: ServerHereOptions): ServerProcess {
  let end: (why: string) => void = () => undefined;
  const server: ServerProcess = {
    send(message, written) {
      const copy = structuredClone(message);
      queueMicrotask(() => {
        serving.receive(copy);
        written();
      });
    },
    onMessage: () => undefined,
    exited: new Promise((resolve) => {
      end = resolve;
    }),
    kill: (because) => end(because),
  };
  const serving = new Serving({
    ...options,
    send(message: FromServer) {
      const copy = structuredClone(message);
      queueMicrotask(() => server.onMessage(copy));
    },
    onEnd: () => queueMicrotask(() => end('exit code 0')),
  });
  return server;
}
