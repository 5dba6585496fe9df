import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { Turns } from '../../../src/streaming/originals/turns.js';

const NEVER = new AbortController().signal;

/** Work that ends when the test says so. */
class Works {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, () => void>();

  work(name: string): () => Promise<string> {
    return () => {
      this.begun.push(name);
      return new Promise((resolve) => this.#ends.set(name, () => resolve(name)));
    };
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)!();
    await setImmediate();
  }
}

describe('turns', () => {
  it('run one piece at a time for each key, and a limited number in total, in order of arrival', async () => {
    const turns = new Turns({ atOnce: 2, maxWaiting: 9 });
    const works = new Works();
    const results = ['a1', 'a2', 'b1', 'c1'].map((name) => turns.run(name[0], NEVER, works.work(name)));
    await setImmediate();
    assert.deepEqual(works.begun, ['a1', 'b1']);
    await works.end('b1');
    assert.deepEqual(works.begun, ['a1', 'b1', 'c1']);
    await works.end('a1');
    assert.deepEqual(works.begun, ['a1', 'b1', 'c1', 'a2']);
    await works.end('c1');
    await works.end('a2');
    assert.deepEqual(await Promise.all(results.map((each) => each!)), ['a1', 'a2', 'b1', 'c1']);
  });

  it('refuse what would wait beyond the limit', async () => {
    const turns = new Turns({ atOnce: 1, maxWaiting: 1 });
    const works = new Works();
    const first = turns.run('a', NEVER, works.work('first'));
    const second = turns.run('b', NEVER, works.work('second'));
    assert.equal(turns.run('c', NEVER, works.work('third')), undefined);
    await setImmediate();
    await works.end('first');
    await works.end('second');
    assert.deepEqual(await Promise.all([first!, second!]), ['first', 'second']);
    const fourth = turns.run('c', NEVER, works.work('fourth'));
    await setImmediate();
    await works.end('fourth');
    assert.equal(await fourth, 'fourth');
  });

  it('leave out waiting work that was aborted', async () => {
    const turns = new Turns({ atOnce: 1, maxWaiting: 9 });
    const works = new Works();
    const first = turns.run('a', NEVER, works.work('first'));
    const abort = new AbortController();
    const second = turns.run('a', abort.signal, works.work('second'));
    const third = turns.run('a', NEVER, works.work('third'));
    abort.abort(new Error('not needed'));
    await assert.rejects(second!, /not needed/);
    await works.end('first');
    await works.end('third');
    await Promise.all([first!, third!]);
    assert.deepEqual(works.begun, ['first', 'third']);
  });

  it('go on after work that failed', async () => {
    const turns = new Turns({ atOnce: 1, maxWaiting: 9 });
    const failing = turns.run('a', NEVER, () => Promise.reject(new Error('failed')));
    const next = turns.run('a', NEVER, () => Promise.resolve('next'));
    await assert.rejects(failing!, /failed/);
    assert.equal(await next, 'next');
  });
});
