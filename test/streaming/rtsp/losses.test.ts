import assert from 'node:assert/strict';
import { RtpSender } from '../../helpers/rtp-packetizer.js';
import { annexBOf, H264, H265, Reading } from './reading.js';

const { sps, pps, slice } = H264;
const STEP = 3600;

/** Sends pictures with one NAL unit per packet, without the packets named `picture.packet`. */
function readWithout(
  missing: readonly string[],
  pictures: readonly (readonly Uint8Array[])[],
  reading = new Reading('h264'),
): Reading {
  const sender = new RtpSender();
  pictures.forEach((nals, picture) =>
    reading.take(sender.picture(nals, picture * STEP).filter((_, packet) => !missing.includes(`${picture}.${packet}`))),
  );
  return reading;
}

describe('a loss', () => {
  const key = [sps, pps, slice({ key: true }), slice({ key: true, first: false })];
  const other = [slice(), slice({ first: false })];

  it('between two pictures leaves the next key picture complete', () => {
    const reading = readWithout(['1.0', '1.1'], [key, other, key, other]);
    assert.deepEqual(reading.flaws, ['', 'l', '']);
    assert.deepEqual(
      reading.units.map(({ isKey }) => isKey),
      [true, true, false],
    );
  });

  it("of a picture's first slice, or one inside, damages it", () => {
    assert.deepEqual(readWithout(['2.0'], [key, other, other, other]).flaws, ['', '', 'dl', '']);
    const three = [slice(), slice({ first: false, seed: 1 }), slice({ first: false, seed: 2 })];
    assert.deepEqual(readWithout(['2.1'], [key, three, three, three]).flaws, ['', '', 'd', '']);
  });

  it("of a picture's end damages it, and the next one reports it", () => {
    const reading = readWithout(['1.1'], [key, other, other, other]);
    assert.deepEqual(reading.flaws, ['', 'd', 'l', '']);
    assert.deepEqual(reading.data.slice(1), [annexBOf(other.slice(0, 1)), annexBOf(other), annexBOf(other)]);
  });

  it('of parameter sets damages the next key picture, because they may have changed', () => {
    for (const missing of [['2.0'], ['2.1'], ['2.0', '2.1']]) {
      assert.deepEqual(readWithout(missing, [key, other, key, other, key, other]).flaws, ['', '', 'dl', '', '', '']);
    }
  });

  it('leaves a key picture complete if its parameter sets come only in the SDP', () => {
    const plain = key.slice(2);
    assert.deepEqual(
      readWithout(['1.0', '1.1'], [plain, other, plain], new Reading('h264', { parameterSets: [sps, pps] })).flaws,
      ['', 'l'],
    );
  });

  it('after parameter sets leaves them to the key picture whose first slice follows', () => {
    const withSei = [sps, pps, H264.sei, slice({ key: true })];
    const reading = readWithout(['2.2'], [withSei, other, withSei, other]);
    assert.deepEqual(reading.flaws, ['', '', 'l', '']);
    assert.deepEqual(reading.data[2], annexBOf([sps, pps, slice({ key: true })]));
  });

  it('includes the recovery message of a lost key picture: the next picture is no key', () => {
    const recoveryPoint = Buffer.from('060601c480', 'hex');
    const reading = readWithout(['1.1'], [key, [recoveryPoint, slice()], other]);
    assert.deepEqual(
      reading.units.map(({ isKey, lostBefore }) => [isKey, lostBefore]),
      [
        [true, false],
        [false, true],
      ],
    );
  });

  it('is reported the same way for H.265', () => {
    const h265Key = [H265.vps, H265.sps, H265.pps, H265.slice({ key: true })];
    const h265Other = [H265.slice(), H265.slice({ first: false })];
    assert.deepEqual(
      readWithout(['1.0', '3.0'], [h265Key, h265Other, h265Key, h265Other, h265Key], new Reading('h265')).flaws,
      ['', 'dl', '', 'dl', ''],
    );
    assert.deepEqual(readWithout(['1.0', '1.1'], [h265Key, h265Other, h265Key], new Reading('h265')).flaws, ['', 'l']);
  });
});
