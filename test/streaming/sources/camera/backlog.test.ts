import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  NO_BACKLOG,
  shedBacklog,
  shedDecoded,
  type BacklogState,
  type AgedPicture,
  type WaitingUnit,
} from '../../../../src/streaming/sources/camera/backlog.js';

const unit = (leastAgeMs: number, more: Partial<WaitingUnit> = {}): WaitingUnit => ({
  isKey: false,
  damaged: false,
  atMs: 0,
  leastAgeMs,
  hasNewerKey: false,
  ...more,
});

function decide(units: readonly WaitingUnit[]): string[] {
  let state: BacklogState = NO_BACKLOG;
  return units.map((next) => {
    const { state: after, decision } = shedBacklog(state, next);
    state = after;
    return decision;
  });
}

describe('backlog', () => {
  it('decodes pictures that are young enough', () => {
    assert.deepEqual(decide([unit(0, { isKey: true }), unit(1_999), unit(2_000)]), ['decode', 'decode', 'decode']);
  });

  it('sheds pictures from the first that is too old to the next young key picture', () => {
    assert.deepEqual(decide([unit(2_001), unit(1_900), unit(1_800, { isKey: true }), unit(1_700)]), [
      'shed',
      'shed',
      'decode',
      'decode',
    ]);
  });

  it('skips key pictures if a newer one waits, and damaged ones', () => {
    assert.deepEqual(
      decide([
        unit(3_000, { isKey: true, hasNewerKey: true }),
        unit(1_000, { isKey: true, damaged: true }),
        unit(900),
        unit(800, { isKey: true }),
      ]),
      ['shed', 'shed', 'shed', 'decode'],
    );
  });

  it('shows an old key picture if there is no better one, without those that depend on it', () => {
    assert.deepEqual(decide([unit(5_000, { isKey: true }), unit(4_900), unit(4_800), unit(4_500, { isKey: true })]), [
      'decode',
      'shed',
      'shed',
      'decode',
    ]);
  });

  it('sheds even key pictures while the decoder is busy with older ones', () => {
    const key = { isKey: true, isDecoderBehind: true };
    assert.deepEqual(
      decide([unit(0, { isKey: true }), unit(2_001, key), unit(2_500, key), unit(100, { isKey: true })]),
      ['decode', 'shed', 'shed', 'decode'],
    );
  });

  it('asks for a new connection after 5 s behind, then after ever longer pauses', () => {
    const decisions = decide(Array.from({ length: 1_200 }, (_, i) => unit(6_000, { atMs: i * 100 })));
    const reconnects = decisions.flatMap((decision, i) => (decision === 'reconnect' ? [i * 100] : []));
    assert.deepEqual(reconnects, [5_000, 15_000, 45_000, 105_000]);
  });

  it('asks for none if pictures are young again in time', () => {
    assert.ok(
      !decide(
        Array.from({ length: 200 }, (_, i) => unit(i % 40 < 30 ? 3_000 : 0, { atMs: i * 100, isKey: i % 10 === 0 })),
      ).includes('reconnect'),
    );
  });

  it('applies another limit', () => {
    assert.equal(shedBacklog(NO_BACKLOG, unit(600), { maxBehindMs: 500 }).decision, 'shed');
  });
});

describe('backlog of decoded pictures', () => {
  const decideDecoded = (pictures: readonly AgedPicture[]): string[] => {
    let state: BacklogState = NO_BACKLOG;
    return pictures.map((next) => {
      const { state: after, decision } = shedDecoded(state, next);
      state = after;
      return decision;
    });
  };

  it('shows none that is too old, and resumes with the first that is not', () => {
    assert.deepEqual(
      decideDecoded([2_000, 2_001, 9_000, 2_000, 0].map((leastAgeMs, i) => ({ leastAgeMs, atMs: i * 40 }))),
      ['show', 'shed', 'shed', 'show', 'show'],
    );
  });

  it('asks for a new connection after 5 s behind, then after ever longer pauses, as of a device that hands over old pictures', () => {
    const decisions = decideDecoded(Array.from({ length: 1_200 }, (_, i) => ({ leastAgeMs: 3_000, atMs: i * 100 })));
    assert.deepEqual(
      decisions.flatMap((decision, i) => (decision === 'reconnect' ? [i * 100] : [])),
      [5_000, 15_000, 45_000, 105_000],
    );
    assert.ok(!decisions.includes('show'));
  });

  it('continues the state of a reader that decodes by itself', () => {
    const { state } = shedBacklog(NO_BACKLOG, unit(2_001));
    assert.equal(shedDecoded(state, { leastAgeMs: 0, atMs: 40 }).decision, 'show');
    assert.equal(shedDecoded(state, { leastAgeMs: 2_001, atMs: 5_000 }).decision, 'reconnect');
  });

  it('shows exactly the pictures that are young enough, whatever came before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ leastAgeMs: fc.double({ min: 0, max: 5_000, noNaN: true }), stepMs: fc.nat(3_000) })),
        (pictures) => {
          let atMs = 0;
          const decisions = decideDecoded(
            pictures.map(({ leastAgeMs, stepMs }) => ({ leastAgeMs, atMs: (atMs += stepMs) })),
          );
          assert.deepEqual(
            decisions.map((decision) => decision === 'show'),
            pictures.map(({ leastAgeMs }) => leastAgeMs <= 2_000),
          );
        },
      ),
    );
  });
});
