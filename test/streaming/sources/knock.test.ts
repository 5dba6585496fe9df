import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { lastValueFrom, map, toArray } from 'rxjs';
import { knockOverTcp, portOpens, tcpAddressOf, type TcpAddress } from '../../../src/streaming/sources/knock.js';
import { marbles } from '../../helpers/marbles.js';
import { until } from '../../helpers/processes.js';

const CAMERA: TcpAddress = { host: 'camera', port: 554 };

describe('tcpAddressOf', () => {
  const cases: Record<string, TcpAddress | undefined> = {
    'rtsp://camera/stream': CAMERA,
    'rtsp://viewer:p@ss#1@camera/stream': CAMERA,
    'RTSP://10.0.0.7:8554/a?channel=1': { host: '10.0.0.7', port: 8554 },
    'rtsps://camera/a': { host: 'camera', port: 322 },
    'rtsp://[fe80::1]:8554/a': { host: 'fe80::1', port: 8554 },
    'rtsp://kaméra/a': { host: 'kaméra', port: 554 },
    'http://camera/video.cgi': { host: 'camera', port: 80 },
    'https://camera:8443/live.m3u8': { host: 'camera', port: 8443 },
    'tcp://camera:1234': { host: 'camera', port: 1234 },
    'rtmp://camera/app/name': { host: 'camera', port: 1935 },
    'tcp://0.0.0.0:1234?listen=1': undefined,
    'tcp://camera': undefined,
    'udp://@239.0.0.1:1234': undefined,
    'srt://camera:1234': undefined,
    '/dev/video0': undefined,
  };
  for (const [url, expected] of Object.entries(cases)) {
    it(`${url}: ${expected === undefined ? 'none' : `${expected.host} ${expected.port}`}`, () => {
      assert.deepEqual(tcpAddressOf(url), expected);
    });
  }
});

describe('portOpens', () => {
  /** @param answers of one knock after the other, each a diagram; the last one again and again */
  function watch(wasClosed: boolean, answers: readonly string[], unsubscribe: string | undefined, expected: string, expectedKnocks: readonly string[]): void {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const knocks = answers.map((answer) => cold(answer, { o: true, x: false }));
      let count = 0;
      const opens = portOpens(CAMERA, { wasClosed, scheduler, knock: () => knocks[Math.min(count++, knocks.length - 1)] });
      expectObservable(opens.pipe(map(() => 'w')), unsubscribe).toBe(expected);
      knocks.forEach((knock, i) => expectSubscriptions(knock.subscriptions).toBe(expectedKnocks[i] ?? []));
    });
  }

  it('emits when a port that was closed answers, and knocks no more', () => {
    watch(true, ['5ms (x|)', '5ms (x|)', '5ms (o|)'], undefined, '2005ms (w|)', ['^ 4ms !', '1000ms ^ 4ms !', '2000ms ^ 4ms !']);
  });

  it('takes a first answer for a return where the port is known to have been closed', () => {
    watch(true, ['5ms (o|)'], undefined, '5ms (w|)', ['^ 4ms !']);
  });

  it('takes a first answer for no return where that is not known', () => {
    watch(false, ['5ms (o|)'], '900ms !', '-', ['^ 4ms !']);
  });

  it('emits where the port closes and opens again', () => {
    watch(false, ['5ms (o|)', '5ms (x|)', '5ms (o|)'], undefined, '2005ms (w|)', ['^ 4ms !', '1000ms ^ 4ms !', '2000ms ^ 4ms !']);
  });

  it('has one connection at a time', () => {
    watch(true, ['1500ms (x|)', '5ms (o|)'], undefined, '2005ms (w|)', ['^ 1499ms !', '2000ms ^ 4ms !']);
  });

  it('gives a knock up when it is unsubscribed', () => {
    watch(true, ['500ms (x|)'], '100ms !', '-', ['^ 99ms !']);
  });
});

describe('knockOverTcp', () => {
  let server: Server;
  beforeEach(async () => {
    server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => { server.close(); });
  const address = (): TcpAddress => ({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });

  it('says that something listens, and closes the connection at once', async () => {
    const connections = once(server, 'connection') as Promise<[Socket]>;
    assert.deepEqual(await lastValueFrom(knockOverTcp(address()).pipe(toArray())), [true]);
    const [socket] = await connections;
    await once(socket, 'close');
  });

  it('says that nothing listens', async () => {
    const { host, port } = address();
    server.close();
    await once(server, 'close');
    assert.deepEqual(await lastValueFrom(knockOverTcp({ host, port }).pipe(toArray())), [false]);
  });

  it('leaves no socket behind, answered or given up', async () => {
    const connection = once(server, 'connection');
    await lastValueFrom(knockOverTcp(address()));
    await connection;
    knockOverTcp(address()).subscribe(() => assert.fail('it was given up')).unsubscribe();
    await until(() => !process.getActiveResourcesInfo().some((name) => name === 'TCPSocketWrap' || name === 'TCPConnectWrap'));
  });
});
