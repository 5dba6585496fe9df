import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { lastValueFrom, map, toArray } from 'rxjs';
import {
  endpointOf,
  probeEndpoint,
  whenBack,
  type Endpoint,
} from '../../../../../src/streaming/sources/camera/connection/endpoint-probe.js';
import { marbles } from '../../../../helpers/marbles.js';
import { until } from '../../../../helpers/processes.js';

const CAMERA: Endpoint = { host: 'camera', port: 554, speaks: 'rtsp' };

describe('endpointOf', () => {
  const cases: Record<string, Endpoint | undefined> = {
    'rtsp://camera/stream': CAMERA,
    'rtsp://viewer:p@ss#1@camera/stream': CAMERA,
    'RTSP://10.0.0.7:8554/a?channel=1': { host: '10.0.0.7', port: 8554, speaks: 'rtsp' },
    'rtsps://camera/a': { host: 'camera', port: 322, speaks: 'tls' },
    'rtsp://[fe80::1]:8554/a': { host: 'fe80::1', port: 8554, speaks: 'rtsp' },
    'rtsp://kaméra/a': { host: 'kaméra', port: 554, speaks: 'rtsp' },
    'http://camera/video.cgi': { host: 'camera', port: 80, speaks: 'http' },
    'https://camera:8443/live.m3u8': { host: 'camera', port: 8443, speaks: 'tls' },
    'tcp://camera:1234': { host: 'camera', port: 1234, speaks: 'tcp' },
    'rtmp://camera/app/name': { host: 'camera', port: 1935, speaks: 'tcp' },
    'rtmps://camera/app/name': { host: 'camera', port: 443, speaks: 'tls' },
    'tcp://0.0.0.0:1234?listen=1': undefined,
    'tcp://camera': undefined,
    'udp://@239.0.0.1:1234': undefined,
    'srt://camera:1234': undefined,
    '/dev/video0': undefined,
    'rtsp://camera%ff/stream': undefined,
  };
  for (const [url, expected] of Object.entries(cases)) {
    it(`${url}: ${expected === undefined ? 'none' : `${expected.host} ${expected.port} in ${expected.speaks}`}`, () => {
      assert.deepEqual(endpointOf(url), expected);
    });
  }
});

describe('whenBack', () => {
  /** @param answers of one probe after the other, each a diagram; the last one again and again */
  function watch(
    wasAway: boolean,
    answers: readonly string[],
    unsubscribe: string | undefined,
    expected: string,
    expectedKnocks: readonly string[],
  ): void {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const probes = answers.map((answer) => cold(answer, { o: true, x: false }));
      let count = 0;
      const returns = whenBack(CAMERA, {
        wasAway,
        scheduler,
        probe: () => probes[Math.min(count++, probes.length - 1)],
      });
      expectObservable(returns.pipe(map(() => 'w')), unsubscribe).toBe(expected);
      probes.forEach((probe, i) => expectSubscriptions(probe.subscriptions).toBe(expectedKnocks[i] ?? []));
    });
  }

  it('emits when an absent endpoint responds, and stops probing', () => {
    watch(true, ['5ms (x|)', '5ms (x|)', '5ms (o|)'], undefined, '2005ms (w|)', [
      '^ 4ms !',
      '1000ms ^ 4ms !',
      '2000ms ^ 4ms !',
    ]);
  });

  it('counts a first response as a return if the endpoint was away before', () => {
    watch(true, ['5ms (o|)'], undefined, '5ms (w|)', ['^ 4ms !']);
  });

  it('does not count a first response as a return otherwise', () => {
    watch(false, ['5ms (o|)'], '900ms !', '-', ['^ 4ms !']);
  });

  it('emits if it falls silent and responds again', () => {
    watch(false, ['5ms (o|)', '5ms (x|)', '5ms (o|)'], undefined, '2005ms (w|)', [
      '^ 4ms !',
      '1000ms ^ 4ms !',
      '2000ms ^ 4ms !',
    ]);
  });

  it('has one connection at a time', () => {
    watch(true, ['1500ms (x|)', '5ms (o|)'], undefined, '2005ms (w|)', ['^ 1499ms !', '2000ms ^ 4ms !']);
  });

  it('closes a probe when it is unsubscribed', () => {
    watch(true, ['500ms (x|)'], '100ms !', '-', ['^ 99ms !']);
  });
});

describe('probeEndpoint', () => {
  let server: Server;
  /** The reaction to a connection. */
  let meet: (socket: Socket) => void;
  beforeEach(async () => {
    meet = (socket) => socket.resume();
    server = createServer((socket) => meet(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
  });
  const endpoint = (speaks: Endpoint['speaks']): Endpoint => ({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    speaks,
  });
  const probe = (speaks: Endpoint['speaks']): Promise<boolean[]> =>
    lastValueFrom(probeEndpoint(endpoint(speaks)).pipe(toArray()));

  it('counts a connection as a response for other protocols, and closes it at once', async () => {
    const connections = once(server, 'connection') as Promise<[Socket]>;
    assert.deepEqual(await probe('tcp'), [true]);
    const [socket] = await connections;
    await once(socket, 'close');
  });

  for (const [speaks, question, answer] of [
    ['rtsp', 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n', 'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n'],
    [
      'http',
      'HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
      'HTTP/1.1 405 Method Not Allowed\r\n\r\n',
    ],
  ] as const) {
    it(`sends a neutral request in ${speaks}, and counts any response`, async () => {
      let asked: Promise<string> | undefined;
      meet = (socket) => {
        asked = text(socket);
        socket.once('data', () => socket.write(answer));
      };
      assert.deepEqual(await probe(speaks), [true]);
      assert.equal(await asked, question);
    });
  }

  it('counts a program that hangs up as running', async () => {
    meet = (socket) => socket.once('data', () => socket.end());
    assert.deepEqual(await probe('rtsp'), [true]);
  });

  it('counts a TLS version that Node does not support as a response', async () => {
    meet = (socket) => socket.once('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    assert.deepEqual(await probe('tls'), [true]);
  });

  it('names the host to a TLS server that serves several', async () => {
    let hello = Buffer.of();
    meet = (socket) =>
      socket.once('data', (bytes) => {
        hello = bytes;
        socket.end();
      });
    await lastValueFrom(probeEndpoint({ ...endpoint('tls'), host: 'localhost' }));
    assert.ok(hello.includes('localhost'));
  });

  it('does not count a connection that the system accepts for a hanging program', async () => {
    const met: Socket[] = [];
    meet = (socket) => met.push(socket.resume());
    assert.deepEqual(await Promise.all([probe('rtsp'), probe('http'), probe('tls')]), [[false], [false], [false]]);
    assert.equal(met.length, 3);
  });

  it('reports that no program listens', async () => {
    const gone = endpoint('rtsp');
    server.close();
    await once(server, 'close');
    assert.deepEqual(await lastValueFrom(probeEndpoint(gone).pipe(toArray())), [false]);
  });

  it('leaves no socket behind, with or without a response', async () => {
    const before = openSockets();
    const connection = once(server, 'connection');
    await probe('tcp');
    await connection;
    for (const speaks of ['tcp', 'tls', 'rtsp'] as const)
      probeEndpoint(endpoint(speaks))
        .subscribe(() => assert.fail('it was given up'))
        .unsubscribe();
    await until(() => openSockets() <= before);
  });
});

/** All sockets of this process. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => /^(?:TCP|TLS)/.test(name) && name !== 'TCPServerWrap')
    .length;
}
