import assert from 'node:assert/strict';
import { untilAborted } from '../../../src/app/demo/until-aborted.js';

describe('waiting for work until an abort', () => {
  const never = new Promise<never>(() => undefined);

  it('ends with the work', () => untilAborted(Promise.resolve(1), new AbortController().signal));

  it('ends with the abort, if the work never does', async () => {
    const controller = new AbortController();
    const waiting = untilAborted(never, controller.signal);
    controller.abort();
    await waiting;
    await untilAborted(never, controller.signal);
  });

  it('throws the error of work that fails before the abort', async () => {
    const failure = new Error('no');
    await assert.rejects(untilAborted(Promise.reject(failure), new AbortController().signal), failure);
  });

  it('is silent about work that fails after it', async () => {
    const controller = new AbortController();
    let fail = (_: Error): void => undefined;
    const work = new Promise<never>((_, reject) => (fail = reject));
    const waiting = untilAborted(work, controller.signal);
    controller.abort();
    fail(new Error('no'));
    await waiting;
    await untilAborted(Promise.reject(new Error('no')), controller.signal);
  });
});
