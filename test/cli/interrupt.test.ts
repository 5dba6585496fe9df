import assert from 'node:assert/strict';
import { watchInterrupts } from '../../src/cli/interrupt.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const listeners = (): number[] => SIGNALS.map((name) => process.listenerCount(name));

describe('interrupt', () => {
  for (const [name, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    it(`${name} aborts, sets the exit code ${exitCode}, and restores the default handling`, () => {
      const before = listeners();
      const interrupt = watchInterrupts();
      assert.deepEqual([interrupt.signal.aborted, interrupt.exitCode()], [false, undefined]);
      process.emit(name, name);
      assert.deepEqual([interrupt.signal.aborted, interrupt.exitCode()], [true, exitCode]);
      interrupt.dispose();
      assert.deepEqual(listeners(), before);
    });
  }

  it('accepts SIGHUP twice, and after another signal, from a closed terminal', () => {
    const interrupt = watchInterrupts();
    for (const name of ['SIGTERM', 'SIGHUP', 'SIGHUP'] as const) process.emit(name, name);
    assert.equal(interrupt.exitCode(), 143);
    interrupt.dispose();
  });
});
