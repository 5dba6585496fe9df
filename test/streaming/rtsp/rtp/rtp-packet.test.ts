import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseRtpPacket } from '../../../../src/streaming/rtsp/rtp/rtp-packet.js';
import { rtpPacket } from '../../../helpers/rtp-packetizer.js';

const fields = { payloadType: 96, sequence: 65_535, timestamp: 0xfffffff0, ssrc: 0xdeadbeef, marker: true };
const payload = Buffer.from('hello');

describe('an RTP packet', () => {
  it('is read with contributing sources, an extension and padding around its payload', () => {
    const packet = rtpPacket(
      { ...fields, csrcs: [1, 2], extension: { profile: 0xabac, data: Buffer.alloc(12, 9) }, padding: 3 },
      payload,
    );
    const parsed = parseRtpPacket(packet);
    assert.ok(parsed);
    assert.deepEqual({ ...parsed, payload: Buffer.from(parsed.payload) }, { ...fields, payload });
  });

  it('of padding alone has an empty payload', () => {
    assert.equal(parseRtpPacket(rtpPacket({ ...fields, padding: 4 }, Buffer.alloc(0)))?.payload.length, 0);
  });

  it('is refused with another version, or if a length in it points past its end', () => {
    const plain = rtpPacket(fields, payload);
    const version1 = Buffer.from(plain);
    version1[0] = 0x40;
    const padded = rtpPacket({ ...fields, padding: 2 }, payload);
    padded[padded.length - 1] = 200;
    const extended = rtpPacket({ ...fields, extension: { profile: 1, data: Buffer.alloc(4) } }, Buffer.alloc(0));
    extended.writeUInt16BE(2, 14);
    const sources = rtpPacket({ ...fields, csrcs: [1] }, Buffer.alloc(0)).subarray(0, 14);
    const cut = rtpPacket({ ...fields, extension: { profile: 1, data: Buffer.alloc(0) } }, Buffer.alloc(0)).subarray(
      0,
      15,
    );
    for (const bad of [version1, padded, extended, sources, cut, plain.subarray(0, 11), Buffer.alloc(0)])
      assert.equal(parseRtpPacket(bad), undefined);
  });

  it('of any bytes is read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        if (bytes.length > 0) bytes[0] = (bytes[0] & 0x3f) | 0x80;
        const parsed = parseRtpPacket(bytes);
        assert.ok(!parsed || parsed.payload.length <= bytes.length - 12);
      }),
      { numRuns: 5000 },
    );
  });
});
