import assert from 'node:assert/strict';
import { RtpSender } from '../../helpers/rtp-packetizer.js';
import { annexBOf, H264, H265, Reading } from './reading.js';

const { sps, pps } = H264;
const otherSps = Buffer.from('6742001ee5', 'hex');
const key = H264.slice({ key: true });

describe('parameter sets', () => {
  it('from the SDP precede each key picture without its own', () => {
    const sender = new RtpSender();
    const reading = new Reading('h264', { parameterSets: [sps, pps] });
    for (const timestamp of [0, 1, 2]) reading.take(sender.picture([timestamp === 1 ? H264.slice() : key], timestamp));
    assert.deepEqual(reading.data, [annexBOf([sps, pps, key]), annexBOf([H264.slice()]), annexBOf([sps, pps, key])]);
    assert.deepEqual(
      reading.units.map(({ isKey }) => isKey),
      [true, false, true],
    );
  });

  it('in band replace those of the SDP, also for later key pictures', () => {
    const sender = new RtpSender();
    const reading = new Reading('h264', { parameterSets: [sps, pps] });
    reading.take(sender.picture([otherSps, pps, key], 0)).take(sender.picture([key], 1));
    assert.deepEqual(reading.data, [annexBOf([otherSps, pps, key]), annexBOf([otherSps, pps, key])]);
  });

  it('that come in part are completed, each before the sets that refer to it', () => {
    const sender = new RtpSender();
    const reading = new Reading('h264', { parameterSets: [sps, pps] });
    reading.take(sender.picture([H264.delimiter, otherSps, key], 0));
    assert.deepEqual(reading.data, [annexBOf([H264.delimiter, otherSps, pps, key])]);
  });

  it('that were never sent leave no key picture, because a decoder cannot begin there', () => {
    const sender = new RtpSender();
    const reading = new Reading('h264');
    reading.take(sender.picture([key], 0)).take(sender.picture([sps, pps, key], 1));
    assert.deepEqual(
      reading.units.map(({ isKey }) => isKey),
      [false, true],
    );
  });

  it('of H.265 are three', () => {
    const sender = new RtpSender();
    const { vps } = H265;
    const slice = H265.slice({ key: true });
    const reading = new Reading('h265', { parameterSets: [vps, H265.sps] });
    reading
      .take(sender.picture([slice], 0))
      .take(sender.picture([H265.pps, slice], 1))
      .take(sender.picture([slice], 2));
    assert.deepEqual(
      reading.units.map(({ isKey }) => isKey),
      [false, true, true],
    );
    assert.deepEqual(reading.data[2], annexBOf([vps, H265.sps, H265.pps, slice]));
  });
});

describe('key pictures without IDR', () => {
  const recoveryPoint = Buffer.from('060601c480', 'hex');
  const intra = Buffer.from('6188848484', 'hex');

  it('are those with a recovery point', () => {
    const reading = new Reading('h264', { parameterSets: [sps, pps] });
    reading.take(new RtpSender().picture([recoveryPoint, H264.slice()], 0));
    assert.equal(reading.units[0].isKey, true);
  });

  it('are pictures with only intra slices after parameter sets, not predicted ones', () => {
    const sender = new RtpSender();
    const reading = new Reading('h264');
    reading
      .take(sender.picture([sps, pps, intra], 0))
      .take(sender.picture([sps, pps, H264.slice()], 1))
      .take(sender.picture([intra], 2));
    assert.deepEqual(
      reading.units.map(({ isKey }) => isKey),
      [true, false, false],
    );
  });

  it('are CRA and BLA in H.265', () => {
    const sender = new RtpSender();
    const reading = new Reading('h265', { parameterSets: [H265.vps, H265.sps, H265.pps] });
    for (const type of [21, 16, 9]) reading.take(sender.picture([Buffer.from([type << 1, 1, 0x80, 0x90])], type));
    assert.deepEqual(
      reading.units.map(({ isKey }) => isKey),
      [true, true, false],
    );
  });
});
