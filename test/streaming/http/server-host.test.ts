import assert from 'node:assert/strict';
import { ServerHost } from '../../../src/streaming/http/server-host.js';
import type { ServerProcess } from '../../../src/streaming/http/server-process.js';

describe('the start of a server', () => {
  /** A process that never begins, on a clock that moves by the timers that were asked for. */
  const start = (cpuTimeMs: () => number | undefined) => {
    const timers: { readonly ms: number; readonly action: () => void }[] = [];
    const kills: string[] = [];
    let end: (why: string) => void = () => undefined;
    const child: ServerProcess = {
      send: (_, written) => written(),
      onMessage: () => undefined,
      exited: new Promise((resolve) => (end = resolve)),
      kill(because) {
        kills.push(because);
        end(because);
      },
      cpuTimeMs,
    };
    const host = new ServerHost({
      open: { server: {}, feed: {} } as unknown as ConstructorParameters<typeof ServerHost>[0]['open'],
      launch: () => child,
      answer: () => undefined,
      clock: { now: () => 0 },
      startInterval: () => () => undefined,
      after: (ms, action) => {
        timers.push({ ms, action });
        return () => undefined;
      },
      onWarning: () => undefined,
    });
    const started = host.start();
    started.catch(() => undefined);
    return { started, timers, kills };
  };

  it('is given up after 30 s if it makes no progress', async () => {
    const { started, timers, kills } = start(() => 100);
    timers.shift()!.action();
    assert.deepEqual(kills, []);
    timers.shift()!.action();
    assert.deepEqual(kills, ['it did not begin within 30 s']);
    await assert.rejects(started, /it did not begin within 30 s/);
  });

  it('may take as much of the processor instead, where other programs leave it little', () => {
    let usedMs = 0;
    const { timers, kills } = start(() => (usedMs += 200));
    for (let limit = 0; limit < 100; limit++) {
      assert.equal(timers[0].ms, 30_000);
      timers.shift()!.action();
    }
    assert.deepEqual(kills, []);
  });
});
