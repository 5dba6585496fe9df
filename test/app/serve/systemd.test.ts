import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { reportToSystemd } from '../../../src/app/serve/systemd.js';

const WATCHED = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' };

describe('reports to systemd', () => {
  const start = (env: Record<string, string>) => {
    const told: string[] = [];
    const warnings: string[] = [];
    const ticks = new Set<() => void>();
    const world = { isAlive: true, failure: undefined as Error | undefined, periodMs: 0 };
    const reports = reportToSystemd({
      env,
      pid: 7,
      startInterval: (ms, action) => {
        world.periodMs = ms;
        ticks.add(action);
        return () => ticks.delete(action);
      },
      isAlive: () => Promise.resolve(world.isAlive),
      onWarning: (message) => warnings.push(message),
      notify: (words) => {
        told.push(words);
        return world.failure === undefined ? Promise.resolve() : Promise.reject(world.failure);
      },
    });
    const tick = async (): Promise<void> => {
      for (const action of ticks) action();
      await turn();
    };
    return { reports, told, warnings, world, ticks, tick };
  };

  it('feed the watchdog twice in its time, and only while the service lives', async () => {
    const { reports, told, world, tick, ticks } = start(WATCHED);
    await tick();
    assert.equal(told.join(' '), '');
    await reports.ready();
    assert.equal(world.periodMs, 15_000);
    await tick();
    world.isAlive = false;
    await tick();
    world.isAlive = true;
    await tick();
    assert.equal(told.join(' '), 'READY=1 WATCHDOG=1 WATCHDOG=1');
    await reports.stopping();
    assert.deepEqual([told.at(-1), ticks.size], ['STOPPING=1', 0]);
  });

  it('are left out without systemd; the watchdog is, where there is none or it watches another process', async () => {
    for (const [env, words] of [
      [{}, []],
      [{ NOTIFY_SOCKET: 'x' }, ['READY=1', 'STOPPING=1']],
      [{ ...WATCHED, WATCHDOG_PID: '8' }, ['READY=1', 'STOPPING=1']],
      [{ NOTIFY_SOCKET: 'x', WATCHDOG_USEC: '1000' }, ['READY=1', 'WATCHDOG=1', 'STOPPING=1']],
    ] as const) {
      const { reports, told, tick } = start(env);
      await reports.ready();
      await tick();
      await reports.stopping();
      assert.deepEqual(told, words, JSON.stringify(env));
    }
  });

  it('warn once where systemd-notify fails, and the service goes on', async () => {
    const { reports, warnings, world, tick } = start(WATCHED);
    world.failure = new Error('spawn systemd-notify ENOENT');
    await reports.ready();
    await tick();
    await reports.stopping();
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /systemd cannot be told READY=1, .*ENOENT; install systemd-notify/);
  });
});
