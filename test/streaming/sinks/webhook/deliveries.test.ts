import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { Deliveries, type DeliveriesOptions } from '../../../../src/streaming/sinks/webhook/deliveries.js';
import type { Posted } from '../../../../src/streaming/sinks/webhook/post.js';

const TAKEN: Posted = { outcome: 'taken' };
const AWAY: Posted = { outcome: 'failed', why: 'ECONNREFUSED' };

/** A server that answers as it is told, and a clock that only waits move. */
class Server {
  answer: Posted | undefined = TAKEN;
  nowMs = 0;
  readonly got: string[] = [];
  readonly ids: string[] = [];
  readonly waits: number[] = [];
  readonly told: string[] = [];
  /** Ends the wait for the next attempt. */
  retry = (): void => undefined;

  start(over: Partial<DeliveriesOptions> = {}): Deliveries {
    return new Deliveries({
      clock: { now: () => this.nowMs },
      random: () => 1,
      runId: 'run',
      onWarning: (message) => this.told.push(message),
      post: (body, id, signal) => {
        this.got.push(body);
        this.ids.push(id);
        if (this.answer !== undefined) return Promise.resolve(this.answer);
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ outcome: 'failed', why: 'the end' }), { once: true });
        });
      },
      wait: (ms, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) {
            resolve();
            return;
          }
          this.waits.push(ms);
          signal.addEventListener('abort', () => resolve(), { once: true });
          this.retry = () => {
            this.nowMs += ms;
            resolve();
          };
        }),
      ...over,
    });
  }

  async retryNow(): Promise<void> {
    this.retry();
    await setImmediate();
  }
}

/** The reasons for which something was lost. */
function lostOf({ lost }: Deliveries): Record<string, number> {
  return Object.fromEntries(Object.entries(lost).filter(([, count]) => count > 0));
}

describe('deliveries', () => {
  it('come in their order, each with an id of its own', async () => {
    const server = new Server();
    const deliveries = server.start();
    for (const body of ['a', 'b', 'c']) deliveries.add(body);
    await setImmediate();
    deliveries.add('d');
    await deliveries.close();
    assert.deepEqual(server.got, ['a', 'b', 'c', 'd']);
    assert.deepEqual(server.ids, ['run-1', 'run-2', 'run-3', 'run-4']);
    assert.deepEqual([lostOf(deliveries), server.told], [{}, []]);
  });

  it('are repeated with the same id until they are taken, and the trouble is told once', async () => {
    const server = new Server();
    server.answer = AWAY;
    const deliveries = server.start();
    deliveries.add('a');
    deliveries.add('b');
    await setImmediate();
    await server.retryNow();
    server.answer = TAKEN;
    await server.retryNow();
    assert.deepEqual(server.got, ['a', 'a', 'a', 'b']);
    assert.deepEqual(server.ids, ['run-1', 'run-1', 'run-1', 'run-2']);
    assert.deepEqual(server.waits, [1000, 2000]);
    assert.deepEqual(server.told, ['the webhook takes no events: ECONNREFUSED', 'the webhook takes events again']);
    await deliveries.close();
  });

  it('wait as long as the server asks', async () => {
    const server = new Server();
    server.answer = { outcome: 'failed', why: 'it answers 429', retryAfterMs: 90_000 };
    const deliveries = server.start();
    deliveries.add('a');
    await setImmediate();
    assert.deepEqual(server.waits, [90_000]);
    await deliveries.close();
  });

  it('go on with the next one if the server refuses one', async () => {
    const server = new Server();
    server.answer = { outcome: 'refused', why: 'it answers 400' };
    const deliveries = server.start();
    deliveries.add('a');
    deliveries.add('b');
    await setImmediate();
    server.answer = TAKEN;
    deliveries.add('c');
    await setImmediate();
    assert.deepEqual(server.got, ['a', 'b', 'c']);
    assert.deepEqual(server.told, [
      'the webhook takes no events: it answers 400',
      'the webhook takes events again; 2 events did not reach it so far',
    ]);
    assert.deepEqual(lostOf(deliveries), { refused: 2 });
    await deliveries.close();
  });

  it('are bounded while the server is away: the oldest are lost and counted', async () => {
    const server = new Server();
    server.answer = AWAY;
    const deliveries = server.start({ maxWaiting: 10, maxAgeMs: 5000 });
    for (let i = 0; i < 100; i++) deliveries.add(`${i}`);
    await setImmediate();
    assert.deepEqual(lostOf(deliveries), { 'too-many': 90 });
    server.nowMs = 6000;
    server.answer = TAKEN;
    deliveries.add('new');
    await server.retryNow();
    assert.equal(server.got.at(-1), 'new');
    assert.deepEqual(lostOf(deliveries), { 'too-many': 91, 'too-old': 9 });
    await deliveries.close();
  });

  it('end within their time, whatever the server does', async () => {
    const server = new Server();
    server.answer = undefined;
    const deliveries = server.start();
    deliveries.add('a');
    deliveries.add('b');
    await setImmediate();
    const closed = deliveries.close();
    assert.deepEqual(server.waits, [3000]);
    server.retry();
    await closed;
    assert.deepEqual(lostOf(deliveries), { ended: 2 });
    assert.match(server.told.at(-1)!, /^2 events did not reach the webhook$/);
    deliveries.add('late');
    await deliveries.close();
    assert.deepEqual(server.got, ['a']);
  });

  it('try once more at the end, without a further wait', async () => {
    const server = new Server();
    server.answer = AWAY;
    const deliveries = server.start();
    deliveries.add('a');
    await setImmediate();
    server.answer = TAKEN;
    await deliveries.close();
    assert.deepEqual([server.got, lostOf(deliveries)], [['a', 'a'], {}]);
  });
});
