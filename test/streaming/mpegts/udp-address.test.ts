import assert from 'node:assert/strict';
import { DEFAULT_BUFFER_BYTES, udpAddress } from '../../../src/streaming/mpegts/udp-address.js';

const PLAIN = {
  family: 'udp4',
  port: 5000,
  bindTo: undefined,
  group: undefined,
  localAddress: undefined,
  sources: [],
  reuse: false,
  bufferBytes: DEFAULT_BUFFER_BYTES,
};

describe('the address of a transport stream over UDP', () => {
  for (const [url, address] of [
    ['udp://@:5000', {}],
    ['udp://:5000', {}],
    ['udp://0.0.0.0:5000', {}],
    ['udp://192.0.2.7:5000', {}],
    ['udp://127.0.0.1:5000', { bindTo: '127.0.0.1' }],
    ['udp://localhost:5000', { bindTo: '127.0.0.1' }],
    ['udp://[::1]:5000', { family: 'udp6', bindTo: '::1' }],
    ['udp://@239.1.2.3:5000', { group: '239.1.2.3', reuse: true }],
    ['UDP://239.1.2.3:5000/?localaddr=192.0.2.1&reuse=0', { group: '239.1.2.3', localAddress: '192.0.2.1' }],
    ['udp://@[ff15::1]:5000', { family: 'udp6', group: 'ff15::1', reuse: true }],
    [
      'udp://@239.1.2.3:5000?sources=192.0.2.1,192.0.2.2',
      { group: '239.1.2.3', reuse: true, sources: ['192.0.2.1', '192.0.2.2'] },
    ],
    ['udp://@:4000?localport=5000&fifo_size=1000000&overrun_nonfatal=1&pkt_size=1316&timeout=3000000', {}],
    ['udp://@:5000?localaddr=192.0.2.1&reuse', { bindTo: '192.0.2.1', localAddress: '192.0.2.1', reuse: true }],
    ['udp://@:5000?buffer_size=65536', { bufferBytes: 65_536 }],
  ] as const) {
    it(`reads ${url}`, () => {
      assert.deepEqual(udpAddress(url), { ...PLAIN, ...address });
    });
  }

  for (const [url, reason] of [
    ['udp://@', /not of the form/],
    ['udp://@:0', /port must lie between 1 and 65535, got 0/],
    ['udp://@:70000', /got 70000/],
    ['udp://@:5000?block=192.0.2.1', /only ffmpeg supports the option block/],
    ['udp://@:5000?connect=1', /option connect/],
    ['udp://camera.example:5000', /camera\.example is a name/],
    ['udp://@:5000?localaddr=eth0', /localaddr must be an address, got eth0/],
    ['udp://@:5000?sources=192.0.2.1', /sources needs a group/],
    ['udp://@:5000?buffer_size=many', /buffer_size must be a number of bytes, got many/],
  ] as const) {
    it(`leaves ${url} to ffmpeg, and says why`, () => {
      const result = udpAddress(url);
      assert.equal(typeof result, 'string');
      assert.match(result as string, reason);
    });
  }
});
