import assert from 'node:assert/strict';
import { Thread } from '../../../training/threads/thread.js';
import { itNeeds } from '../../helpers/needs.js';
import { until } from '../../helpers/processes.js';
import { NEEDS_THREAD_COUNT, threadCount } from '../../helpers/threads.js';

type Request = number | 'throw' | 'refuse' | 'die';
const MAIN = new URL('./service-main.js', import.meta.url);
const openAll = (...starts: object[]) => Thread.openAll<Request, number>('a test', MAIN, starts);

describe('Thread', () => {
  it('answers in the order of the requests, each thread its own', async () => {
    const [first, second] = await openAll({}, {});
    assert.deepEqual(await Promise.all([first.ask(1), first.ask(2), second.ask(3)]), [2, 4, 6]);
    await Promise.all([first.close(), second.close()]);
  });

  it('answers pending requests before it ends, and none afterwards', async () => {
    const [thread] = await openAll({});
    const [answer] = await Promise.all([thread.ask(4), thread.close()]);
    assert.equal(answer, 8);
    await assert.rejects(thread.ask(5), { name: 'InternalError', message: 'a test failed: its thread ended' });
    await thread.close();
  });

  it('passes errors that the user can fix on unchanged, reports others as a fault of Nowcast, and continues', async () => {
    const [thread] = await openAll({});
    await assert.rejects(thread.ask('refuse'), { code: 'NOWCAST_USAGE', message: 'name another' });
    await assert.rejects(thread.ask('throw'), { name: 'InternalError', message: /a test failed: Error: out of luck/ });
    assert.equal(await thread.ask(1), 2);
    await thread.close();
  });

  it('that dies fails all pending requests, and does not hang', async () => {
    const [thread] = await openAll({});
    const waiting = await Promise.allSettled([thread.ask('die'), thread.ask(1)]);
    for (const result of waiting)
      assert.match(String(result.status === 'rejected' && result.reason), /a test failed: its thread ended/);
    await thread.close();
  });

  itNeeds(NEEDS_THREAD_COUNT, 'leaves none open if one cannot be opened', async () => {
    const [warm] = await openAll({});
    await warm.close();
    const before = threadCount();
    await assert.rejects(openAll({}, { refuse: true }, {}), { code: 'NOWCAST_USAGE', message: 'it will not start' });
    // The system removes a thread a moment after its end.
    await until(() => threadCount() === before);
  });
});
