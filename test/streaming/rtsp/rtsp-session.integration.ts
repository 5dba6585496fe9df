import assert from 'node:assert/strict';
import { asyncScheduler } from 'rxjs';
import {
  openRtspSession,
  type RtspOpened,
  type RtspSession,
  type RtspTransport,
} from '../../../src/streaming/rtsp/rtsp-session.js';
import { monotonicClock } from '../../helpers/monotonic.js';
import { itNeeds } from '../../helpers/needs.js';
import { until } from '../../helpers/processes.js';
import { hasRtspServer, RtspServer, type RtspServerOptions } from '../../helpers/rtsp-server.js';

const needs = { "GStreamer's RTSP server": hasRtspServer() };
const ENOUGH_PACKETS = 200;

describe("openRtspSession with GStreamer's server", function () {
  this.timeout(120_000);
  let server: RtspServer | undefined;
  afterEach(async () => {
    await server?.kill();
    server = undefined;
  });

  /** Reads enough packets, stops, and checks that no socket remains. */
  async function readSome(
    options: RtspServerOptions,
    transport: RtspTransport,
    credentials = '',
  ): Promise<{ opened: RtspOpened; session: RtspSession; notices: string[] }> {
    server = await RtspServer.start(options);
    let opened: RtspOpened | undefined;
    const notices: string[] = [];
    const sequences: number[] = [];
    let reports = 0;
    let tellEnough = (): void => undefined;
    const enough = new Promise<void>((resolve) => {
      tellEnough = resolve;
    });
    const check = (): void => {
      if (sequences.length >= ENOUGH_PACKETS && reports > 0) tellEnough();
    };
    const session = openRtspSession(
      server.url.replace('//', `//${credentials}`),
      { transport, timeoutMs: 5_000, clock: monotonicClock, scheduler: asyncScheduler },
      {
        onOpen: (first) => {
          opened = first;
        },
        onRtp: (packet) => {
          assert.ok(opened, 'it was opened before');
          sequences.push(packet[2] * 256 + packet[3]);
          check();
        },
        onRtcp: () => {
          reports++;
          check();
        },
        onAlive: () => undefined,
        onNotice: (text) => notices.push(text),
      },
    );
    const early = await Promise.race([enough, session.ended]);
    assert.equal(early, undefined);
    if (transport === 'tcp')
      sequences.slice(1).forEach((sequence, i) => assert.equal(sequence, (sequences[i] + 1) % 65_536));
    session.stop();
    const count = sequences.length;
    assert.deepEqual(await session.ended, { kind: 'stopped', reason: 'stopped' });
    assert.equal(sequences.length, count, 'nothing comes after a stop');
    await until(() => !process.getActiveResourcesInfo().some((name) => /^(?:TCPSocketWrap|UDPWrap)$/i.test(name)));
    assert.ok(opened);
    return { opened, session, notices };
  }

  for (const transport of ['tcp', 'udp'] as const) {
    for (const [codec, expected] of [
      ['h264', 'h264'],
      ['mjpeg', 'mjpeg'],
    ] as const) {
      itNeeds(needs, `reads ${codec} over ${transport}, reports too, and closes its sockets`, async () => {
        const { opened, session, notices } = await readSome({ codec, fps: 50, width: 640, height: 480 }, transport);
        assert.equal(opened.media.codec, expected);
        assert.equal(opened.media.clockRate, 90_000);
        assert.equal(opened.transport, transport);
        assert.ok(session.roundTripMs !== undefined && session.roundTripMs >= 0);
        assert.deepEqual(notices, []);
        if (codec === 'h264')
          assert.deepEqual(
            opened.media.parameterSets.map((unit) => unit[0] & 0x1f),
            [7, 8],
          );
      });
    }
    itNeeds(needs, `answers a digest challenge over ${transport}`, async () => {
      await readSome(
        { fps: 50, width: 640, height: 480, user: 'viewer', password: 'p@ss:w#rd' },
        transport,
        'viewer:p@ss:w#rd@',
      );
    });
  }

  itNeeds(needs, 'reports a wrong password', async () => {
    server = await RtspServer.start({ user: 'viewer', password: 'right' });
    const session = openRtspSession(
      server.url.replace('//', '//viewer:wrong@'),
      { transport: 'tcp', timeoutMs: 5_000, clock: monotonicClock, scheduler: asyncScheduler },
      {
        onOpen: () => assert.fail(),
        onRtp: () => assert.fail(),
        onRtcp: () => assert.fail(),
        onAlive: () => undefined,
        onNotice: () => assert.fail(),
      },
    );
    assert.deepEqual(await session.ended, { kind: 'refused', reason: '401 unauthorised: check user and password' });
  });
});
