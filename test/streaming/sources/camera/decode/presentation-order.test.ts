import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PresentationOrder } from '../../../../../src/streaming/sources/camera/decode/presentation-order.js';

describe('presentation order', () => {
  const start = () => {
    const told: number[] = [];
    const order = new PresentationOrder();
    return { order, told, known: (ptsUs: number) => order.known(ptsUs, () => told.push(ptsUs)) };
  };

  it('holds nothing back if nothing is reordered', () => {
    const { order, told, known } = start();
    for (const ptsUs of [10, 20, 30]) {
      order.arrived(ptsUs);
      known(ptsUs);
      assert.equal(told.at(-1), ptsUs);
    }
  });

  it('waits for a picture that is shown before one with a certain outcome', () => {
    const { order, told, known } = start();
    order.arrived(10);
    order.arrived(20);
    known(20);
    assert.deepEqual(told, []);
    known(10);
    assert.deepEqual(told, [10, 20]);
  });

  it('waits for B-pictures that are shown before a picture that the decoder returned early', () => {
    const { order, told, known } = start();
    [10, 40, 20, 30].forEach((ptsUs) => order.arrived(ptsUs));
    [10, 20, 30, 40].forEach(known);
    order.arrived(70);
    known(70);
    order.arrived(50);
    known(50);
    order.arrived(60);
    known(60);
    assert.deepEqual(told, [10, 20, 30, 40, 50, 60]);
    order.arrived(100);
    assert.equal(told.at(-1), 70);
  });

  it('stops holding back after the end of B-pictures', () => {
    const { order, told, known } = start();
    order.arrived(20);
    order.arrived(10);
    [10, 20].forEach(known);
    for (let i = 3; i < 60; i++) {
      order.arrived(10 * i);
      known(10 * i);
    }
    assert.equal(told.at(-1), 590);
  });

  it('marks only those pictures as harmed that a decoder of B-pictures holds back at a loss', () => {
    const { order, told, known } = start();
    const doubted: number[] = [];
    const doubt = (ptsUs: number): void =>
      order.known(ptsUs, (isDoubtful) => {
        if (isDoubtful) doubted.push(ptsUs);
      });
    order.arrived(5);
    order.lost();
    doubt(5);
    [10, 40, 20].forEach((ptsUs) => order.arrived(ptsUs));
    known(10);
    order.lost();
    order.arrived(30);
    [20, 30, 40].forEach(doubt);
    order.arrived(70);
    assert.deepEqual([told, doubted], [[10], [20, 40]]);
  });

  it('reports waiting outcomes at the end', () => {
    const { order, told, known } = start();
    [10, 40, 20].forEach((ptsUs) => order.arrived(ptsUs));
    known(40);
    order.end();
    assert.deepEqual(told, [40]);
  });

  it('reports each outcome once and in order, for any order of B-pictures and outcomes', () => {
    // The first reordered picture cannot be foreseen.
    const groups = fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(groups, (isLate) => {
        const { order, told, known } = start();
        const all = [0, 3, 1, 2];
        all.forEach((ptsUs) => order.arrived(ptsUs));
        [0, 1, 2].forEach(known);
        isLate.forEach((group, i) => {
          const units = [6, 4, 5].map((place) => place + 3 * i);
          units.forEach((ptsUs, j) => {
            order.arrived(ptsUs);
            if (j === 0) known(ptsUs - 3);
            if (!group[j]) known(ptsUs);
          });
          units.forEach((ptsUs, j) => {
            if (group[j]) known(ptsUs);
          });
          all.push(...units);
        });
        order.end();
        assert.deepEqual(
          told,
          [...all].sort((a, b) => a - b),
        );
      }),
    );
  });
});
