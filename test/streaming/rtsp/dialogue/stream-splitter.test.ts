import assert from 'node:assert/strict';
import fc from 'fast-check';
import { headerOf, type RtspMessage, type RtspReply } from '../../../../src/streaming/rtsp/dialogue/message.js';
import { StreamSplitter } from '../../../../src/streaming/rtsp/dialogue/stream-splitter.js';

type Found = string;

function splitter(): {
  readonly push: (bytes: Buffer | string) => void;
  readonly found: Found[];
  readonly messages: RtspMessage[];
  readonly packets: Uint8Array[];
} {
  const found: Found[] = [];
  const messages: RtspMessage[] = [];
  const packets: Uint8Array[] = [];
  const it = new StreamSplitter({
    onPacket: (channel, packet) => {
      found.push(`${channel}:${Buffer.from(packet).toString('hex')}`);
      packets.push(packet);
    },
    onMessage: (message) => {
      found.push(
        message.kind === 'reply'
          ? `${message.protocol} ${message.status} ${Buffer.from(message.body).toString()}`
          : message.method,
      );
      messages.push(message);
    },
    onJunk: () => found.push('junk'),
  });
  it.expectChannels([0, 1]);
  return { push: (bytes) => it.push(Buffer.from(bytes as string, 'latin1')), found, messages, packets };
}

function framed(channel: number, ...payload: number[]): Buffer {
  return Buffer.from([0x24, channel, payload.length >> 8, payload.length & 255, ...payload]);
}

/** A packet with the version of RTP, at least as long as one. */
const RTP = [0x80, 96, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4, 9];
const RTP_FOUND = `0:${Buffer.from(RTP).toString('hex')}`;
const REPLY = 'RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Length: 4\r\n\r\nbody';

describe('StreamSplitter', () => {
  it('cuts packets, replies and requests apart', () => {
    const { push, found } = splitter();
    push(
      Buffer.concat([
        framed(0, 1, 2, 3),
        Buffer.from(REPLY),
        framed(1),
        framed(7, 5),
        Buffer.from('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n'),
        framed(0, 4),
      ]),
    );
    assert.deepEqual(found, ['0:010203', 'RTSP 200 body', '1:', '7:05', 'OPTIONS', '0:04']);
  });

  it('does not copy a packet that a chunk holds whole', () => {
    const chunk = Buffer.concat([framed(0, 1, 2), framed(0, 3)]);
    const packets: Uint8Array[] = [];
    new StreamSplitter({
      onPacket: (_, packet) => packets.push(packet),
      onMessage: () => undefined,
      onJunk: () => undefined,
    }).push(chunk);
    assert.deepEqual(
      packets.map(({ buffer, byteOffset }) => [buffer === chunk.buffer, byteOffset - chunk.byteOffset]),
      [
        [true, 4],
        [true, 10],
      ],
    );
  });

  it('accepts bare line feeds, any case, folded or repeated fields, and lines without a colon', () => {
    const { push, messages } = splitter();
    push(
      '\r\n\nRTSP/1.0 401 Unauthorized\ncseq:7\nWWW-Authenticate: Basic realm="a"\nwww-authenticate: Digest realm="a",\n  nonce="b"\nnonsense\n: none\nCONTENT-length: 0\n\n',
    );
    const reply = messages[0] as RtspReply;
    assert.equal(reply.status, 401);
    assert.equal(headerOf(reply.headers, 'cseq'), '7');
    assert.deepEqual(reply.headers.get('www-authenticate'), ['Basic realm="a"', 'Digest realm="a", nonce="b"']);
  });

  it('accepts a reply without a reason phrase, and a reply of a web server', () => {
    const { push, found } = splitter();
    push('RTSP/1.0 200\r\n\r\nHTTP/1.1 400 Bad Request\r\n\r\n');
    assert.deepEqual(found, ['RTSP 200 ', 'HTTP 400 ']);
  });

  it('finds the next packet after junk bytes', () => {
    const { push, found } = splitter();
    push(
      Buffer.concat([
        framed(0, 1),
        Buffer.from([0, 0x24, 9, 1, 2, 0x24, 0, 0, 13, 1]),
        framed(0, ...RTP),
        framed(1, 5),
      ]),
    );
    assert.deepEqual(found, ['0:01', 'junk', RTP_FOUND, '1:05']);
  });

  it('finds the next reply after a junk line', () => {
    const { push, found } = splitter();
    push(`SSH-2.0-OpenSSH\r\na=late\r\n${REPLY}`);
    assert.deepEqual(found, ['junk', 'RTSP 200 body']);
  });

  it('finds a packet after letters', () => {
    const { push, found } = splitter();
    push(Buffer.concat([Buffer.from('abc'), framed(0, ...RTP)]));
    assert.deepEqual(found, ['junk', RTP_FOUND]);
  });

  it('skips the rest of a body that is longer than declared', () => {
    const { push, found } = splitter();
    push(REPLY.replace('4\r\n', '2\r\n') + REPLY);
    assert.deepEqual(found, ['RTSP 200 bo', 'junk', 'RTSP 200 body']);
  });

  it('refuses bodies longer than any camera sends, and endless lines', () => {
    for (const beginning of [REPLY.replace('4\r\n', '4000000000\r\n').slice(0, -4), `RTSP/1.0 ${'2'.repeat(20_000)}`]) {
      const { push, found } = splitter();
      push(beginning);
      push(framed(0, ...RTP));
      assert.deepEqual(found, ['junk', RTP_FOUND]);
    }
  });

  const piece = fc.oneof(
    fc
      .record({
        channel: fc.integer({ min: 0, max: 255 }),
        payload: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 60 }),
      })
      .map(({ channel, payload }) => ({
        bytes: framed(channel, ...payload),
        found: `${channel}:${Buffer.from(payload).toString('hex')}`,
      })),
    fc.string({ maxLength: 30 }).map((text) => {
      const body = text.replaceAll(/[^\x20-\x7e]/g, '');
      return {
        bytes: Buffer.from(`RTSP/1.0 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
        found: `RTSP 200 ${body}`,
      };
    }),
    fc.constant({ bytes: Buffer.from('ANNOUNCE rtsp://h/ RTSP/1.0\nCSeq: 1\n\n'), found: 'ANNOUNCE' }),
  );

  it('finds the same items for any division into chunks', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
        (pieces, cuts) => {
          const bytes = Buffer.concat(pieces.map((one) => one.bytes));
          const { push, found } = splitter();
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = cuts[i % cuts.length];
            push(bytes.subarray(at, at + size));
            at += size;
          }
          assert.deepEqual(
            found,
            pieces.map((one) => one.found),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('survives any bytes, and finds a packet after them', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .constantFrom('RTSP/1.', 'RTSP/1.0 200 OK\r\n', '\r\n', '$', '$\0', 'A', 'Content-Length: 9\n', ' x')
        .map((text) => new Uint8Array(Buffer.from(text, 'latin1'))),
    );
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 30 }), (chunks) => {
        const { push, found } = splitter();
        for (const chunk of chunks) push(Buffer.from(chunk));
        // More than any line, body or packet that may have begun.
        push(Buffer.alloc(300 * 1024));
        push(framed(0, ...RTP));
        push(framed(0, ...RTP));
        assert.equal(found.at(-1), RTP_FOUND);
      }),
      { numRuns: 1_000 },
    );
  });
});
