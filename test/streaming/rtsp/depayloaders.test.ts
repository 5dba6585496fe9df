import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nalBytes } from '../../../src/streaming/nal/nal-unit.js';
import { H264Depayloader } from '../../../src/streaming/rtsp/pictures/h264.js';
import { H265Depayloader } from '../../../src/streaming/rtsp/pictures/h265.js';
import type { NalDepayloader } from '../../../src/streaming/rtsp/pictures/nal-depayloader.js';
import type { NalSink } from '../../../src/streaming/rtsp/pictures/nal-sink.js';
import { h264Aggregate, h264Payloads, h265Aggregate, h265Payloads } from '../../helpers/rtp-packetizer.js';
import { filling } from './reading.js';

type Codec = {
  readonly name: string;
  readonly make: (sink: NalSink) => NalDepayloader;
  readonly split: (nal: Uint8Array, mtu: number) => Uint8Array[];
  readonly aggregate: (nals: readonly Uint8Array[]) => Uint8Array;
  readonly nal: (size: number, seed: number) => Buffer;
};

const CODECS: Codec[] = [
  {
    name: 'H.264',
    make: (sink) => new H264Depayloader(sink),
    split: h264Payloads,
    aggregate: h264Aggregate,
    nal: (size, seed) => Buffer.concat([Buffer.from([0x61 + (seed % 5)]), filling(size, seed)]),
  },
  {
    name: 'H.265',
    make: (sink) => new H265Depayloader(sink),
    split: h265Payloads,
    aggregate: h265Aggregate,
    nal: (size, seed) => Buffer.concat([Buffer.from([(seed % 40) << 1, 1]), filling(size, seed)]),
  },
];

function harness(codec: Codec) {
  /** NAL units in hex, and 'damage'. */
  const out: string[] = [];
  const notices: string[] = [];
  const depayloader = codec.make({
    nal: (nal) => out.push(Buffer.from(nalBytes(nal)).toString('hex')),
    damage: () => out.push('damage'),
    notice: (text) => notices.push(text),
  });
  return { out, notices, depayloader };
}

for (const codec of CODECS) {
  describe(`NAL units of ${codec.name}`, () => {
    const hex = (nal: Uint8Array): string => Buffer.from(nal).toString('hex');

    it('come out unchanged, for any sizes of units and packets', () => {
      const nalSizes = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 8 });
      fc.assert(
        fc.property(nalSizes, fc.integer({ min: 8, max: 1500 }), fc.boolean(), (sizes, mtu, aggregated) => {
          const { out, depayloader } = harness(codec);
          const nals = sizes.map((size, index) => codec.nal(size, index));
          if (aggregated) depayloader.push(codec.aggregate(nals));
          else for (const payload of nals.flatMap((nal) => codec.split(nal, mtu))) depayloader.push(payload);
          assert.deepEqual(out, nals.map(hex));
          assert.equal(depayloader.isOpen, false);
        }),
      );
    });

    it('with a missing fragment are dropped whole, and the loss is marked', () => {
      const nals = [codec.nal(100, 1), codec.nal(1000, 2), codec.nal(100, 3)];
      const payloads = nals.flatMap((nal) => codec.split(nal, 300));
      for (let missing = 1; missing <= payloads.length - 2; missing += 1) {
        const { out, depayloader } = harness(codec);
        payloads.forEach((payload, index) => {
          if (index === missing) depayloader.lost();
          else depayloader.push(payload);
        });
        assert.deepEqual(
          out.filter((event) => event !== 'damage'),
          [hex(nals[0]), hex(nals[2])],
        );
        assert.ok(out.includes('damage'));
      }
    });

    it('without their last fragment are dropped at the next NAL unit or its first fragment', () => {
      const [first, ...rest] = codec.split(codec.nal(1000, 1), 300);
      assert.ok(rest.length > 0);
      for (const next of [codec.nal(50, 2), codec.nal(1000, 2)]) {
        const { out, depayloader } = harness(codec);
        depayloader.push(first);
        for (const payload of codec.split(next, 300)) depayloader.push(payload);
        assert.deepEqual(out, ['damage', hex(next)]);
      }
    });

    it('that continue with a fragment of another type are dropped', () => {
      const { out, depayloader } = harness(codec);
      const [first] = codec.split(codec.nal(1000, 1), 600);
      const [, last] = codec.split(codec.nal(1000, 2), 600);
      depayloader.push(first);
      depayloader.push(last);
      assert.ok(out.length > 0 && out.every((event) => event === 'damage'));
      assert.equal(depayloader.isOpen, false);
    });

    it('before a wrong length in an aggregate are kept, the rest is marked', () => {
      const { out, depayloader } = harness(codec);
      const nals = [codec.nal(30, 1), codec.nal(30, 2)];
      depayloader.push(codec.aggregate(nals).subarray(0, -1));
      assert.deepEqual(out, [hex(nals[0]), 'damage']);
    });

    it('of any bytes are read or refused', () => {
      const first = fc.constantFrom(24, 25, 28, 29, 48 << 1, 49 << 1, 50 << 1, 0);
      const payload = fc
        .tuple(first, fc.uint8Array({ maxLength: 20 }))
        .map(([head, rest]) => Uint8Array.from([head, ...rest]));
      fc.assert(
        fc.property(fc.array(fc.oneof(payload, fc.uint8Array({ maxLength: 8 })), { maxLength: 20 }), (payloads) => {
          const { out, depayloader } = harness(codec);
          for (const bytes of payloads) depayloader.push(bytes);
          const inBytes = payloads.reduce((sum, { length }) => sum + length + 2, 0);
          assert.ok(out.filter((event) => event !== 'damage').join('').length / 2 <= inBytes);
        }),
        { numRuns: 3000 },
      );
    });
  });
}

describe('NAL units of H.264 in the interleaved mode', () => {
  const stapB = (order: number, nal: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from([25, order >> 8, order & 0xff, 0, nal.length]), nal]);

  it('are read while nothing is interleaved', () => {
    const { out, notices, depayloader } = harness(CODECS[0]);
    depayloader.push(stapB(65_535, Buffer.from('6101', 'hex')));
    depayloader.push(stapB(0, Buffer.from('6102', 'hex')));
    depayloader.push(Buffer.from('7d8100010304', 'hex'));
    depayloader.push(Buffer.from('7c4105', 'hex'));
    assert.deepEqual(out, ['6101', '6102', '61030405']);
    assert.deepEqual(notices, []);
  });

  it('are refused with a notice if they are out of order', () => {
    const { out, notices, depayloader } = harness(CODECS[0]);
    depayloader.push(stapB(5, Buffer.from('6101', 'hex')));
    depayloader.push(stapB(4, Buffer.from('6102', 'hex')));
    depayloader.push(Buffer.from('1a0000000000', 'hex'));
    assert.deepEqual(out, ['6101', 'damage', 'damage']);
    assert.match(notices.join(), /packetization-mode 2/);
  });
});

describe('a NAL unit without end', () => {
  it('is dropped at 16 MiB, and so are as many tiny fragments', () => {
    for (const size of [60_000, 1]) {
      const { out, notices, depayloader } = harness(CODECS[0]);
      const data = Buffer.alloc(size + 2, 0x55);
      data.set([0x7c, 0x81]);
      depayloader.push(data);
      data.set([0x7c, 0x01]);
      for (let count = 0; count * (size + 64) < 16 * 2 ** 20; count += 1) depayloader.push(data);
      assert.equal(depayloader.isOpen, false);
      assert.deepEqual(out.slice(0, 1), ['damage']);
      assert.match(notices.join(), /more than 16 MiB/);
    }
  });
});
