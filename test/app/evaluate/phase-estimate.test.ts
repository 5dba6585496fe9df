import assert from 'node:assert/strict';
import { PhaseEstimate } from '../../../src/app/evaluate/phase-estimate.js';

describe('the time that is left of work in phases', () => {
  it('is the sum of what each phase has left at its own pace', () => {
    let nowMs = 0;
    const estimate = new PhaseEstimate({ now: () => nowMs }, { read: 10, played: 10, detected: 10 });
    estimate.expect('played', 33);
    assert.equal(estimate.leftMs(), undefined);
    for (let i = 0; i < 10; i++) {
      nowMs += 5;
      estimate.done('read');
    }
    assert.equal(estimate.leftMs(), undefined);
    nowMs += 700;
    estimate.expect('detected', 100);
    estimate.skip();
    assert.equal(estimate.leftMs(), 10 * 33 + 10 * 100);
    for (let i = 0; i < 10; i++) {
      nowMs += 40;
      estimate.done('played');
    }
    nowMs += 90;
    estimate.done('detected');
    assert.equal(estimate.leftMs(), 9 * 90);
  });

  it('needs no pace of a phase without items', () => {
    const estimate = new PhaseEstimate({ now: () => 0 }, { read: 2, detected: 0 });
    estimate.expect('read', 5);
    assert.equal(estimate.leftMs(), 10);
  });
});
