import assert from 'node:assert/strict';
import { cpuTimeMs } from '../../src/children/cpu-time.js';
import { watchStart } from '../../src/children/start-timeout.js';
import { itNeeds } from '../helpers/needs.js';
import { HAS_PROC } from '../helpers/processes.js';

describe('the time limit of a start', () => {
  /** @param used processor time at the end of each limit @returns number of limits until it counts as hung */
  function limitsUntilHung(used: readonly (number | undefined)[]): number | undefined {
    const pending: (() => void)[] = [];
    let hungAfter: number | undefined;
    let limits = 0;
    watchStart({
      limitMs: 1000,
      cpuTimeMs: () => used[limits - 1],
      onHung: () => (hungAfter = limits),
      after: (ms, action) => {
        assert.equal(ms, 1000);
        pending.push(action);
        return () => undefined;
      },
    });
    for (let action = pending.shift(); action !== undefined && limits < used.length; action = pending.shift()) {
      limits += 1;
      action();
    }
    return hungAfter;
  }

  it('ends a process that waits, and one whose processor time is unknown', () => {
    assert.equal(limitsUntilHung([0]), 1);
    assert.equal(limitsUntilHung([undefined]), 1);
    assert.equal(limitsUntilHung([400, 410]), 2);
  });

  it('ends a process that computes for ever', () => assert.equal(limitsUntilHung([1000]), 1));

  it('leaves a process alone that gets little of the processor, until it has used as much as the limit', () => {
    assert.equal(limitsUntilHung([100, 200, 300, 400]), undefined);
    assert.equal(limitsUntilHung([300, 600, 900, 1200]), 4);
  });

  it('is off after the start', () => {
    let isCancelled = false;
    const end = watchStart({
      limitMs: 1000,
      cpuTimeMs: () => 0,
      onHung: () => assert.fail(),
      after: () => () => (isCancelled = true),
    });
    end();
    assert.ok(isCancelled);
  });
});

describe('the processor time of a process', () => {
  itNeeds({ '/proc': HAS_PROC }, 'grows as it computes', () => {
    const before = cpuTimeMs(process.pid)!;
    const startedUs = process.cpuUsage();
    // Until enough of this process's own processor time is used, however long that takes.
    for (;;) {
      const { user, system } = process.cpuUsage(startedUs);
      if (user + system > 200_000) break;
    }
    assert.ok(cpuTimeMs(process.pid)! >= before + 150);
  });

  it('is unknown without the process', () => assert.equal(cpuTimeMs(2 ** 30), undefined));
});
