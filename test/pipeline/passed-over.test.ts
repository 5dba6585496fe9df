import assert from 'node:assert/strict';
import type { DropEvent } from '../../src/core/events.js';
import { DetectorOutage } from '../../src/pipeline/detector-outage.js';
import { PassedOver } from '../../src/pipeline/passed-over.js';
import { RuntimeEstimator } from '../../src/scheduling/runtime-profile.js';
import { dropEventOf } from '../streaming/events.js';

/** Beside a detector that usually takes 10 ms. */
function start() {
  const clock = { nowMs: 0, now: () => clock.nowMs };
  const runtimes = new RuntimeEstimator();
  runtimes.add(10);
  const outage = new DetectorOutage();
  const passedOver = new PassedOver({ outage, clock, runtimes });
  const emitted: string[] = [];
  const emit = ({ seq, reason }: DropEvent): void => void emitted.push(`${seq} ${reason}`);
  const run = { startedAtMs: 0 };
  passedOver.started(run);
  return {
    clock,
    outage,
    emitted,
    finish: () => passedOver.finished(run),
    add: (seq: number) => passedOver.add(dropEventOf(seq, { reason: 'superseded' }), emit),
    settle: () => passedOver.settle(emit),
    end: () => passedOver.end(emit),
  };
}

describe('frames that are passed over', () => {
  it('count as superseded at once while a run takes its usual time', () => {
    const { clock, emitted, add } = start();
    clock.nowMs = 40;
    add(1);
    assert.deepEqual(emitted, ['1 superseded']);
  });

  it('wait for the cause while a run takes unusually long: superseded, if the detector answers', () => {
    const { clock, emitted, add, settle, finish } = start();
    clock.nowMs = 41;
    add(1);
    add(2);
    settle();
    assert.deepEqual(emitted, []);
    finish();
    settle();
    assert.deepEqual(emitted, ['1 superseded', '2 superseded']);
  });

  it('count as the outage if the detector is lost, even if it is back at once', () => {
    for (const isBack of [false, true]) {
      const { clock, emitted, add, settle, outage } = start();
      clock.nowMs = 41;
      add(1);
      const back = outage.begin(() => undefined);
      if (isBack) back();
      settle();
      assert.deepEqual(emitted, ['1 detector-down']);
      add(2);
      assert.deepEqual(emitted[1], isBack ? undefined : '2 detector-down');
    }
  });

  it('do not count an earlier loss', () => {
    const { clock, emitted, add, settle, outage, finish } = start();
    outage.begin(() => undefined)();
    clock.nowMs = 41;
    add(1);
    finish();
    settle();
    assert.deepEqual(emitted, ['1 superseded']);
  });

  it('all come out once the run ends, and if very many wait', () => {
    const { clock, emitted, add, end } = start();
    clock.nowMs = 41;
    for (let seq = 0; seq < 5000; seq++) add(seq);
    assert.equal(emitted.length, 904);
    end();
    assert.deepEqual(
      emitted,
      Array.from({ length: 5000 }, (_, seq) => `${seq} superseded`),
    );
  });
});
