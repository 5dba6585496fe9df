import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createReadStream, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { tap } from 'rxjs';
import sharp from 'sharp';
import type { CameraCopy } from '../../../../src/streaming/sources/camera/camera.js';
import { streamTimesOf } from '../../../../src/streaming/sources/camera/copy/kept-times.js';
import {
  probeEndpoint,
  type EndpointProbe,
} from '../../../../src/streaming/sources/camera/connection/endpoint-probe.js';
import { videoSource } from '../../../../src/streaming/sources/video/video.js';
import { locateFfmpeg } from '../../../../src/streaming/ffmpeg/binary.js';
import { CAMERA_INPUT, CameraWatch } from '../../../helpers/camera-watch.js';
import { clipFolder, NEEDS_FFMPEG, pattern, presentationTimes } from '../../../helpers/clips.js';
import { monotonicClock } from '../../../helpers/monotonic.js';
import { itNeeds } from '../../../helpers/needs.js';
import { freeUdpPort } from '../../../helpers/ports.js';
import { hasRtspServer, RtspServer } from '../../../helpers/rtsp-server.js';

const TS_PACKET = 188;
/** Number of clips that lose packets. */
const SECONDS = 5;
/** A wait that exceeds every test's patience after two failures. */
const STEEP_LADDER = [
  { delayMs: 50, times: 2 },
  { delayMs: 600_000, times: Infinity },
];

describe('camera of another kind', function () {
  this.timeout(120_000);
  const clips = clipFolder();
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const watch = async (...args: Parameters<typeof CameraWatch.start>): Promise<CameraWatch> => {
    const started = await CameraWatch.start(...args);
    closing.push(() => started.stop());
    return started;
  };
  const serve = async (listener: RequestListener): Promise<string> => {
    const server: Server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const send = (...args: string[]): ChildProcess => {
    const sender = spawn('ffmpeg', ['-nostdin', '-v', 'error', '-re', ...args], { stdio: 'ignore' });
    closing.push(async () => {
      if (sender.exitCode !== null || sender.signalCode !== null) return;
      sender.kill('SIGKILL');
      await once(sender, 'close');
    });
    return sender;
  };

  /** An MJPEG camera. A hanging one accepts connections and sends nothing. */
  const mjpeg = async (hangs: () => boolean = () => false): Promise<string> => {
    const picture = await sharp({ create: { width: 160, height: 120, channels: 3, background: '#406080' } })
      .jpeg()
      .toBuffer();
    return serve((_, response) => {
      if (hangs()) return;
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' }).flushHeaders();
      const timer = setInterval(() => {
        if (hangs()) return;
        response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`);
        response.write(picture);
        response.write('\r\n');
      }, 100);
      response.on('close', () => clearInterval(timer));
    });
  };

  for (const [reader, transport] of [
    ['', 'auto'],
    [', read by ffmpeg', 'ffmpeg'],
  ] as const) {
    itNeeds(
      NEEDS_FFMPEG,
      `emits the frames of an MJPEG camera over HTTP with their arrival times${reader}`,
      async () => {
        const base = await mjpeg();
        const camera = await watch(`${base}/video.cgi?user=me&pwd=hidden`, { transport });
        await camera.framesOfEpoch(0, 20);
        const { ptsMs: firstPtsMs, readyAtMs: firstAtMs } = camera.frames[5];
        const { ptsMs: lastPtsMs, readyAtMs: lastAtMs } = camera.frames[19];
        assert.ok(
          Math.abs(lastPtsMs - firstPtsMs - (lastAtMs - firstAtMs)) < 500,
          'ffmpeg would have made up 40 ms for each frame',
        );
        assert.equal(camera.frames[0].epoch, 0);
        assert.deepEqual(camera.frames[0].size, { width: 160, height: 120 });
        assert.doesNotMatch(JSON.stringify(camera.statuses), /hidden|=me/);
        assert.ok(camera.frames.every(({ captureClock }) => captureClock === 'arrival'));
        assert.equal(
          camera.statuses.filter(({ message }) => message?.includes('gives its pictures no times') === true).length,
          1,
        );
        const uncertain = (): number[] => camera.frames.slice(3).map(({ uncertaintyMs }) => uncertaintyMs);
        if (transport === 'ffmpeg')
          assert.equal(Math.min(...uncertain()), 10_000, 'ffmpeg does not tell when a picture began to come');
        // The connection rests between pictures, except while this machine is busy.
        else await camera.until(() => uncertain().filter((ms) => ms < 100).length > 8);
        camera.assertInOrder();
      },
    );

    itNeeds(
      NEEDS_FFMPEG,
      `reconnects, on any step of the ladder, when a silent HTTP camera responds again${reader}`,
      async () => {
        let hangs = false;
        const base = await mjpeg(() => hangs);
        let isUnanswered = (): void => undefined;
        const unanswered = new Promise<void>((resolve) => {
          isUnanswered = resolve;
        });
        const probe: EndpointProbe = (endpoint) =>
          probeEndpoint(endpoint).pipe(
            tap((isThere) => {
              if (!isThere) isUnanswered();
            }),
          );
        const camera = await watch(`${base}/video.cgi`, {
          transport,
          timeoutMs: 400,
          firstFrameTimeoutMs: 5_000,
          ladder: STEEP_LADDER,
          probe,
        });
        await camera.framesOfEpoch(0, 10);
        hangs = true;
        await unanswered;
        hangs = false;
        await camera.framesOfEpoch(1, 10);
        camera.assertInOrder();
      },
    );

    itNeeds(NEEDS_FFMPEG, `reports that an HTTP camera refuses the password${reader}`, async () => {
      const base = await serve((_, response) =>
        response.writeHead(401, { 'www-authenticate': 'Basic realm="cam"' }).end(),
      );
      const camera = await watch(`${base.replace('://', '://me:s3cret@')}/video`, { transport, giveUpFirst: true });
      await assert.rejects(
        camera.until(() => false),
        /\*\*\*@127\.0\.0\.1:\d+\/video: 401 unauthorised/,
      );
    });

    for (const [title, url, reason] of [
      ['nothing listens', 'http://127.0.0.1:9/video', /connection refused/],
      ['the host has no address', 'http://camera.invalid/video', /unknown host/],
    ] as const) {
      itNeeds(NEEDS_FFMPEG, `reports that ${title}${reader}`, async () => {
        const camera = await watch(url, { transport, giveUpFirst: true });
        await assert.rejects(
          camera.until(() => false),
          reason,
        );
      });
    }
  }

  itNeeds(NEEDS_FFMPEG, 'plays a file that comes in place of a camera once', async () => {
    const file = clips.make(...pattern('320x240', 25, 2), '-c:v', 'libx264', '-movflags', 'faststart', 'over-http.mp4');
    const base = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': statSync(file).size });
      createReadStream(file).pipe(response);
    });
    const camera = await watch(`${base}/clip.mp4`);
    await camera.until(() => camera.isComplete);
    assert.equal(camera.frames.length + camera.drops.length, 50);
    assert.equal(camera.statuses.at(-1)!.state, 'ended');
    camera.assertInOrder();
  });

  itNeeds(NEEDS_FFMPEG, 'lets ffmpeg read a camera that responds with a video, and reports why', async () => {
    const video = clips.make(
      ...pattern('320x240', 25, 4),
      '-c:v',
      'libx264',
      '-g',
      '25',
      '-f',
      'mpegts',
      'over-http.ts',
    );
    const base = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'video/mp2t' });
      createReadStream(video).pipe(response);
    });
    const camera = await watch(`${base}/live`);
    await camera.framesOfEpoch(0, 50);
    assert.match(
      camera.statuses.map(({ message }) => message).join('\n'),
      /answers with video\/mp2t, not with JPEGs; ffmpeg reads it instead/,
    );
    camera.assertInOrder();
  });

  itNeeds(
    NEEDS_FFMPEG,
    'requests single pictures repeatedly, and reports the interval and the possible age of pictures',
    async () => {
      let count = 0;
      const base = await serve((_, response) => {
        void sharp({ create: { width: 160, height: 120, channels: 3, background: { r: count++ % 256, g: 0, b: 0 } } })
          .jpeg()
          .toBuffer()
          .then((picture) => {
            response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture);
          });
      });
      const camera = await watch(`${base}/snapshot.jpg`);
      await camera.framesOfEpoch(0, 3);
      assert.ok(
        camera.statuses.some(
          ({ message }) => message?.includes('single pictures: Nowcast requests one every 1 s') === true,
        ),
      );
      assert.ok(
        camera.frames.slice(1).every(({ uncertaintyMs }) => uncertaintyMs > 1_000 && uncertaintyMs < 3_000),
        camera.frames.map(({ uncertaintyMs }) => uncertaintyMs).join(' '),
      );
      camera.assertInOrder();
    },
  );

  /** A live HLS stream of a camera that numbers its pictures; resolves when the playlist has some segments. */
  const hls = async (
    name: string,
    flags: string,
    edit: (playlist: string) => string = (playlist) => playlist,
  ): Promise<string> => {
    const playlist = clips.path(name);
    send(
      ...pattern('320x240', 25, 60),
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-g',
      '25',
      '-f',
      'hls',
      '-hls_time',
      '1',
      '-hls_list_size',
      '4',
      '-hls_flags',
      flags,
      playlist,
    );
    let isPublished = (): void => undefined;
    const published = new Promise<void>((resolve) => {
      isPublished = resolve;
    });
    const timer = setInterval(() => {
      if (existsSync(playlist) && readFileSync(playlist, 'utf8').split('#EXTINF').length > 3) isPublished();
    }, 50);
    closing.push(() => clearInterval(timer));
    await published;
    return serve((request, response) => {
      const file = basename(new URL(request.url!, 'http://host').pathname);
      if (file === 'master.m3u8') response.end(`#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000000\n${name}?token=abc\n`);
      else if (file === name || file === 'playlist') response.end(edit(readFileSync(playlist, 'utf8')));
      else
        createReadStream(clips.path(file))
          .on('error', () => response.writeHead(404).end())
          .pipe(response);
    });
  };

  itNeeds(
    NEEDS_FFMPEG,
    'plays HLS in real time without drops, past the end of its first playlist, and reports how much older it may be',
    async () => {
      const base = await hls('live.m3u8', 'delete_segments');
      const camera = await watch(`${base}/live.m3u8?token=abc`);
      await camera.framesOfEpoch(0, 110);
      const steps = camera.frames.slice(1).map(({ ptsMs }, i) => ptsMs - camera.frames[i].ptsMs);
      assert.ok(
        steps.every((step) => Math.abs(step - 40) < 0.02),
        steps.join(' '),
      );
      assert.deepEqual(camera.drops, []);
      assert.ok(
        camera.frames.every(({ captureClock, uncertaintyMs }) => captureClock === 'arrival' && uncertaintyMs >= 3_000),
      );
      camera.assertInOrder();
    },
  );

  itNeeds(NEEDS_FFMPEG, 'emits the frames of JPEGs that have nothing between them', async () => {
    const picture = await sharp({ create: { width: 160, height: 120, channels: 3, background: '#406080' } })
      .jpeg()
      .toBuffer();
    const base = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'video/x-motion-jpeg' });
      const timer = setInterval(() => response.write(picture), 50);
      response.on('close', () => clearInterval(timer));
    });
    const camera = await watch(`${base}/raw`);
    await camera.framesOfEpoch(0, 20);
    assert.ok(camera.frames.every(({ size, corrupt }) => size.width === 160 && size.height === 120 && !corrupt));
    assert.ok(camera.frames.every(({ captureClock }) => captureClock === 'arrival'));
    camera.assertInOrder();
  });

  for (const [name, path] of [
    ['dated.m3u8', 'dated.m3u8'],
    ['variant.m3u8', 'master.m3u8'],
    ['unnamed.m3u8', 'playlist?id=5'],
  ]) {
    itNeeds(NEEDS_FFMPEG, `times pictures by the dates of an HLS stream, by ${path}`, async () => {
      const starts: number[] = [];
      const base = await hls(name, 'delete_segments+program_date_time', (playlist) => {
        starts.push(Date.parse([...playlist.matchAll(/PROGRAM-DATE-TIME:(\S+)/g)].at(-2)![1]));
        return playlist;
      });
      // Its pictures are older than that on purpose.
      const camera = await watch(`${base}/${path}`, { maxBehindMs: 100 });
      await camera.framesOfEpoch(0, 110);
      assert.deepEqual(
        camera.drops.filter(({ reason }) => reason === 'behind'),
        [],
      );
      const dated = camera.frames.filter(({ captureClock }) => captureClock === 'wall');
      assert.ok(dated.length >= 100, `${dated.length} of ${camera.frames.length}`);
      dated
        .slice(1)
        .forEach(({ capturedAtMs }, i) => assert.ok(Math.abs(capturedAtMs - dated[i].capturedAtMs - 40) < 0.02));
      // ffmpeg begins with the last segment but one of a playlist that it was given at the start.
      const firstUnixMs = Date.now() - camera.now + dated[0].capturedAtMs - (dated[0].ptsMs - camera.frames[0].ptsMs);
      assert.ok(
        starts.slice(0, 4).some((ms) => Math.abs(firstUnixMs - ms) < 20),
        `${firstUnixMs}: ${starts.slice(0, 4).join(' ')}`,
      );
      assert.ok(dated.every(({ uncertaintyMs }) => uncertaintyMs >= 1_000 && uncertaintyMs < 1_010));
      camera.assertInOrder();
    });
  }

  itNeeds(NEEDS_FFMPEG, 'ignores dates of an HLS stream in the future, and reports it once', async () => {
    const base = await hls('future.m3u8', 'delete_segments+program_date_time', (playlist) =>
      playlist.replaceAll(/PROGRAM-DATE-TIME:\d{4}/g, 'PROGRAM-DATE-TIME:2199'),
    );
    const camera = await watch(`${base}/future.m3u8`);
    await camera.framesOfEpoch(0, 30);
    assert.ok(camera.frames.every(({ captureClock }) => captureClock === 'arrival'));
    assert.equal(
      camera.statuses.filter(({ message }) => message?.includes("ahead of this machine's clock") === true).length,
      1,
    );
  });

  itNeeds(NEEDS_FFMPEG, 'compares the dates of an HLS stream with the given wall clock', async () => {
    const base = await hls('hour.m3u8', 'delete_segments+program_date_time');
    const camera = await watch(`${base}/hour.m3u8`, {
      wallClock: { toUnixMs: (ms) => ms + Date.now() - monotonicClock.now() - 3_600_000 },
    });
    await camera.framesOfEpoch(0, 30);
    assert.ok(
      camera.statuses.some(({ message }) => /dates are 3[56]\d\d s ahead of/.test(message ?? '')),
      camera.statuses.map(({ message }) => message).join('\n'),
    );
  });

  itNeeds(NEEDS_FFMPEG, 'emits the frames of RTP that a session description describes', async () => {
    const port = await freeUdpPort();
    const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '10'];
    send(...pattern('320x240', 10, 60), ...video, '-f', 'rtp', `rtp://127.0.0.1:${port}`);
    const path = clips.path('cam.sdp');
    const lines = ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=x', 'c=IN IP4 127.0.0.1', 't=0 0'];
    writeFileSync(path, [...lines, `m=video ${port} RTP/AVP 96`, 'a=rtpmap:96 H264/90000', ''].join('\r\n'));
    const camera = await watch(path);
    await camera.framesOfEpoch(0, 30);
    assert.ok(camera.frames.every(({ size, corrupt }) => size.width === 320 && !corrupt));
    camera.assertInOrder();
    camera.stop();
    const bare = await watch(`rtp://127.0.0.1:${port}`, { giveUpFirst: true });
    await bare.until(() => bare.error !== undefined);
    assert.match(bare.error!.message, /give the \.sdp file/);
  });

  itNeeds(NEEDS_FFMPEG, 'emits the frames of MPEG-TS over UDP, B-pictures in presentation order', async () => {
    const port = await freeUdpPort();
    send(
      ...pattern('320x240', 25, 60),
      '-c:v',
      'libx264',
      '-preset',
      'medium',
      '-bf',
      '2',
      '-g',
      '25',
      '-f',
      'mpegts',
      `udp://127.0.0.1:${port}?pkt_size=1316`,
    );
    const camera = await watch(`udp://127.0.0.1:${port}`);
    await camera.framesOfEpoch(0, 50);
    const steps = camera.frames
      .slice(1)
      .map(({ ptsMs }, i) => ptsMs - camera.frames[i].ptsMs)
      .slice(25);
    assert.ok(
      steps.every((step) => Math.abs(step - 40) < 0.02),
      steps.join(' '),
    );
    camera.assertInOrder();
  });

  itNeeds(NEEDS_FFMPEG, 'listens repeatedly for a UDP sender that fell silent', async () => {
    const port = await freeUdpPort();
    const args = [
      ...pattern('320x240', 25, 60),
      '-c:v',
      'libx264',
      '-tune',
      'zerolatency',
      '-g',
      '25',
      '-f',
      'mpegts',
      `udp://127.0.0.1:${port}?pkt_size=1316`,
    ];
    const sender = send(...args);
    const camera = await watch(`udp://127.0.0.1:${port}`, {
      timeoutMs: 500,
      firstFrameTimeoutMs: 5_000,
      ladder: STEEP_LADDER,
    });
    await camera.framesOfEpoch(0, 10);
    sender.kill('SIGKILL');
    await camera.until(() => camera.statuses.filter(({ state }) => state === 'reconnecting').length > 3);
    send(...args);
    await camera.framesOfEpoch(1, 10);
    assert.match(camera.gaps[0].why, /^nothing has arrived/);
    camera.assertInOrder();
  });

  for (const [codec, ...options] of [
    ['libx264', '-tune', 'zerolatency', '-bf', '0'],
    ['libx264', '-bf', '2'],
    ['libx265', '-x265-params', 'log-level=error'],
    ['mpeg2video', '-b:v', '1M'],
  ]) {
    itNeeds(
      NEEDS_FFMPEG,
      `marks pictures damaged by packet loss in ${codec} ${options.join(' ')}: every unmarked frame equals the sent one`,
      async () => {
        const fps = 25;
        const file = clips.make(
          ...pattern('320x240', fps, SECONDS),
          '-c:v',
          codec,
          '-g',
          String(fps),
          ...options,
          '-f',
          'mpegts',
          'sent.ts',
        );
        const ffmpeg = await locateFfmpeg(process.env, '');
        const sent: Uint8Array[] = [];
        await new Promise<void>((resolve, reject) => {
          videoSource(file, {
            streamId: 'sent',
            input: CAMERA_INPUT,
            pace: 'max',
            ffmpeg,
            clock: monotonicClock,
          }).subscribe({
            next: (event) => {
              if (event.type !== 'frame') return;
              sent.push(event.picture.image.slice());
              event.release();
            },
            error: reject,
            complete: resolve,
          });
        });

        const port = await freeUdpPort();
        const packets = readFileSync(file);
        const socket = createSocket('udp4');
        let datagram = 0;
        const bytesPerTick = Math.ceil(packets.length / TS_PACKET / (SECONDS * fps)) * TS_PACKET;
        let position = 0;
        const timer = setInterval(() => {
          for (
            const end = Math.min(packets.length, position + bytesPerTick);
            position < end;
            position += 7 * TS_PACKET
          ) {
            // The beginning is complete, so that the receiver knows the stream; then one datagram in 40 is lost.
            if (position < bytesPerTick * fps || ++datagram % 40 !== 0)
              socket.send(
                packets.subarray(position, Math.min(position + 7 * TS_PACKET, packets.length)),
                port,
                '127.0.0.1',
              );
          }
        }, 1000 / fps);
        closing.push(() => {
          clearInterval(timer);
          socket.close();
        });

        const results: { corrupt: boolean; asSent: boolean }[] = [];
        const camera = await watch(`udp://127.0.0.1:${port}`, { timeoutMs: 1_000, slots: 16 }, (frame) => {
          results.push({ corrupt: frame.corrupt, asSent: sent.some((image) => isNear(image, frame.picture.image)) });
        });
        await camera.until(() => camera.statuses.some(({ state }) => state === 'reconnecting'));
        const unmarked = results.filter(({ corrupt, asSent }) => !corrupt && !asSent).length;
        const marked = results.filter(({ corrupt }) => corrupt).length;
        assert.equal(unmarked, 0, `of ${results.length} frames, ${marked} were marked`);
        assert.ok(marked > 0 && marked < results.length, `${marked} of ${results.length}`);
        camera.assertInOrder();
      },
    );
  }

  itNeeds(
    { ...NEEDS_FFMPEG, '/dev/full': existsSync('/dev/full') },
    'continues if its copy cannot be written, and reports it once',
    async () => {
      const keepCopyTo = clips.path('full.nut');
      symlinkSync('/dev/full', keepCopyTo);
      const failures: string[] = [];
      const camera = await watch(`${await mjpeg()}/video.cgi`, {
        keepCopyTo,
        onCopyFailure: ({ message }) => failures.push(message),
      });
      await camera.until(() => failures.length > 0);
      await camera.framesOfEpoch(0, camera.frames.length + 20);
      assert.match(failures.join(), /^writing .*full\.nut failed, so the file ends here: the disk is full/);
      assert.ok(!camera.statuses.some(({ state }) => state === 'reconnecting'));
      camera.assertInOrder();
    },
  );

  itNeeds(
    { ...NEEDS_FFMPEG, 'gir1.2-gst-rtsp-server-1.0': hasRtspServer() },
    'keeps a copy of each connection whose times match the frames',
    async () => {
      const server = await RtspServer.start();
      closing.push(() => server.kill());
      const copies: CameraCopy[] = [];
      const camera = await watch(server.url, {
        keepCopyTo: clips.path('kept.nut'),
        onCopy: (copy) => copies.push(copy),
      });
      await camera.framesOfEpoch(0, 30);
      await server.kill();
      const again = await RtspServer.start({ port: server.port });
      closing.push(() => again.kill());
      await camera.framesOfEpoch(1, 30);
      await again.kill();
      await camera.until(
        () =>
          camera.statuses.filter(({ state }) => state === 'reconnecting').length >= 2 &&
          camera.statuses[camera.statuses.length - 1].state === 'reconnecting',
      );
      camera.stop();
      assert.deepEqual(
        copies.map(({ path, epoch }) => [basename(path), epoch]),
        [
          ['kept.nut', 0],
          ['kept.1.nut', 1],
        ],
      );
      for (const { path, epoch, offsets } of copies) {
        const streamTimeOf = streamTimesOf(offsets);
        const kept = new Set(presentationTimes(path).map((seconds) => streamTimeOf(Math.round(seconds * 1e6))));
        // ffmpeg gives the first packets of an RTSP connection no times, and each output makes up its own.
        for (const { ptsMs } of camera.frames.filter((frame) => frame.epoch === epoch).slice(3)) {
          assert.ok(kept.has(ptsMs), `epoch ${epoch}: ${ptsMs} is not among ${[...kept].slice(0, 5).join(' ')}…`);
        }
      }
    },
  );
});

/** True if two pictures show the same: decoding and scaling are deterministic, so a damaged block is visible. */
function isNear(a: Uint8Array, b: Uint8Array): boolean {
  // Stops at the first difference: hundreds of comparisons a frame must not hold up a live stream. Bytes are never NaN.
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 7) if (Math.abs(a[i] - b[i]) > 4) return false;
  return true;
}
