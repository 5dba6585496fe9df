import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { asyncScheduler } from 'rxjs';
import { openTcp } from '../../../src/streaming/mpegts/open-tcp.js';
import { openUdp } from '../../../src/streaming/mpegts/open-udp.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../../helpers/clips.js';
import { monotonicClock } from '../../helpers/monotonic.js';
import { itNeeds } from '../../helpers/needs.js';
import { freeUdpPort } from '../../helpers/ports.js';
import { StreamRecord } from './recorded-stream.js';

const OPTIONS = { clock: monotonicClock, scheduler: asyncScheduler, timeoutMs: 10_000 };
const FPS = 15;
/** Debian's own Python: only it sees the bindings that Debian installs. */
const PYTHON = '/usr/bin/python3';
const GST = (pipeline: string): string[] => [
  '-c',
  [
    'import gi',
    'gi.require_version("Gst", "1.0")',
    'from gi.repository import Gst',
    'Gst.init(None)',
    `pipeline = Gst.parse_launch(${JSON.stringify(pipeline)})`,
    'pipeline.set_state(Gst.State.PLAYING)',
    'pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS | Gst.MessageType.ERROR)',
  ].join('\n'),
];
const HAS_GSTREAMER =
  spawnSync(PYTHON, GST('videotestsrc num-buffers=1 ! x264enc ! mpegtsmux ! fakesink'), { stdio: 'ignore' }).status ===
  0;

const ENCODERS: Readonly<Record<string, readonly string[]>> = {
  h264: ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency'],
  'h264 with B-pictures': ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2'],
  'h265 with B-pictures': ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error'],
};

describe('MPEG-TS', function () {
  this.timeout(120_000);
  const clips = clipFolder();
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children
      .splice(0)
      .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  const start = (program: string, args: readonly string[]): ChildProcess => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    children.push(child);
    return child;
  };
  const send = (codec: string, to: string): ChildProcess =>
    start('ffmpeg', [
      '-nostdin',
      '-v',
      'error',
      '-re',
      ...pattern('320x240', FPS, 60),
      ...ENCODERS[codec],
      '-threads',
      '1',
      '-g',
      String(FPS),
      '-f',
      'mpegts',
      to,
    ]);
  /** Decodes the received units, and counts pictures and error messages. */
  const decode = (record: StreamRecord): { pictures: number; complaints: string } => {
    const { units } = record;
    const from = units.findIndex(({ isKey }) => isKey);
    const file = clips.path('came.bin');
    writeFileSync(file, Buffer.concat(units.slice(from).map(({ data }) => data)));
    const run = spawnSync(
      'ffmpeg',
      [
        '-nostdin',
        '-v',
        'warning',
        '-f',
        units[0].codec === 'h264' ? 'h264' : 'hevc',
        '-i',
        file,
        '-f',
        'framecrc',
        '-',
      ],
      { encoding: 'utf8' },
    );
    return { pictures: run.stdout.split('\n').filter((line) => /^0,/.test(line)).length, complaints: run.stderr };
  };

  for (const codec of Object.keys(ENCODERS)) {
    itNeeds(
      NEEDS_FFMPEG,
      `gives the pictures that ffmpeg sends as ${codec} over UDP, whole and with their times`,
      async () => {
        const port = await freeUdpPort();
        const record = new StreamRecord();
        const stream = openUdp(`udp://127.0.0.1:${port}`, OPTIONS, record);
        send(codec, `udp://127.0.0.1:${port}?pkt_size=1316`);
        await record.until(() => record.units.length >= 60);
        stream.stop();
        assert.equal((await stream.ended).kind, 'stopped');
        assert.equal(record.opened[0].codec, codec.slice(0, 4));
        assert.deepEqual(
          record.units.filter(({ damaged }) => damaged),
          [],
        );
        const times = record.units.map(({ mediaMs }) => mediaMs);
        const sorted = [...times].sort((a, b) => a - b);
        // At the end pictures are still to come between those that came.
        sorted
          .slice(1, -4)
          .forEach((ms, i) => assert.ok(Math.abs(ms - sorted[i] - 1_000 / FPS) < 0.1, sorted.join(' ')));
        assert.equal(
          codec.endsWith('B-pictures'),
          times.some((ms, i) => ms < times[i - 1]),
        );
        const first = record.units.findIndex(({ isKey }) => isKey);
        const { pictures, complaints } = decode(record);
        assert.equal(complaints, '');
        assert.equal(pictures, record.units.length - first);
        assert.deepEqual(record.notices, []);
      },
    );
  }

  for (const encoder of [
    'x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! h264parse',
    'x265enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! h265parse',
  ]) {
    itNeeds(
      { ...NEEDS_FFMPEG, GStreamer: HAS_GSTREAMER },
      `gives the pictures that GStreamer sends over UDP: ${encoder.slice(0, 4)}`,
      async () => {
        const port = await freeUdpPort();
        const record = new StreamRecord();
        const stream = openUdp(`udp://127.0.0.1:${port}`, OPTIONS, record);
        start(
          PYTHON,
          GST(
            `videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=${FPS}/1 ! ${encoder} ! mpegtsmux ! udpsink host=127.0.0.1 port=${port}`,
          ),
        );
        await record.until(() => record.units.length >= 40);
        stream.stop();
        assert.deepEqual(
          record.units.filter(({ damaged }) => damaged),
          [],
        );
        const { pictures, complaints } = decode(record);
        assert.equal(complaints, '');
        assert.equal(pictures, record.units.length - record.units.findIndex(({ isKey }) => isKey));
        assert.ok(record.reports.length > 0);
      },
    );
  }

  itNeeds(NEEDS_FFMPEG, "lets two listeners receive a group's pictures at once", async () => {
    const port = await freeUdpPort();
    const records = [new StreamRecord(), new StreamRecord()];
    const streams = records.map((record) =>
      openUdp(`udp://@239.255.42.1:${port}?localaddr=127.0.0.1`, OPTIONS, record),
    );
    send('h264', `udp://239.255.42.1:${port}?pkt_size=1316&localaddr=127.0.0.1&ttl=0`);
    await Promise.all(records.map((record) => record.until(() => record.units.length >= 10)));
    for (const stream of streams) stream.stop();
    await Promise.all(streams.map(({ ended }) => ended));
  });

  itNeeds(NEEDS_FFMPEG, 'reads datagrams of RTP as those without', async () => {
    const port = await freeUdpPort();
    const record = new StreamRecord();
    const stream = openUdp(`udp://127.0.0.1:${port}`, OPTIONS, record);
    start('ffmpeg', [
      '-nostdin',
      '-v',
      'error',
      '-re',
      ...pattern('320x240', FPS, 60),
      ...ENCODERS.h264,
      '-g',
      String(FPS),
      '-f',
      'rtp_mpegts',
      `rtp://127.0.0.1:${port}`,
    ]);
    await record.until(() => record.units.length >= 20);
    stream.stop();
    assert.deepEqual(
      record.units.filter(({ damaged }) => damaged),
      [],
    );
  });

  itNeeds(NEEDS_FFMPEG, 'gives the pictures of a sender over TCP, and is lost when it closes', async () => {
    const bytes = readFileSync(
      clips.make(...pattern('320x240', FPS, 4), ...ENCODERS.h264, '-g', String(FPS), '-f', 'mpegts', 'sent.ts'),
    );
    const server = createServer((socket) => socket.end(bytes)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const record = new StreamRecord();
    const stream = openTcp(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, OPTIONS, record);
    assert.deepEqual(await stream.ended, { kind: 'lost', reason: 'the sender closed the connection' });
    server.close();
    // Whether the last one is whole is never known where it fills its packets.
    assert.ok(record.units.length >= 4 * FPS - 1);
    const { pictures, complaints } = decode(record);
    assert.equal(complaints, '');
    assert.equal(pictures, record.units.length);
  });

  it('ends as away if the TCP port is closed', async () => {
    const stream = openTcp('tcp://127.0.0.1:9', OPTIONS, new StreamRecord());
    const end = await stream.ended;
    assert.equal(end.kind, 'away');
    assert.match(end.reason, /^connection refused/);
  });

  it('ends as refused if another program listens on the UDP port, and names the option for both', async () => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address();
    const stream = openUdp(`udp://127.0.0.1:${port}`, OPTIONS, new StreamRecord());
    assert.deepEqual(await stream.ended, {
      kind: 'refused',
      reason: `listening on UDP port ${port} failed: another program listens there; the option reuse=1 lets both`,
    });
    taken.close();
  });

  it('leaves no socket or timer after a stop at any time', async () => {
    const open = (): string[] =>
      process
        .getActiveResourcesInfo()
        .filter((kind) => /UDP|TCP|Timeout|GetAddrInfo/.test(kind))
        .sort();
    const port = await freeUdpPort();
    const before = open();
    for (let i = 0; i < 20; i++) {
      const streams = [
        openUdp(`udp://127.0.0.1:${port}?reuse=1`, OPTIONS, new StreamRecord()),
        openTcp('tcp://127.0.0.1:9', OPTIONS, new StreamRecord()),
      ];
      if (i % 2 === 0) await new Promise(setImmediate);
      for (const stream of streams) {
        stream.stop();
        stream.stop();
      }
      await Promise.all(streams.map(({ ended }) => ended));
    }
    assert.deepEqual(open(), before);
    // The port is free again.
    const socket = createSocket('udp4').bind(port, '127.0.0.1');
    await once(socket, 'listening');
    socket.close();
  });

  itNeeds(NEEDS_FFMPEG, 'leaves a stream of MPEG-2 video to ffmpeg', async () => {
    const bytes = execFileSync(
      'ffmpeg',
      ['-nostdin', '-v', 'error', ...pattern('320x240', 25, 2), '-c:v', 'mpeg2video', '-f', 'mpegts', '-'],
      { maxBuffer: 2 ** 26 },
    );
    const server = createServer((socket) => socket.on('error', () => undefined).end(bytes)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const stream = openTcp(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, OPTIONS, new StreamRecord());
    assert.deepEqual(await stream.ended, {
      kind: 'unsupported',
      reason: "MPEG-TS over TCP: the stream's video is MPEG-2 video, which Nowcast does not read",
    });
    server.close();
  });
});
