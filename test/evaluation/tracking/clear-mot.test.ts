import assert from 'node:assert/strict';
import { clearMot } from '../../../evaluation/tracking/clear-mot.js';
import { identity } from '../../../evaluation/tracking/identity.js';
import type { TrackedBox, TrackedFrame } from '../../../evaluation/tracking/tracked-frame.js';

const at = (x: number, id: number, classId = 0): TrackedBox => ({
  id,
  classId,
  box: { x1: x, y1: 0, x2: x + 10, y2: 10 },
});
/** An object that stands at 0, with the given tracks there, frame by frame. */
const standing = (tracks: readonly (number | undefined)[]): TrackedFrame[] =>
  tracks.map((id) => ({ truth: [at(0, 1)], tracks: id === undefined ? [] : [at(1, id)] }));

describe('clearMot', () => {
  it('counts nothing wrong with a perfect tracker', () => {
    assert.deepEqual(clearMot(standing([7, 7, 7])), {
      objects: 3,
      misses: 0,
      falsePositives: 0,
      switches: 0,
      fragments: 0,
      mota: 1,
    });
  });

  it('counts a change of track once, also after a gap', () => {
    assert.equal(clearMot(standing([7, 8, 8])).switches, 1);
    assert.equal(clearMot(standing([7, undefined, undefined, 8])).switches, 1);
    assert.equal(clearMot(standing([7, undefined, 7])).switches, 0);
  });

  it('counts a fragment for each gap that ends', () => {
    assert.equal(clearMot(standing([undefined, 7, undefined, undefined, 7, undefined, 7, undefined])).fragments, 2);
  });

  it('keeps a pair while it overlaps, though another track is nearer', () => {
    const frames = standing([7, 7]);
    const { switches, falsePositives } = clearMot([frames[0], { ...frames[1], tracks: [at(0, 8), at(3, 7)] }]);
    assert.deepEqual([switches, falsePositives], [0, 1]);
  });

  it('takes a track of another class for a wrong one', () => {
    const { misses, falsePositives, mota } = clearMot([{ truth: [at(0, 1, 0)], tracks: [at(0, 1, 1)] }]);
    assert.deepEqual([misses, falsePositives, mota], [1, 1, -1]);
  });

  it('has no accuracy without objects', () => {
    assert.equal(clearMot([{ truth: [], tracks: [at(0, 1)] }]).mota, null);
    assert.equal(clearMot([]).mota, null);
  });
});

describe('identity', () => {
  it('gives each object the one track that shows it most', () => {
    const { matches, misses, falsePositives, idf1 } = identity(standing([7, 8, 8, undefined]));
    assert.deepEqual([matches, misses, falsePositives, idf1], [2, 2, 1, 4 / 7]);
  });

  it('is undefined without boxes', () => {
    assert.equal(identity([]).idf1, null);
  });
});
