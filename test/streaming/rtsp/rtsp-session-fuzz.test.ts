import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cameraScript, reply, ScriptedRtspServer, SDP, type Script } from '../../helpers/scripted-rtsp-server.js';
import { watch } from './rtsp-session-harness.js';

const text = fc.string({ maxLength: 40 }).map((value) => value.replaceAll(/[\r\n]/g, ' '));
const status = fc.constantFrom(
  '200 OK',
  '200 OK',
  '200 OK',
  '302 Found',
  '401 Unauthorized',
  '454 Session Not Found',
  '459 No',
  '461 No',
  '500 No',
  '999',
);
const headers = fc.record(
  {
    'WWW-Authenticate': fc.oneof(
      text,
      fc.constantFrom('Digest nonce="1"', 'Digest nonce="1", qop="auth", algorithm=SHA-256', 'Basic', 'Digest realm="'),
    ),
    Session: fc.oneof(text, fc.constantFrom('1;timeout=0', ';timeout=5', '1 ; timeout = "9"', '1;timeout=99999999999')),
    Transport: fc.oneof(
      text,
      fc.constantFrom(
        'RTP/AVP;multicast',
        'RTP/AVP/TCP;interleaved=0-1',
        'RTP/AVP;server_port=1-2;source=x',
        'RTP/SAVP',
      ),
    ),
    Location: fc.oneof(text, fc.constantFrom('rtsp://', '/other', 'http://cam/')),
    'Content-Base': fc.oneof(text, fc.constantFrom('rtsp://h', '/', '*')),
    CSeq: fc.oneof(text, fc.constantFrom('0', '-1', '1e3')),
    'Content-Length': fc.constantFrom('-1', '5', '0x10', '99999', ''),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(fc.constant(SDP), fc.constant(''), fc.string());

describe('openRtspSession with a server that sends anything', () => {
  it('ends, with a reason without secrets, and throws nothing', async function () {
    this.timeout(60_000);
    let script: Script = () => undefined;
    const server = await ScriptedRtspServer.start((request, socket) => script(request, socket));
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ status, headers, body }), { minLength: 1, maxLength: 5 }),
          fc.nat({ max: 3 }),
          fc.constantFrom('tcp', 'udp', 'auto'),
          async (replies, honest, transport) => {
            const plain = cameraScript();
            let count = 0;
            script = (request, socket) => {
              const odd = replies[count - honest];
              if (count++ < honest) return plain(request, socket);
              // Half a reply, or an invalid one, would keep the client waiting.
              if (odd !== undefined) socket.write(reply(request, odd.status, odd.headers, odd.body));
              socket.end();
              return undefined;
            };
            const { session, notices } = watch(server.url.replace('//', '//viewer:top-secret@'), { transport });
            const { reason, kind } = await session.ended;
            assert.ok(reason !== '' && kind !== 'stopped');
            assert.ok(!/internal/.test(reason), reason);
            assert.ok(![reason, ...notices].join().includes('top-secret'));
          },
        ),
        { numRuns: 500 },
      );
    } finally {
      await server.close();
    }
  });
});
