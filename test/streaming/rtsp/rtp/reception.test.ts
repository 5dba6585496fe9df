import assert from 'node:assert/strict';
import { Reception } from '../../../../src/streaming/rtsp/rtp/reception.js';

/** The report block of RFC 3550 §6.4.1, read by hand. */
function block(bytes: Uint8Array) {
  const view = Buffer.from(bytes);
  return {
    source: view.readUInt32BE(8),
    fraction: view[12],
    lost: view.readIntBE(13, 3),
    highest: view.readUInt32BE(16),
    jitter: view.readUInt32BE(20),
    lastReport: view.readUInt32BE(24),
    delay: view.readUInt32BE(28),
  };
}

describe('a receiver report', () => {
  it('is empty before the first packet, and carries our CNAME', () => {
    const bytes = Buffer.from(new Reception(0xabcd, 90_000).write(0));
    assert.equal(bytes.subarray(0, 16).toString('hex'), '80c900010000abcd81ca00040000abcd');
    assert.equal(bytes.subarray(16, 25).toString('latin1'), '\x01\x07nowcast');
    assert.equal(bytes.length % 4, 0);
  });

  it('counts losses over a wrap: in all, and the part of the last interval', () => {
    const reception = new Reception(1, 90_000);
    const sequences = [65_533, 65_534, 0, 1, 3];
    sequences.forEach((sequence, index) =>
      reception.packet({ ssrc: 9, sequence, timestamp: index * 3600 }, index * 40),
    );
    const first = block(reception.write(1000));
    assert.deepEqual(first, {
      source: 9,
      fraction: Math.floor((2 * 256) / 7),
      lost: 2,
      highest: 65_536 + 3,
      jitter: 0,
      lastReport: 0,
      delay: 0,
    });
    reception.packet({ ssrc: 9, sequence: 4, timestamp: 5 * 3600 }, 200);
    assert.deepEqual(block(reception.write(2000)), { ...first, fraction: 0, highest: 65_536 + 4 });
  });

  it('reports the jitter in ticks (RFC 3550 A.8)', () => {
    const reception = new Reception(1, 90_000);
    reception.packet({ ssrc: 9, sequence: 1, timestamp: 2 ** 32 - 3600 }, 0);
    reception.packet({ ssrc: 9, sequence: 2, timestamp: 0 }, 56);
    assert.equal(block(reception.write(60)).jitter, (16 * 90) / 16);
  });

  it("returns the sender's last report with the time since, in 1/65536 s", () => {
    const reception = new Reception(1, 90_000);
    reception.packet({ ssrc: 9, sequence: 1, timestamp: 0 }, 0);
    reception.senderReport(0xdeadbeef, 1000);
    const { lastReport, delay } = block(reception.write(1500));
    assert.deepEqual([lastReport, delay], [0xdeadbeef, 32_768]);
  });

  it('restarts with another source and with a new numbering', () => {
    const reception = new Reception(1, 90_000);
    for (const [ssrc, sequence] of [
      [9, 1],
      [8, 500],
      [8, 40_000],
    ]) {
      reception.packet({ ssrc, sequence, timestamp: 0 }, 0);
      const { source, lost, highest } = block(reception.write(0));
      assert.deepEqual([source, lost, highest], [ssrc, 0, sequence]);
    }
  });

  it('is due early once, then every 5 s', () => {
    const reception = new Reception(1, 90_000);
    assert.deepEqual(
      [0, 499, 500, 5400, 5500, 5600].map((nowMs) => reception.isDue(nowMs)),
      [false, false, true, false, true, false],
    );
  });
});
