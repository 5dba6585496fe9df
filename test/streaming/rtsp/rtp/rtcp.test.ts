import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseRtcp } from '../../../../src/streaming/rtsp/rtp/rtcp.js';
import { goodbye, senderReport } from '../../../helpers/rtp-packetizer.js';

const report = { ssrc: 7, unixMs: 1_700_000_000_250, rtpTimestamp: 0xfffffff0, packets: 3, octets: 4000 };

describe('RTCP', () => {
  it("gives the sender's wall clock and media clock", () => {
    const parsed = parseRtcp(senderReport(report));
    assert.deepEqual(parsed, {
      goodbyes: [],
      reports: [
        {
          ssrc: 7,
          senderMs: 1_700_000_000_250,
          rtpTimestamp: 0xfffffff0,
          packets: 3,
          octets: 4000,
          compactNtp: ((1_700_000_000 + 2_208_988_800) % 65_536) * 65_536 + 0x4000,
        },
      ],
    });
  });

  it('has no wall clock if the NTP time is 0', () => {
    assert.equal(parseRtcp(senderReport({ ...report, unixMs: undefined }))?.reports[0].senderMs, undefined);
  });

  it('reads times after the wrap of NTP in 2036', () => {
    const unixMs = Date.UTC(2040, 0, 1);
    assert.equal(parseRtcp(senderReport({ ...report, unixMs }))?.reports[0].senderMs, unixMs);
  });

  it('reads a goodbye after a report', () => {
    const parsed = parseRtcp(Buffer.concat([senderReport(report), goodbye(0xffffffff)]));
    assert.deepEqual([parsed?.reports.length, parsed?.goodbyes], [1, [0xffffffff]]);
  });

  it('keeps the report before a truncated part, and refuses a packet with a truncated first part', () => {
    assert.equal(parseRtcp(senderReport(report).subarray(0, 40))?.reports.length, 1);
    assert.equal(parseRtcp(senderReport(report).subarray(0, 27)), undefined);
    assert.equal(parseRtcp(Buffer.from([0x80, 200, 0, 1, 0, 0, 0, 0])), undefined);
    assert.equal(parseRtcp(Buffer.from([0x9f, 203, 0, 1, 0, 0, 0, 0])), undefined);
    assert.equal(parseRtcp(Buffer.alloc(0)), undefined);
  });

  it('of any bytes is read or refused', () => {
    const start = fc.constantFrom([0x80, 200], [0x81, 203], [0x81, 202]);
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 100 }), (head, rest) => {
        const parsed = parseRtcp(Uint8Array.from([...head, ...rest]));
        assert.ok(
          !parsed || parsed.reports.every(({ senderMs }) => senderMs === undefined || Number.isFinite(senderMs)),
        );
      }),
      { numRuns: 5000 },
    );
  });
});
