import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { UdpPair } from '../../../../src/streaming/rtsp/rtp/udp-pair.js';
import { monotonicClock } from '../../../helpers/monotonic.js';
import { freeUdpPort } from '../../../helpers/ports.js';
import { until } from '../../../helpers/processes.js';

const HOST = '127.0.0.1';

async function bound(port = 0, address = HOST): Promise<Socket> {
  const socket = createSocket('udp4').bind({ port, address, exclusive: true });
  await once(socket, 'listening');
  return socket;
}

/** An even port; most likely the next one is free too. */
async function evenPort(): Promise<number> {
  for (;;) {
    const port = await freeUdpPort();
    if (port % 2 === 0) return port;
  }
}

describe('UdpPair', () => {
  const sockets: (Socket | UdpPair)[] = [];
  afterEach(async () => {
    await Promise.all(
      sockets.splice(0).map(async (socket) => {
        await socket.close();
      }),
    );
    await until(() => !process.getActiveResourcesInfo().includes('UDPWrap'));
  });

  it('tries other ports while one of the two is busy, and leaves none of those bound', async () => {
    const [first, second, third] = [await evenPort(), await evenPort(), await evenPort()];
    sockets.push(await bound(first), await bound(second + 1));
    const ports = [first, second, third];
    const pair = await UdpPair.open({
      clock: monotonicClock,
      localAddress: HOST,
      pickPort: () => ports.shift() ?? third,
    });
    sockets.push(pair);
    assert.equal(pair.port, third);
    sockets.push(await bound(second));
  });

  it('gives up with a reason if no pair is free', async () => {
    const port = await evenPort();
    sockets.push(await bound(port));
    await assert.rejects(
      UdpPair.open({ clock: monotonicClock, localAddress: HOST, pickPort: () => port }),
      /no pair of UDP ports is free/,
    );
  });

  it('opens firewalls towards the server, takes its packets with their times, and sends it reports', async () => {
    const [rtp, rtcp] = [await bound(), await bound()];
    const pair = await UdpPair.open({ clock: monotonicClock, localAddress: HOST });
    sockets.push(rtp, rtcp, pair);
    const punched = Promise.all([once(rtp, 'message'), once(rtcp, 'message')]);
    const came: string[] = [];
    const before = monotonicClock.now();
    const arrived = new Promise<number>((resolve) => {
      pair.receive({ address: HOST, ports: [rtp.address().port, rtcp.address().port] }, false, {
        onRtp: (packet, arrivedAtMs) => {
          came.push(`rtp ${Buffer.from(packet).toString()}`);
          resolve(arrivedAtMs);
        },
        onRtcp: (packet) => came.push(`rtcp ${Buffer.from(packet).toString()}`),
        onStranger: () => came.push('stranger'),
      });
    });
    const [[rtpPunch, rtpFrom], [rtcpPunch, rtcpFrom]] = await punched;
    assert.deepEqual([rtpPunch[0] >> 6, rtpFrom.port, rtcpPunch[1], rtcpFrom.port], [2, pair.port, 201, pair.port + 1]);
    rtp.send('picture', pair.port, HOST);
    assert.ok((await arrived) >= before);
    const reported = once(rtcp, 'message');
    pair.sendRtcp(Buffer.from('report'));
    assert.equal(String((await reported)[0]), 'report');
    assert.deepEqual(came, ['rtp picture']);
  });

  it('accepts packets of one address only, the first that sends, and reports an unannounced one', async function () {
    if (process.platform !== 'linux') this.skip(); // Elsewhere 127.0.0.2 is no address of this machine.
    const [stranger, other] = [await bound(0, '127.0.0.2'), await bound(0, HOST)];
    const pair = await UdpPair.open({ clock: monotonicClock, localAddress: HOST });
    sockets.push(stranger, other, pair);
    const came: string[] = [];
    pair.receive({ address: HOST }, false, {
      onRtp: (packet) => came.push(Buffer.from(packet).toString()),
      onRtcp: () => assert.fail(),
      onStranger: () => came.push('stranger'),
    });
    stranger.send('1', pair.port, HOST);
    await until(() => came.length === 2);
    other.send('not taken', pair.port, HOST, () => stranger.send('2', pair.port, HOST));
    await until(() => came.length === 3);
    assert.deepEqual(came, ['stranger', '1', '2']);
  });

  it('joins a multicast group, takes its packets, and sends nothing into it', async function () {
    if (process.platform !== 'linux') this.skip(); // Elsewhere the loopback has no multicast.
    const [group, port] = ['239.255.77.7', await evenPort()];
    const pair = await UdpPair.join(group, [port, port + 1], { clock: monotonicClock, localAddress: HOST });
    const sender = await bound();
    sockets.push(pair, sender);
    sender.setMulticastInterface(HOST);
    const came = new Promise<string>((resolve) => {
      pair.receive({ address: HOST, ports: [port, port + 1] }, true, {
        onRtp: (packet) => resolve(Buffer.from(packet).toString()),
        onRtcp: () => assert.fail(),
        onStranger: () => assert.fail(),
      });
    });
    sender.send('picture', port, group);
    assert.equal(await came, 'picture');
  });

  it('reports an invalid group', async () => {
    await assert.rejects(
      UdpPair.join('127.0.0.1', [await evenPort(), await evenPort()], { clock: monotonicClock, localAddress: HOST }),
      /multicast group of the stream cannot be joined/,
    );
  });
});
