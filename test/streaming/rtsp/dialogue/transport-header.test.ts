import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseTransport } from '../../../../src/streaming/rtsp/dialogue/transport-header.js';

const NONE = { isTcp: false, isMulticast: false, isEncrypted: false };

describe('parseTransport', () => {
  for (const [field, expected] of [
    ['RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=1234ABCD;mode="PLAY"', { ...NONE, isTcp: true, interleaved: [2, 3] }],
    ['RTP/AVP/TCP; unicast; interleaved=4', { ...NONE, isTcp: true, interleaved: [4, 5] }],
    ['RTP/AVP/TCP;interleaved=254-999', { ...NONE, isTcp: true }],
    [
      'RTP/AVP;unicast;client_port=50000-50001;server_port=6000-6001;source=10.0.0.7',
      { ...NONE, serverPort: [6000, 6001], source: '10.0.0.7' },
    ],
    [
      'rtp/avp/udp;unicast;server_port=6000;source="[fe80::1]"',
      { ...NONE, serverPort: [6000, 6001], source: 'fe80::1' },
    ],
    [
      'RTP/AVP;multicast;destination=239.1.2.3;port=5000-5001;ttl=16',
      { ...NONE, isMulticast: true, destination: '239.1.2.3', port: [5000, 5001] },
    ],
    ['RTP/SAVP;unicast', { ...NONE, isEncrypted: true }],
    ['', NONE],
  ] as const) {
    it(field === '' ? 'reads nothing in nothing' : field, () => assert.deepEqual(parseTransport(field), expected));
  }

  it('never throws, and no port or channel is out of range', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom('interleaved=', 'server_port=', '-', ';', ',', '=', '"', '65536', '70000-1', '7'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const { interleaved = [0, 0], serverPort = [0, 0] } = parseTransport(parts.join(''));
        assert.ok(interleaved.every((channel) => channel <= 255) && serverPort.every((port) => port <= 65_535));
      }),
      { numRuns: 2_000 },
    );
  });
});
