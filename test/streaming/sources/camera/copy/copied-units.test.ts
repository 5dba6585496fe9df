import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { KeptUnit } from '../../../../../src/streaming/originals/kept-units.js';
import { CopiedUnits } from '../../../../../src/streaming/sources/camera/copy/copied-units.js';

const STEP_US = 40_000;
const OFFSET_US = 7_000_123;
const NOTHING = new Uint8Array(0);

type Run = {
  readonly units: KeptUnit[];
  readonly coded: (number: number) => void;
  readonly decoded: (number: number) => void;
};

function run(isDamaged = (_: number): boolean => false, offsetUs = OFFSET_US): Run {
  const units: KeptUnit[] = [];
  const copied = new CopiedUnits((unit) => units.push(unit));
  return {
    units,
    coded: (number) =>
      copied.coded({ codec: 'h264', data: NOTHING, isKey: number === 0, ptsUs: number * STEP_US + (number % 2) }, 5),
    decoded: (number) =>
      copied.decoded({
        ptsUs: number * STEP_US,
        streamUs: number * STEP_US + offsetUs,
        isDamaged: isDamaged(number),
      }),
  };
}

const timeOf = (number: number): number => number * STEP_US + OFFSET_US;

describe('CopiedUnits', () => {
  it('passes a picture on once it was decoded, or one that was sent later', () => {
    const { units, coded, decoded } = run();
    const times = (): number[] => units.map(({ ptsUs }) => ptsUs);
    for (const number of [0, 3, 1, 2]) coded(number);
    assert.deepEqual(times(), []);
    decoded(0);
    assert.deepEqual(times(), [timeOf(0)]);
    decoded(1);
    // Times of the two outputs differ by rounding: the one that is not decoded yet has its own.
    assert.deepEqual(times(), [timeOf(0), timeOf(3) + 1, timeOf(1)]);
    decoded(2);
    assert.equal(units.length, 4);
  });

  it('takes pictures that come later than their decoded ones', () => {
    const { units, coded, decoded } = run();
    decoded(0);
    decoded(1);
    coded(0);
    coded(1);
    assert.deepEqual(
      units.map(({ ptsUs }) => ptsUs),
      [timeOf(0), timeOf(1)],
    );
  });

  it('calls a picture damaged if the decoder does, or if it makes nothing of it', () => {
    const { units, coded, decoded } = run((number) => number === 3);
    for (const number of [0, 1, 2, 3, 4]) coded(number);
    for (const number of [0, 2, 3, 4]) decoded(number);
    assert.deepEqual(
      units.map(({ damaged }) => damaged),
      [false, true, false, true, false],
    );
  });

  it('leaves out pictures before the time of the stream, and says that they are lost', () => {
    // The leading pictures 1 and 2 depend on a group that was never read; the decoder begins with 3.
    const { units, coded, decoded } = run(undefined, -3 * STEP_US);
    for (const number of [3, 1, 2, 6, 4, 5]) coded(number);
    for (const number of [3, 4, 5, 6]) decoded(number);
    assert.deepEqual(
      units.map(({ ptsUs, lostBefore }) => [Math.round(ptsUs / STEP_US), lostBefore]),
      [
        [0, false],
        [3, true],
        [1, false],
        [2, false],
      ],
    );
  });

  it('gives up what waits too long, and says that it is lost', () => {
    const { units, coded, decoded } = run();
    for (let number = 0; number < 300; number++) coded(number);
    decoded(299);
    assert.deepEqual([units.length < 300, units[0].lostBefore, units[1].lostBefore], [true, true, false]);
  });

  it('keeps the order of sending, whatever comes when', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 120 }), (isCoded) => {
        const { units, coded, decoded } = run();
        const counts = [0, 0];
        for (const now of isCoded) (now ? coded : decoded)(counts[Number(now)]++);
        const numbers = units.map(({ ptsUs }) => Math.floor((ptsUs - OFFSET_US) / STEP_US));
        assert.deepEqual(
          numbers,
          numbers.map((_, i) => i),
        );
        // One of which 64 others were decoded after it is not remembered.
        assert.ok(numbers.length >= Math.min(...counts) || counts[0] - counts[1] > 60);
      }),
    );
  });
});
