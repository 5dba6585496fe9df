import assert from 'node:assert/strict';
import { noOriginal, type FollowedUnit, type UnitFollower } from '../../../src/streaming/originals/answer.js';
import { KeptUnits, type KeptUnit } from '../../../src/streaming/originals/kept-units.js';
import { createOriginals, type Originals } from '../../../src/streaming/originals/originals.js';

const unit = (atMs: number, isKey = false): KeptUnit => ({
  codec: 'h264',
  data: new Uint8Array(10),
  ptsUs: 1000 * atMs,
  arrivedAtMs: atMs,
  isKey,
  damaged: false,
  lostBefore: false,
});
const find = (): ReturnType<typeof noOriginal> => noOriginal('unknown', '');

/** A camera of this name. */
function camera(originals: Originals): { readonly kept: KeptUnits; readonly remove: () => void } {
  const kept = new KeptUnits({ keepMs: 1000, maxBytes: 1000 });
  const remove = originals.add('cam', { find, follow: ({ onUnit }) => kept.follow(onUnit) });
  return { kept, remove };
}

describe('followers of coded pictures', () => {
  let seen: (number | string)[];
  let follower: UnitFollower;
  beforeEach(() => {
    seen = [];
    follower = {
      onUnit: ({ ptsUs }: FollowedUnit) => void seen.push(ptsUs / 1000),
      onNone: (why) => void seen.push(why),
    };
  });

  it('get the pictures from the last key picture on, then each new one until they leave', () => {
    const originals = createOriginals();
    const { kept } = camera(originals);
    for (const one of [unit(0, true), unit(40), unit(80, true), unit(120)]) kept.add(one);
    const leave = originals.follow('cam', follower);
    assert.deepEqual(seen, [80, 120]);
    kept.add(unit(160));
    leave();
    kept.add(unit(200));
    assert.deepEqual(seen, [80, 120, 160]);
  });

  it('go on with the next source of the stream', () => {
    const originals = createOriginals();
    const first = camera(originals);
    originals.follow('cam', follower);
    first.kept.add(unit(0, true));
    first.remove();
    first.kept.add(unit(40));
    const next = camera(originals);
    next.kept.add(unit(80, true));
    assert.deepEqual(seen, [0, 80]);
  });

  it('hear that there are none', () => {
    const originals = createOriginals();
    originals.follow('cam', follower);
    originals.add('cam', { find });
    assert.deepEqual(seen, ['this source has no coded video', 'this source has no coded video']);
  });

  it('get nothing of a broken group', () => {
    const originals = createOriginals();
    const { kept } = camera(originals);
    kept.add(unit(0, true));
    kept.newConnection();
    originals.follow('cam', follower);
    assert.deepEqual(seen, []);
  });
});
