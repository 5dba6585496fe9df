import assert from 'node:assert/strict';
import { KeptUnits, type KeptUnit } from '../../../src/streaming/originals/kept-units.js';

const MS = 1_000;
const LIMITS = { keepMs: 1_000, maxBytes: 1_000 };

/** A unit that arrives when it is shown. */
function unit(atMs: number, more: Partial<KeptUnit> = {}): KeptUnit {
  return {
    codec: 'h264',
    data: new Uint8Array(10),
    ptsUs: atMs * MS,
    arrivedAtMs: atMs,
    isKey: false,
    damaged: false,
    lostBefore: false,
    ...more,
  };
}
const key = (atMs: number, more: Partial<KeptUnit> = {}): KeptUnit => unit(atMs, { isKey: true, ...more });

function keptOf(units: readonly KeptUnit[], limits = LIMITS): KeptUnits {
  const kept = new KeptUnits(limits);
  for (const each of units) kept.add(each);
  return kept;
}
/** Times of the units that a decoder needs, or the reason why there are none. */
function timesTo(kept: KeptUnits, atMs: number): readonly number[] | string {
  const run = kept.runTo(atMs * MS);
  return typeof run === 'string' ? run : run.map(({ ptsUs }) => ptsUs / MS);
}

describe('the kept units of a camera', () => {
  it('lead from the last key unit to a picture, with the bytes that arrived', () => {
    const units = [key(0), unit(40), key(80), unit(120), unit(160)];
    const kept = keptOf(units);
    assert.deepEqual(timesTo(kept, 40), [0, 40]);
    assert.deepEqual(timesTo(kept, 80), [80]);
    assert.deepEqual(timesTo(kept, 120), [80, 120]);
    const run = kept.runTo(120 * MS) as KeptUnit[];
    assert.equal(run[1].data, units[3].data);
  });

  it('contain nothing before the first key unit, and no picture that was not sent', () => {
    const kept = keptOf([unit(0), key(40), unit(80)]);
    assert.deepEqual(
      [0, 60, 120].map((atMs) => timesTo(kept, atMs)),
      ['too-old', 'unknown', 'unknown'],
    );
    assert.equal(timesTo(new KeptUnits(LIMITS), 0), 'unknown');
  });

  it('are discarded in whole groups, once every picture of a group is too old', () => {
    const units = Array.from({ length: 20 }, (_, i) => unit(100 * i, { isKey: i % 5 === 0 }));
    const kept = keptOf(units.slice(0, 16));
    assert.deepEqual(timesTo(kept, 400), 'too-old');
    assert.deepEqual(timesTo(kept, 500), [500]);
    assert.equal(kept.bytes, 110);
  });

  it('never exceed the limit of bytes', () => {
    const kept = new KeptUnits({ keepMs: 1e6, maxBytes: 100 });
    for (let i = 0; i < 100; i++) {
      kept.add(unit(100 * i, { isKey: i % 4 === 0 }));
      assert.ok(kept.bytes <= 100, `${kept.bytes} bytes after ${i}`);
    }
    assert.deepEqual(timesTo(kept, 9_900), [9_600, 9_700, 9_800, 9_900]);
    assert.equal(timesTo(kept, 9_100), 'too-old');
  });

  it('say that a group is too large, and go on with the next', () => {
    const kept = keptOf([key(0), unit(10, { data: new Uint8Array(200) }), unit(20), key(100), unit(110)], {
      keepMs: 1e6,
      maxBytes: 100,
    });
    assert.deepEqual(
      [0, 10, 20].map((atMs) => timesTo(kept, atMs)),
      ['too-large', 'too-large', 'too-large'],
    );
    assert.deepEqual(timesTo(kept, 110), [100, 110]);
  });

  it('include the previous group for a picture that is sent after a key picture and shown before it', () => {
    const units = [key(0), unit(40), key(160, { arrivedAtMs: 80 }), unit(120, { arrivedAtMs: 120 }), unit(200)];
    const kept = keptOf(units);
    assert.deepEqual(timesTo(kept, 120), [0, 40, 160, 120]);
    assert.deepEqual(timesTo(kept, 200), [160, 120, 200]);
    assert.equal(timesTo(keptOf(units.slice(2)), 120), 'no-key-picture');
  });

  it('keep the previous group as long as such a picture is young enough', () => {
    const units = [key(0), key(160, { arrivedAtMs: 80 }), unit(120, { arrivedAtMs: 120 })];
    assert.deepEqual(timesTo(keptOf([...units, unit(1_100)]), 120), [0, 160, 120]);
    assert.equal(timesTo(keptOf([...units, unit(1_130)]), 120), 'no-key-picture');
  });

  it('begin so early that a gradual refresh is complete', () => {
    const refresh = { refreshPictures: 2 };
    const kept = keptOf([key(0), unit(40), key(80, refresh), unit(120), unit(160), unit(200)]);
    assert.deepEqual(timesTo(kept, 120), [0, 40, 80, 120]);
    assert.deepEqual(timesTo(kept, 160), [80, 120, 160]);
    assert.equal(timesTo(keptOf([key(80, refresh), unit(120), unit(160)]), 120), 'no-key-picture');
  });

  it('give no picture that lacks data, and the next key picture again', () => {
    const kept = keptOf([key(0), unit(40, { damaged: true }), unit(80), key(120, { lostBefore: true }), unit(160)]);
    assert.deepEqual(timesTo(kept, 0), [0]);
    assert.deepEqual(
      [40, 80].map((atMs) => timesTo(kept, atMs)),
      ['damaged', 'damaged'],
    );
    assert.deepEqual(timesTo(kept, 160), [120, 160]);
    assert.equal(timesTo(keptOf([key(0), unit(40, { lostBefore: true })]), 40), 'damaged');
    assert.equal(timesTo(keptOf([key(0), key(40, { damaged: true }), unit(80)]), 80), 'damaged');
  });

  it('do not lead from one connection to the next', () => {
    const kept = keptOf([key(0), unit(40)]);
    kept.newConnection();
    kept.add(unit(60));
    kept.add(key(160));
    kept.add(unit(120));
    assert.deepEqual(timesTo(kept, 40), [0, 40]);
    assert.equal(timesTo(kept, 60), 'unknown');
    assert.equal(timesTo(kept, 120), 'no-key-picture');
  });

  it('are gone after clear', () => {
    const kept = keptOf([key(0), unit(40)]);
    kept.clear();
    assert.equal(kept.bytes, 0);
    assert.equal(timesTo(kept, 40), 'too-old');
  });
});
