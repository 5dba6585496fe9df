import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { abortedAfter } from '../../src/cli/run-limits.js';

describe('the end of a run', () => {
  const never = new AbortController().signal;

  it('comes after its duration, whatever the garbage collector takes before', async () => {
    const { signal } = abortedAfter(20, never);
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    await once(signal, 'abort');
  });

  it('comes with the interrupt', () => {
    const controller = new AbortController();
    const { signal, dispose } = abortedAfter(undefined, controller.signal);
    assert.equal(signal.aborted, false);
    controller.abort();
    assert.equal(signal.aborted, true);
    dispose();
  });

  it('is there at once where the interrupt came before', () => {
    assert.equal(abortedAfter(undefined, AbortSignal.abort()).signal.aborted, true);
  });

  it('comes no more once it was disposed of', () => {
    const controller = new AbortController();
    const { signal, dispose } = abortedAfter(undefined, controller.signal);
    dispose();
    controller.abort();
    assert.equal(signal.aborted, false);
  });
});
