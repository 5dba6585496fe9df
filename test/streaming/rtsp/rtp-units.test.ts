import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  goodbye,
  h264Payloads,
  h265Payloads,
  RtpSender,
  rtpPacket,
  senderReport,
} from '../../helpers/rtp-packetizer.js';
import { annexBOf, H264, H265, Reading } from './reading.js';

const slice = (seed: number): Buffer => H264.slice({ seed });

describe('a stream of RTP', () => {
  it('follows a camera that begins a new source midway, keeps every packet of it and marks the break', () => {
    const reading = new Reading('h264');
    reading.take(new RtpSender({ ssrc: 1 }).picture([slice(0)], 5000));
    const sender = new RtpSender({ ssrc: 2, sequence: 900 });
    for (const index of [1, 2, 3]) reading.take(sender.picture([slice(index)], 90_000 + index * 90));
    assert.deepEqual(
      reading.data,
      [0, 1, 2, 3].map((index) => annexBOf([slice(index)])),
    );
    assert.deepEqual(reading.flaws, ['', 'l', '', '']);
    assert.deepEqual(reading.mediaMs.slice(1), [1001, 1002, 1003]);
  });

  it('emits the pictures that waited for a missing packet of the previous source', () => {
    const reading = new Reading('h264', { overUdp: true });
    const old = new RtpSender({ ssrc: 1 });
    const packets = [0, 1, 2].flatMap((index) => old.picture([slice(index)], index));
    const fresh = new RtpSender({ ssrc: 2 });
    reading.take([packets[0], packets[2], ...fresh.picture([slice(3)], 3), ...fresh.picture([slice(4)], 4)]);
    assert.deepEqual(
      reading.data,
      [0, 2, 3, 4].map((index) => annexBOf([slice(index)])),
    );
    assert.deepEqual(reading.flaws, ['', 'l', 'l', '']);
  });

  it('ignores single packets of another source', () => {
    const reading = new Reading('h264');
    const ours = new RtpSender({ ssrc: 1 });
    const stray = new RtpSender({ ssrc: 2 });
    for (const index of [0, 1, 2])
      reading.take([...ours.picture([slice(index)], index), ...stray.picture([slice(9)], 7)]);
    assert.deepEqual(
      reading.data,
      [0, 1, 2].map((index) => annexBOf([slice(index)])),
    );
    assert.deepEqual(reading.flaws, ['', '', '']);
  });

  it('skips other payload types without counting their numbers as lost', () => {
    const reading = new Reading('h264');
    const header = { ssrc: 1, timestamp: 0, marker: true };
    reading.take(
      [96, 97, 96].map((payloadType, index) =>
        rtpPacket({ ...header, payloadType, sequence: index, timestamp: index }, slice(index)),
      ),
    );
    assert.deepEqual(reading.data, [annexBOf([slice(0)]), annexBOf([slice(2)])]);
    assert.deepEqual(reading.damaged, [false, false]);
  });

  it('reports a stream without the payload type that the SDP announces', () => {
    const reading = new Reading('h264');
    const sender = new RtpSender({ payloadType: 26 });
    for (let index = 0; index < 60; index += 1) reading.take(sender.picture([slice(0)], index));
    assert.equal(reading.units.length, 0);
    assert.deepEqual(reading.notices, [
      'the camera sends RTP payload type 26, but its SDP announces 96; Nowcast ignores type 26',
    ]);
  });

  it('puts sender reports on the scale of its pictures', () => {
    const reading = new Reading('h264');
    const sender = new RtpSender();
    reading.take(sender.picture([slice(0)], 2 ** 32 - 90));
    reading.reader.rtcp(sender.report(1_700_000_000_000, 90), 55);
    reading.take(sender.picture([slice(1)], 90));
    assert.deepEqual(reading.reports, [{ senderMs: 1_700_000_000_000, mediaMs: reading.mediaMs[1], arrivedAtMs: 55 }]);
    reading.reader.rtcp(sender.report(undefined, 90), 60);
    assert.equal(reading.reports.length, 1);
  });

  it('uses reports that name a wrong source, unless correct ones have come', () => {
    const reading = new Reading('h264');
    const wrong = senderReport({ ssrc: 99, unixMs: 1000, rtpTimestamp: 0 });
    const sender = new RtpSender();
    reading.take(sender.picture([slice(0)], 0));
    reading.reader.rtcp(wrong, 1);
    assert.deepEqual([reading.reports.length, reading.notices.length], [1, 1]);
    reading.reader.rtcp(sender.report(1000, 0), 2);
    reading.reader.rtcp(wrong, 3);
    assert.equal(reading.reports.length, 2);
  });

  it('reports a goodbye of its own source only', () => {
    const reading = new Reading('h264');
    const sender = new RtpSender();
    reading.take(sender.picture([slice(0)], 0));
    reading.reader.rtcp(goodbye(sender.ssrc + 1), 1);
    assert.equal(reading.goodbyes, 0);
    reading.reader.rtcp(goodbye(sender.ssrc), 1);
    assert.equal(reading.goodbyes, 1);
  });

  it('reports its reception on time', () => {
    const reading = new Reading('h264');
    const sender = new RtpSender();
    reading.take(sender.picture([slice(0)], 0));
    reading.reader.rtcp(sender.report(1000, 0), 10);
    reading.nowMs = 1010;
    const report = Buffer.from(reading.reader.receiverReport());
    assert.deepEqual(
      [report.readUInt32BE(4), report.readUInt32BE(8), report.readUInt32BE(28)],
      [0xabcd, sender.ssrc, 65_536],
    );
  });

  it('over UDP emits the picture after a lost packet once the wait is over, marked, with its own arrival time', () => {
    const reading = new Reading('h264', { overUdp: true });
    const sender = new RtpSender();
    const packets = [0, 1, 2].flatMap((index) => sender.picture([slice(index)], index));
    reading.take([packets[0], packets[2]]);
    reading.reader.tick(20);
    assert.equal(reading.units.length, 1);
    reading.reader.tick(52);
    assert.deepEqual(reading.data[1], annexBOf([slice(2)]));
    assert.deepEqual([reading.flaws[1], reading.units[1].arrivedAtMs], ['l', 2]);
  });

  it('drops a picture that grows beyond 16 MiB, and marks the next', () => {
    const reading = new Reading('h264');
    const sender = new RtpSender();
    const large = H264.slice({ first: false, size: 60_000 });
    reading.take([sender.packet(slice(0), 0, false)]);
    for (let index = 0; index < 300; index += 1) reading.take([sender.packet(large, 0, false)]);
    reading.take(sender.picture([slice(1)], 1)).take(sender.picture([slice(2)], 2));
    assert.deepEqual(
      reading.data,
      [1, 2].map((index) => annexBOf([slice(index)])),
    );
    assert.deepEqual(reading.flaws, ['l', '']);
    assert.match(reading.notices.join(), /more than 16 MiB/);
  });
});

for (const codec of ['h264', 'h265'] as const) {
  describe(`pictures of ${codec} over a bad network`, () => {
    const sizes = fc.array(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 3 }), {
      minLength: 2,
      maxLength: 12,
    });
    const { slice: makeSlice } = codec === 'h264' ? H264 : H265;
    const split = codec === 'h264' ? h264Payloads : h265Payloads;

    it('come out complete and in order, or with losses marked, inside and before', () => {
      const faults = fc.record({
        drops: fc.array(fc.nat(60), { maxLength: 4 }),
        repeats: fc.array(fc.nat(60), { maxLength: 4 }),
        moves: fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 10 })), { maxLength: 6 }),
      });
      fc.assert(
        fc.property(
          sizes,
          fc.integer({ min: 20, max: 400 }),
          fc.boolean(),
          faults,
          (pictureSizes, mtu, marked, { drops, repeats, moves }) => {
            const sender = new RtpSender({ sequence: 65_500 });
            const pictures = pictureSizes.map((sliceSizes, picture) =>
              sliceSizes.map((size, index) => makeSlice({ first: index === 0, size, seed: picture * 3 + index })),
            );
            // The first packet and those of the last picture arrive, so that every loss lies between two pictures.
            const inner = [...pictures, [makeSlice({ seed: 998 })], [makeSlice({ seed: 999 })]].map((nals, index) => {
              const payloads = nals.flatMap((nal) => split(nal, mtu));
              return marked
                ? sender.picture(payloads, index * 3600)
                : payloads.map((payload) => sender.packet(payload, index * 3600, false));
            });
            const [first, ...packets] = inner.slice(0, -2).flat();
            let arriving = packets
              .filter((_, index) => !drops.includes(index))
              .flatMap((packet, index) => (repeats.includes(index) ? [packet, packet] : [packet]));
            for (const [at, by] of moves)
              arriving = [
                ...arriving.slice(0, at),
                ...arriving.slice(at + 1, at + 1 + by),
                ...arriving.slice(at, at + 1),
                ...arriving.slice(at + 1 + by),
              ];
            const reading = new Reading(codec, { overUdp: true });
            reading.take([first, ...arriving, ...inner.slice(-2).flat()]);
            reading.reader.tick(10_000);

            const sent = pictures.map((nals) => nals.map((nal) => annexBOf([nal]).toString('hex')));
            let next = 0;
            for (const unit of reading.units) {
              const index = unit.mediaMs / 40;
              assert.ok(Number.isInteger(index) && index >= next, 'units come in order and once');
              const whole = index >= sent.length || Buffer.from(unit.data).toString('hex') === sent[index].join('');
              if (index > next) assert.ok(unit.lostBefore, `picture ${index} behind one that is missing is marked`);
              // A marker shows that a picture is complete, whatever is lost after it.
              if (marked) assert.equal(unit.damaged, !whole, `picture ${index}`);
              if (!whole) {
                assert.ok(unit.damaged, `picture ${index}, which is not whole, is marked`);
                // NAL units may be missing; the others are complete, in order and of this picture.
                const rest = sent[index].reduce(
                  (hex, nal) => (hex.startsWith(nal) ? hex.slice(nal.length) : hex),
                  Buffer.from(unit.data).toString('hex'),
                );
                assert.equal(rest, '', 'no NAL unit of a damaged picture is shifted');
              }
              next = index + 1;
            }
            assert.ok(next >= sent.length + (marked ? 2 : 1), 'the last pictures come out');
            if (drops.every((index) => index >= packets.length) && moves.length === 0)
              assert.ok(reading.flaws.every((flaw) => flaw === ''));
          },
        ),
        { numRuns: 300 },
      );
    });
  });
}

describe('any bytes as RTP and RTCP', () => {
  for (const codec of ['h264', 'h265', 'mjpeg'] as const) {
    it(`are read as ${codec} or refused`, () => {
      const fields = fc.record({
        payloadType: fc.constantFrom(96, 96, 96, 97),
        sequence: fc.nat(65_535),
        timestamp: fc.nat({ max: 2 ** 32 - 1 }),
        ssrc: fc.constantFrom(1, 1, 1, 2),
        marker: fc.boolean(),
      });
      const packet = fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        fc.tuple(fields, fc.uint8Array({ maxLength: 60 })).map(([header, payload]) => rtpPacket(header, payload)),
      );
      const packets = fc.array(packet, { maxLength: 40 });
      fc.assert(
        fc.property(packets, fc.boolean(), (all, overUdp) => {
          const reading = new Reading(codec, { overUdp });
          for (const bytes of all) {
            reading.take([bytes]);
            reading.reader.rtcp(bytes, reading.nowMs);
          }
          reading.reader.receiverReport();
          for (const { mediaMs, arrivedAtMs } of reading.units)
            assert.ok(Number.isFinite(mediaMs) && arrivedAtMs <= reading.nowMs);
        }),
        { numRuns: 1000 },
      );
    });
  }
});
