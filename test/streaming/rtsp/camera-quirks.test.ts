import assert from 'node:assert/strict';
import { SenderQuirks } from '../../../src/streaming/rtsp/rtp/sender-quirks.js';
import { h264Payloads, RtpSender } from '../../helpers/rtp-packetizer.js';
import { annexBOf, H264, H265, Reading } from './reading.js';

const { sps, pps, sei, delimiter } = H264;
const STEP = 3600;

/** A picture's NAL units, several slices each. */
function picture(index: number, { slices = 1, key = false, size = 40 } = {}): Buffer[] {
  return Array.from({ length: slices }, (_, slice) =>
    H264.slice({ key, first: slice === 0, size, seed: index * 10 + slice }),
  );
}

function packets(
  sender: RtpSender,
  nals: readonly Uint8Array[],
  timestamp: number,
  marker: (index: number, last: boolean) => boolean,
): Buffer[] {
  return nals.map((nal, index) => sender.packet(nal, timestamp, marker(index, index === nals.length - 1)));
}

const honest = (_: number, last: boolean): boolean => last;
const never = (): boolean => false;
const always = (): boolean => true;

describe('pictures of a camera', () => {
  it('end at once with a correct marker', () => {
    const sender = new RtpSender();
    const reading = new Reading('h264');
    const key = [sps, pps, ...picture(0, { slices: 2, key: true })];
    const next = picture(1, { slices: 2 });
    reading.take(packets(sender, key, 0, honest));
    assert.deepEqual(reading.data, [annexBOf(key)]);
    assert.equal(reading.units[0].arrivedAtMs, 4);
    assert.equal(reading.units[0].isKey, true);
    reading.take(packets(sender, next, STEP, honest));
    assert.deepEqual(reading.data, [annexBOf(key), annexBOf(next)]);
    assert.deepEqual(reading.mediaMs, [0, 40]);
    assert.deepEqual(
      reading.units.map(({ isKey }) => isKey),
      [true, false],
    );
    assert.deepEqual(reading.damaged, [false, false]);
    assert.deepEqual(reading.notices, []);
  });

  it('end with the next one if the camera never sets the marker, and keep their own arrival times', () => {
    const sender = new RtpSender();
    const reading = new Reading('h264');
    const pictures = [[sps, pps, ...picture(0, { slices: 2, key: true })], picture(1, { slices: 2 }), picture(2)];
    pictures.forEach((nals, index) => reading.take(packets(sender, nals, index * STEP, never)));
    assert.deepEqual(reading.data, pictures.slice(0, 2).map(annexBOf));
    assert.deepEqual(
      reading.units.map(({ arrivedAtMs }) => arrivedAtMs),
      [4, 6],
    );
    assert.deepEqual(reading.damaged, [false, false]);
    assert.equal(reading.notices.length, 1);
    assert.match(reading.notices[0], /does not mark the end of pictures/);
  });

  it('end with an access unit delimiter if the marker is never set', () => {
    const sender = new RtpSender();
    const reading = new Reading('h264');
    const pictures = [0, 1].map((index) => [delimiter, ...picture(index)]);
    reading.take(packets(sender, pictures[0], 0, never));
    reading.take(packets(sender, [delimiter], STEP, never));
    assert.deepEqual(reading.data, [annexBOf(pictures[0])]);
    reading.take(packets(sender, picture(1), STEP, never)).take(packets(sender, [delimiter], 2 * STEP, never));
    assert.deepEqual(reading.data, pictures.map(annexBOf));
  });

  it('end with the next one once the camera marked a slice inside a picture; the next one reports the truncated picture', () => {
    const sender = new RtpSender();
    const reading = new Reading('h264');
    const pictures = [0, 1, 2, 3].map((index) => picture(index, { slices: 3 }));
    pictures.forEach((nals, index) => reading.take(packets(sender, nals, index * STEP, always)));
    assert.deepEqual(reading.data, [annexBOf(pictures[0].slice(0, 1)), annexBOf(pictures[1]), annexBOf(pictures[2])]);
    assert.deepEqual(reading.flaws, ['', 'l', '']);
    assert.equal(reading.notices.length, 1);
    assert.match(reading.notices[0], /marker on each slice/);
  });

  describe('of a camera that marks each slice', () => {
    const quirks = (): SenderQuirks => {
      const known = new SenderQuirks(() => undefined);
      known.markerEndsPicture = false;
      return known;
    };
    /**
     * Sends key pictures of 4 slices every fifth, others of 3. Returns for each picture how many more had come out with
     * its last slice than were sent before it.
     */
    const send = (
      reading: Reading,
      sender: RtpSender,
      from: number,
      count: number,
      slicesOf = (index: number): number => (index % 5 === 0 ? 4 : 3),
    ): number[] =>
      Array.from({ length: count }, (_, i) => {
        const index = from + i;
        const isKey = index % 5 === 0;
        reading.take(
          packets(
            sender,
            [...(isKey ? [sps, pps] : []), ...picture(index, { slices: slicesOf(index), key: isKey })],
            index * STEP,
            always,
          ),
        );
        return reading.units.length - i;
      });

    it('end with their last slice once eight in a row had the same count, separately for key pictures', () => {
      const reading = new Reading('h264', { quirks: quirks() });
      // 1: it has come out at once; 0: with the next one.
      const atOnce = send(reading, new RtpSender(), 0, 60);
      assert.deepEqual(
        atOnce.slice(0, 9),
        Array.from({ length: 9 }, () => 0),
      );
      const others = atOnce.flatMap((value, index) => (index % 5 === 0 ? [] : [value]));
      const keys = atOnce.flatMap((value, index) => (index % 5 === 0 ? [value] : []));
      assert.equal(others.indexOf(1), 8);
      assert.ok(others.slice(8).every((value) => value === 1));
      assert.equal(keys.indexOf(1), 8);
      assert.ok(keys.slice(8).every((value) => value === 1));
      assert.deepEqual(
        reading.data,
        Array.from({ length: 60 }, (_, index) =>
          annexBOf([
            ...(index % 5 === 0 ? [sps, pps] : []),
            ...picture(index, { slices: index % 5 === 0 ? 4 : 3, key: index % 5 === 0 }),
          ]),
        ),
      );
      assert.ok(reading.flaws.every((flaw) => flaw === ''));
    });

    it('wait for the next one again if one has more slices, and the one after it reports the loss', () => {
      const reading = new Reading('h264', { quirks: quirks() });
      const sender = new RtpSender();
      send(reading, sender, 0, 20);
      const before = reading.units.length;
      send(reading, sender, 21, 1, () => 5);
      assert.equal(reading.units.length, before + 1);
      assert.deepEqual(reading.data.at(-1), annexBOf(picture(21, { slices: 3 })));
      const came = send(reading, sender, 22, 30, () => 3);
      assert.deepEqual(reading.flaws.slice(before, before + 3), ['', 'l', '']);
      const others = came.flatMap((value, i) => ((22 + i) % 5 === 0 ? [] : [value - before - 1]));
      assert.equal(others.indexOf(1), 16, 'twice as many have to agree');
    });

    it('wait for the next one if one has fewer slices', () => {
      const reading = new Reading('h264', { quirks: quirks() });
      const sender = new RtpSender();
      send(reading, sender, 0, 20);
      const before = reading.units.length;
      send(reading, sender, 21, 1, () => 2);
      assert.equal(reading.units.length, before);
      send(reading, sender, 22, 3);
      assert.deepEqual(
        reading.data.slice(before),
        [2, 3, 3].map((slices, i) => annexBOf(picture(21 + i, { slices }))),
      );
      assert.ok(reading.flaws.every((flaw) => flaw === ''));
    });

    it('do not count if a slice was lost', () => {
      const reading = new Reading('h264', { quirks: quirks() });
      const sender = new RtpSender();
      send(reading, sender, 1, 3);
      for (let index = 6; index < 30; index += 1) {
        const sent = packets(sender, picture(index, { slices: 3 }), index * STEP, always);
        reading.take(sent.filter((_, slice) => slice !== 1));
      }
      assert.ok(
        reading.flaws.slice(3).every((flaw) => flaw.startsWith('d')),
        reading.flaws.join(),
      );
    });
  });

  it('are complete from the first on if an earlier connection detected that the camera marks each slice', () => {
    const notices: string[] = [];
    const quirks = new SenderQuirks((text) => notices.push(text));
    const pictures = [0, 1, 2].map((index) => picture(index, { slices: 3 }));
    for (const expected of [undefined, pictures.slice(0, 2).map(annexBOf)]) {
      const sender = new RtpSender();
      const reading = new Reading('h264', { quirks });
      pictures.forEach((nals, index) => reading.take(packets(sender, nals, index * STEP, always)));
      if (expected) assert.deepEqual(reading.data, expected);
    }
    assert.equal(notices.length, 1);
  });

  it('are complete if every NAL unit of single-slice pictures has the marker', () => {
    const sender = new RtpSender();
    const reading = new Reading('h264');
    const pictures = [[sps, pps, sei, ...picture(0, { key: true })], picture(1)];
    pictures.forEach((nals, index) => reading.take(packets(sender, nals, index * STEP, always)));
    assert.deepEqual(reading.data, pictures.map(annexBOf));
    assert.deepEqual(reading.notices, []);
  });

  it('are complete if every packet has the marker, even inside NAL units', () => {
    const sender = new RtpSender();
    const reading = new Reading('h264');
    const pictures = [picture(0, { size: 5000 }), picture(1, { size: 3000 })];
    pictures.forEach((nals, index) => {
      for (const payload of nals.flatMap((nal) => h264Payloads(nal, 500)))
        reading.take([sender.packet(payload, index * STEP, true)]);
    });
    assert.deepEqual(reading.data, pictures.map(annexBOf));
  });

  for (const [name, offset] of [
    ['an earlier time', -1800],
    ['the time of the picture before', -STEP],
  ] as const) {
    it(`take in parameter sets that come as a separate access unit with ${name}`, () => {
      const sender = new RtpSender();
      const reading = new Reading('h264');
      const before = picture(0);
      const key = picture(1, { key: true });
      reading.take(packets(sender, before, STEP, honest));
      reading.take(packets(sender, [sps, pps, sei], 2 * STEP + offset, honest));
      reading.take(packets(sender, key, 2 * STEP, honest));
      assert.deepEqual(reading.data, [annexBOf(before), annexBOf([sps, pps, sei, ...key])]);
      assert.deepEqual(reading.mediaMs, [40, 80]);
      assert.deepEqual(
        reading.units.map(({ isKey }) => isKey),
        [false, true],
      );
      assert.deepEqual(reading.damaged, [false, false]);
    });

    it(`take in parameter sets with ${name} if the marker is never set`, () => {
      const sender = new RtpSender();
      const reading = new Reading('h264');
      const before = picture(0);
      const key = picture(1, { key: true });
      reading.take(packets(sender, before, STEP, never));
      reading.take(packets(sender, [sps, pps], 2 * STEP + offset, never));
      reading.take(packets(sender, [...key], 2 * STEP, never));
      reading.take(packets(sender, picture(2), 3 * STEP, never));
      assert.deepEqual(reading.data, [annexBOf(before), annexBOf([sps, pps, ...key])]);
      assert.deepEqual(reading.mediaMs, [40, 80]);
    });
  }

  it('stay separate if all have the same time', () => {
    const sender = new RtpSender();
    const reading = new Reading('h264');
    const pictures = [0, 1, 2].map((index) => picture(index, { slices: 2 }));
    for (const nals of pictures) reading.take(packets(sender, nals, 0, honest));
    assert.deepEqual(reading.data, pictures.map(annexBOf));
    assert.deepEqual(reading.damaged, [false, false, false]);
    assert.deepEqual(reading.notices, ['the camera gives several pictures the same RTP time']);
  });

  it("stay complete if the time changes inside them, and have their first slice's time", () => {
    const sender = new RtpSender();
    const reading = new Reading('h264');
    const pictures = [0, 1].map((index) => picture(index, { slices: 3 }));
    pictures.forEach((nals, index) =>
      nals.forEach((nal, slice) => reading.take([sender.packet(nal, index * STEP + slice * 9, slice === 2)])),
    );
    assert.deepEqual(reading.data, pictures.map(annexBOf));
    assert.deepEqual(reading.mediaMs, [0, 40]);
    assert.match(reading.notices.join(), /changes the RTP time inside a picture/);
  });

  it('follow a wrap, jumps and steps back of the timestamps', () => {
    const sender = new RtpSender();
    const reading = new Reading('h264');
    const start = 2 ** 32 - STEP;
    const offsets = [0, STEP, 3 * STEP, 2 * STEP, 3600 * 90_000, 0];
    offsets.forEach((offset, index) => reading.take(packets(sender, picture(index), start + offset, honest)));
    assert.deepEqual(
      reading.mediaMs.map((mediaMs) => mediaMs - reading.mediaMs[0]),
      [0, 40, 120, 80, 3_600_000, 0],
    );
  });

  it('are separated if a camera hides NAL units behind start codes in one', () => {
    const sender = new RtpSender();
    const reading = new Reading('h264');
    const key = picture(0, { key: true });
    const hidden = annexBOf([sps, pps, ...key]).subarray(4);
    const payloads = h264Payloads(hidden, 30);
    payloads.forEach((payload, index) => reading.take([sender.packet(payload, 0, index === payloads.length - 1)]));
    assert.deepEqual(reading.data, [annexBOf([sps, pps, ...key])]);
    assert.equal(reading.units[0].isKey, true);
  });

  it('are complete if the fragments of a NAL unit differ in importance', () => {
    const reading = new Reading('h264');
    const [nal] = picture(0, { size: 1000 });
    const payloads = h264Payloads(nal, 300);
    payloads[1][0] &= 0x9f;
    reading.take(new RtpSender().picture(payloads, 0));
    assert.deepEqual(reading.data, [annexBOf([nal])]);
  });

  it('of H.265 stay intact with an end of sequence, which is only a header', () => {
    const sender = new RtpSender();
    const reading = new Reading('h265');
    const nals = [H265.slice({ seed: 1 }), Buffer.from([36 << 1, 1])];
    reading.take(packets(sender, nals, 0, honest)).take(packets(sender, [H265.slice({ seed: 2 })], STEP, honest));
    assert.deepEqual(reading.data, [annexBOf(nals), annexBOf([H265.slice({ seed: 2 })])]);
    assert.deepEqual(reading.damaged, [false, false]);
  });

  it('keep an H.265 suffix SEI, and lose one that comes after the marker', () => {
    const sender = new RtpSender();
    const reading = new Reading('h265');
    const nals = [H265.slice({ seed: 1 }), H265.suffix];
    reading.take(packets(sender, nals, 0, honest)).take(packets(sender, nals, STEP, always));
    reading.take(packets(sender, [H265.slice({ seed: 2 })], 2 * STEP, honest));
    assert.deepEqual(reading.data, [annexBOf(nals), annexBOf(nals.slice(0, 1)), annexBOf([H265.slice({ seed: 2 })])]);
    assert.deepEqual(reading.damaged, [false, false, false]);
  });
});
