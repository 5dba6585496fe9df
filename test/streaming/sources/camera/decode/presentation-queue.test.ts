import assert from 'node:assert/strict';
import fc from 'fast-check';
import { presentationQueue, type Fate } from '../../../../../src/streaming/sources/camera/decode/presentation-queue.js';

describe('presentation queue', () => {
  const start = () => {
    const missing: [string, Fate][] = [];
    const queue = presentationQueue<string>((unit, fate) => missing.push([unit, fate]));
    return { queue, missing };
  };

  it('finds the unit of each picture', () => {
    const { queue, missing } = start();
    queue.fed(10, 'a');
    queue.fed(20, 'b');
    assert.deepEqual([queue.decoded(10), queue.decoded(20)], ['a', 'b']);
    assert.deepEqual(missing, []);
  });

  it('reports an undecoded unit when the next picture comes', () => {
    const { queue, missing } = start();
    queue.fed(10, 'a');
    queue.fed(20, 'b');
    assert.equal(queue.decoded(20), 'b');
    assert.deepEqual(missing, [['a', 'undecodable']]);
  });

  it('waits for reordered pictures', () => {
    const { queue, missing } = start();
    queue.fed(10, 'I');
    queue.fed(40, 'P');
    queue.fed(20, 'B1');
    queue.fed(30, 'B2');
    assert.deepEqual(
      [10, 20, 30, 40].map((pts) => queue.decoded(pts)),
      ['I', 'B1', 'B2', 'P'],
    );
    assert.deepEqual(missing, []);
  });

  it('reports shed units after the pictures that precede them', () => {
    const { queue, missing } = start();
    queue.fed(10, 'a');
    queue.shed(20, 'b');
    assert.deepEqual(missing, []);
    assert.equal(queue.decoded(10), 'a');
    queue.fed(30, 'c');
    assert.equal(queue.decoded(30), 'c');
    assert.deepEqual(missing, [['b', 'shed']]);
  });

  it('reports shed units at once if no picture is outstanding', () => {
    const { queue, missing } = start();
    queue.shed(20, 'b');
    assert.deepEqual(missing, [['b', 'shed']]);
  });

  it('reports all remaining units at the end', () => {
    const { queue, missing } = start();
    queue.fed(10, 'a');
    queue.shed(20, 'b');
    queue.end();
    assert.deepEqual(missing, [
      ['a', 'undecodable'],
      ['b', 'shed'],
    ]);
  });

  it('gives the unit that has been outstanding for longest', () => {
    const { queue } = start();
    assert.equal(queue.oldestFed, undefined);
    queue.fed(10, 'a');
    queue.fed(20, 'b');
    assert.equal(queue.oldestFed, 'a');
    queue.decoded(10);
    assert.equal(queue.oldestFed, 'b');
  });

  it('does not count units as outstanding that a decoder of B-pictures holds back until its next unit', () => {
    const { queue } = start();
    // Two are held back: I comes out at B2, and each picture when two more are there.
    queue.fed(10, 'I');
    queue.fed(40, 'P4');
    queue.fed(20, 'B2');
    assert.equal(queue.oldestFed, 'I');
    queue.decoded(10);
    assert.equal(queue.oldestFed, undefined);
    queue.fed(30, 'B3');
    assert.equal(queue.oldestFed, 'B3');
    queue.decoded(20);
    assert.equal(queue.oldestFed, undefined);
    queue.fed(70, 'P7');
    queue.fed(50, 'B5');
    assert.equal(queue.oldestFed, 'P7');
  });

  it('returns no unit for an unknown picture', () => {
    const { queue } = start();
    queue.fed(10, 'a');
    assert.equal(queue.decoded(15), undefined);
    assert.equal(queue.decoded(10), 'a');
  });

  it('reports each unit once and in order, for any decoder', () => {
    const steps = fc.array(fc.record({ isShed: fc.boolean(), comesOut: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (units) => {
        const told: number[] = [];
        const queue = presentationQueue<number>((unit) => told.push(unit));
        units.forEach(({ isShed, comesOut }, i) => {
          if (isShed) queue.shed(i, i);
          else queue.fed(i, i);
          if (!isShed && comesOut) told.push(queue.decoded(i)!);
        });
        queue.end();
        assert.deepEqual(
          told,
          units.map((_, i) => i),
        );
      }),
    );
  });
});
