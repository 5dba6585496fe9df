import assert from 'node:assert/strict';
import { RefusalLog } from '../../../src/streaming/http/refusal-log.js';

describe('RefusalLog', () => {
  it('logs the first refusal of an address and reason at once, and counts the others for a minute', () => {
    const lines: string[] = [];
    const clock = { nowMs: 0, now: () => clock.nowMs };
    const log = new RefusalLog(clock, (line) => lines.push(line));
    for (let i = 0; i < 1000; i++) log.refused('10.0.0.7', 'no valid token');
    log.refused('10.0.0.8', 'foreign page');
    log.refused('10.0.0.8', 'foreign page');
    clock.nowMs = 59_000;
    log.tick();
    assert.deepEqual(lines, ['refused 10.0.0.7 (no valid token)', 'refused 10.0.0.8 (foreign page)']);
    clock.nowMs = 60_000;
    log.tick();
    assert.equal(lines[2], 'refused 1000 more in 60 s: 999 x 10.0.0.7 (no valid token), 1 x 10.0.0.8 (foreign page)');
    log.refused('10.0.0.7', 'no valid token');
    log.flush();
    assert.equal(lines.length, 4);
  });

  it('holds few lines for any number of addresses', () => {
    const lines: string[] = [];
    const log = new RefusalLog({ now: () => 0 }, (line) => lines.push(line));
    for (let i = 0; i < 10_000; i++) log.refused(`10.0.${i >> 8}.${i & 255}`, 'no valid token');
    log.flush();
    assert.equal(lines.length, 51);
    assert.match(lines[50] ?? '', /^refused 9950 more in 1 s: 9950 others$/);
  });
});
