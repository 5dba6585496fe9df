import assert from 'node:assert/strict';
import fc from 'fast-check';
import sharp from 'sharp';
import { quantizersOfQuality } from '../../../../src/streaming/rtsp/pictures/jpeg-header.js';
import { jpegPayloads, RtpSender } from '../../../helpers/rtp-packetizer.js';
import { Reading } from '../reading.js';

async function jpeg({ width = 96, height = 64, quality = 80, seed = 1 } = {}): Promise<Buffer> {
  const data = Buffer.from(
    Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * seed * 7) ^ (index >> 5)),
  );
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, optimiseCoding: false, chromaSubsampling: '4:2:0' })
    .toBuffer();
}

const pixels = (file: Uint8Array): Promise<Buffer> => sharp(file).raw().toBuffer();

describe('JPEGs', () => {
  for (const [name, q] of [
    ['in-band tables', 255],
    ['cached tables', 128],
    ['the tables of quality 80', 80],
  ] as const) {
    it(`decode to the very pixels that were sent, with ${name}`, async () => {
      const sender = new RtpSender();
      const reading = new Reading('mjpeg');
      const files = [await jpeg({ seed: 1 }), await jpeg({ seed: 3 })];
      files.forEach((file, index) => {
        reading.take(
          sender.picture(jpegPayloads(file, { q, mtu: 500, omitTables: q === 128 && index === 1 }), index * 3600),
        );
        assert.equal(reading.units.length, index + 1);
      });
      for (const [index, file] of files.entries())
        assert.deepEqual(await pixels(reading.data[index]), await pixels(file));
      assert.deepEqual(
        reading.units.map(({ isKey, damaged, mediaMs }) => ({ isKey, damaged, mediaMs })),
        [
          { isKey: true, damaged: false, mediaMs: 0 },
          { isKey: true, damaged: false, mediaMs: 40 },
        ],
      );
      assert.deepEqual(reading.notices, []);
    });
  }

  it('have the tables of the Independent JPEG Group at every quality', async () => {
    for (const quality of [1, 5, 25, 49, 50, 51, 75, 99]) {
      const file = await jpeg({ width: 16, height: 16, quality });
      const tables = quantizersOfQuality(quality).map((table) => Buffer.from(table).toString('hex'));
      for (const table of tables) assert.ok(file.toString('hex').includes(table), `quality ${quality}`);
    }
  });

  it('with a missing packet are dropped entirely, and the next one reports it', async () => {
    const file = await jpeg();
    const payloads = jpegPayloads(file, { mtu: 400 });
    for (let missing = 0; missing < payloads.length; missing += 1) {
      const sender = new RtpSender();
      const reading = new Reading('mjpeg');
      reading.take(sender.picture(payloads, 0));
      reading.take(sender.picture(payloads, 1).filter((_, index) => index !== missing));
      reading.take(sender.picture(payloads, 2)).take(sender.picture(payloads, 3));
      assert.deepEqual(reading.flaws, ['', 'l', ''], `packet ${missing}`);
      assert.deepEqual(reading.data[1], reading.data[0]);
    }
  });

  it('with a gap between fragments are dropped, even if no packet is missing', async () => {
    const sender = new RtpSender();
    const reading = new Reading('mjpeg');
    const payloads = jpegPayloads(await jpeg(), { mtu: 400 });
    reading
      .take(
        sender.picture(
          payloads.filter((_, index) => index !== 2),
          0,
        ),
      )
      .take(sender.picture(payloads, 1));
    assert.deepEqual(reading.flaws, ['l']);
  });

  it('end with the next one if the marker is never set', async () => {
    const sender = new RtpSender();
    const reading = new Reading('mjpeg');
    const payloads = jpegPayloads(await jpeg());
    for (const timestamp of [0, 1]) reading.take(payloads.map((payload) => sender.packet(payload, timestamp, false)));
    assert.equal(reading.units.length, 1);
    assert.match(reading.notices.join(), /does not mark the end of pictures/);
  });

  it('larger than 2040 pixels take their size from the SDP, and are refused without', async () => {
    const file = await jpeg({ width: 2048, height: 16 });
    const payloads = jpegPayloads(file);
    for (const payload of payloads) payload[6] = 0;
    const reading = new Reading('mjpeg', { size: { width: 2048, height: 16 } });
    reading.take(new RtpSender().picture(payloads, 0));
    assert.deepEqual(await pixels(reading.data[0]), await pixels(file));
    const without = new Reading('mjpeg');
    without.take(new RtpSender().picture(payloads, 0));
    assert.equal(without.units.length, 0);
    assert.match(without.obstacles[0], /2040/);
  });

  it('of unknown types and qualities are refused with a notice each', async () => {
    for (const [at, value] of [
      [4, 5],
      [4, 130],
      [5, 0],
      [5, 110],
    ]) {
      const reading = new Reading('mjpeg');
      const payload = jpegPayloads(await jpeg({ width: 16, height: 16 }))[0];
      payload[at] = value;
      reading.take(new RtpSender().picture([payload], 0));
      assert.deepEqual([reading.units.length, reading.notices.length], [0, 1]);
    }
  });

  it('of any bytes are read or refused', () => {
    const head = fc.tuple(
      fc.constantFrom(0, 1),
      fc.constant(0),
      fc.constant(0),
      fc.nat(20),
      fc.constantFrom(0, 1, 64, 65, 9),
      fc.constantFrom(0, 50, 99, 128, 200, 255),
      fc.nat(255),
      fc.nat(255),
    );
    const payload = fc
      .tuple(head, fc.uint8Array({ maxLength: 150 }))
      .map(([bytes, rest]) => Uint8Array.from([...bytes, ...rest]));
    fc.assert(
      fc.property(fc.array(fc.tuple(payload, fc.boolean()), { maxLength: 12 }), (payloads) => {
        const sender = new RtpSender();
        const reading = new Reading('mjpeg');
        for (const [bytes, marker] of payloads) reading.take([sender.packet(bytes, 0, marker)]);
        for (const data of reading.data)
          assert.deepEqual([data.readUInt16BE(0), data.readUInt16BE(data.length - 2)], [0xffd8, 0xffd9]);
      }),
      { numRuns: 2000 },
    );
  });
});
