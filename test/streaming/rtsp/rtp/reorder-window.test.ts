import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ReorderWindow } from '../../../../src/streaming/rtsp/rtp/reorder-window.js';
import { GapCheck, type SequenceOrder } from '../../../../src/streaming/rtsp/rtp/sequence-order.js';

type Numbered = { readonly sequence: number };

function harness(
  make: (deliver: (packet: Numbered, arrivedAtMs: number, lost: number) => void) => SequenceOrder<Numbered>,
) {
  const out: [sequence: number, lost: number][] = [];
  const order = make((packet, _, lost) => out.push([packet.sequence, lost]));
  return {
    out,
    order,
    push: (...sequences: number[]) => sequences.forEach((sequence) => order.push({ sequence: sequence & 0xffff }, 0)),
  };
}

const udp = () => harness((deliver) => new ReorderWindow(deliver, { holdMs: 50, packets: 8 }));
const tcp = () => harness((deliver) => new GapCheck(deliver));

describe('the reorder window', () => {
  it('puts packets in order over a wrap', () => {
    const { out, push } = udp();
    push(65_534, 0, 65_535, 2, 1);
    assert.deepEqual(out, [
      [65_534, 0],
      [65_535, 0],
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
  });

  it('drops duplicates, waiting or past', () => {
    const { out, order, push } = udp();
    push(1, 1, 3, 3, 2, 3, 2);
    assert.deepEqual(out, [
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
    assert.equal(order.dropped, 4);
  });

  it('counts a missing packet as lost once the window is full, and reports it once', () => {
    const { out, push } = udp();
    push(1, 4, 5, 6, 7, 8, 9, 10);
    assert.deepEqual(out, [[1, 0]]);
    push(11);
    assert.deepEqual(out.slice(0, 3), [
      [1, 0],
      [4, 2],
      [5, 0],
    ]);
    assert.equal(out.length, 9);
    push(2, 3, 12);
    assert.deepEqual(out.at(-1), [12, 0]);
  });

  it('counts a missing packet as lost after the longest wait, even if nothing more arrives', () => {
    const { out, order } = udp();
    order.push({ sequence: 1 }, 0);
    order.push({ sequence: 3 }, 10);
    order.flush(59);
    assert.equal(out.length, 1);
    order.flush(60);
    assert.deepEqual(out, [
      [1, 0],
      [3, 1],
    ]);
  });

  it('ignores one stray and follows two that begin a new numbering', () => {
    const { out, push } = udp();
    push(100, 20_000, 101, 40_000, 40_001, 40_002);
    assert.deepEqual(out, [
      [100, 0],
      [101, 0],
      [40_000, 1],
      [40_001, 0],
      [40_002, 0],
    ]);
  });

  it('discards waiting packets on a reset', () => {
    const { out, order, push } = udp();
    push(1, 3);
    order.reset();
    push(500);
    assert.deepEqual(out, [
      [1, 0],
      [500, 0],
    ]);
  });

  it('hands on each packet at most once, in order, with every gap counted', () => {
    const swaps = fc.array(fc.tuple(fc.nat(99), fc.nat(6)), { maxLength: 40 });
    const drops = fc.array(fc.nat({ max: 98 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.nat(65_535), swaps, drops, (start, moves, dropped) => {
        let sent = Array.from({ length: 100 }, (_, index) => index);
        for (const [at, by] of moves) sent.splice(Math.min(99, at + by), 0, ...sent.splice(at, 1));
        const first = sent[0];
        sent = sent.filter((index) => index === first || !dropped.includes(index));
        const { out, order, push } = udp();
        push(...sent.map((index) => start + index));
        order.flush(1000);
        let next = first;
        for (const [sequence, lost] of out) {
          next += lost;
          assert.equal(sequence, (start + next) & 0xffff);
          next += 1;
        }
        assert.equal(out.length + order.dropped, sent.length);
      }),
    );
  });
});

describe('the gap check', () => {
  it('hands everything on at once and counts gaps', () => {
    const { out, push } = tcp();
    push(65_535, 0, 3, 4);
    assert.deepEqual(out, [
      [65_535, 0],
      [0, 0],
      [3, 2],
      [4, 0],
    ]);
  });

  it('drops a packet sent twice and marks numbers that go back', () => {
    const { out, order, push } = tcp();
    push(10, 10, 11, 5, 6);
    assert.deepEqual(out, [
      [10, 0],
      [11, 0],
      [5, 1],
      [6, 0],
    ]);
    assert.equal(order.dropped, 1);
  });
});
