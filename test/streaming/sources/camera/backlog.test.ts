import assert from 'node:assert/strict';
import { NO_BACKLOG, shedBacklog, type BacklogState, type WaitingUnit } from '../../../../src/streaming/sources/camera/backlog.js';

const unit = (leastAgeMs: number, more: Partial<WaitingUnit> = {}): WaitingUnit => ({ isKey: false, damaged: false, atMs: 0, leastAgeMs, hasNewerKey: false, ...more });

function decide(units: readonly WaitingUnit[]): string[] {
  let state: BacklogState = NO_BACKLOG;
  return units.map((next) => {
    const { state: after, decision } = shedBacklog(state, next);
    state = after;
    return decision;
  });
}

describe('backlog', () => {
  it('decodes what is young enough', () => {
    assert.deepEqual(decide([unit(0, { isKey: true }), unit(1_999), unit(2_000)]), ['decode', 'decode', 'decode']);
  });

  it('sheds from the first picture that is too old to the next young key picture', () => {
    assert.deepEqual(decide([unit(2_001), unit(1_900), unit(1_800, { isKey: true }), unit(1_700)]), ['shed', 'shed', 'decode', 'decode']);
  });

  it('passes over key pictures behind which a newer one waits, and damaged ones', () => {
    assert.deepEqual(decide([unit(3_000, { isKey: true, hasNewerKey: true }), unit(1_000, { isKey: true, damaged: true }), unit(900), unit(800, { isKey: true })]), ['shed', 'shed', 'shed', 'decode']);
  });

  it('shows an old key picture where there is no better, without those that build on it', () => {
    assert.deepEqual(decide([unit(5_000, { isKey: true }), unit(4_900), unit(4_800), unit(4_500, { isKey: true })]), ['decode', 'shed', 'shed', 'decode']);
  });

  it('sheds even key pictures while the decoder is at work on older ones', () => {
    const key = { isKey: true, isDecoderBehind: true };
    assert.deepEqual(decide([unit(0, { isKey: true }), unit(2_001, key), unit(2_500, key), unit(100, { isKey: true })]), ['decode', 'shed', 'shed', 'decode']);
  });

  it('asks for a new connection after 5 s behind, then after ever longer pauses', () => {
    const decisions = decide(Array.from({ length: 1_200 }, (_, i) => unit(6_000, { atMs: i * 100 })));
    const reconnects = decisions.flatMap((decision, i) => (decision === 'reconnect' ? [i * 100] : []));
    assert.deepEqual(reconnects, [5_000, 15_000, 45_000, 105_000]);
  });

  it('asks for none where pictures are young again in time', () => {
    assert.ok(!decide(Array.from({ length: 200 }, (_, i) => unit(i % 40 < 30 ? 3_000 : 0, { atMs: i * 100, isKey: i % 10 === 0 }))).includes('reconnect'));
  });

  it('respects another limit', () => {
    assert.equal(shedBacklog(NO_BACKLOG, unit(600), { maxBehindMs: 500 }).decision, 'shed');
  });
});
