import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { lastValueFrom, tap } from 'rxjs';
import {
  probeEndpoint,
  type EndpointProbe,
} from '../../../../src/streaming/sources/camera/connection/endpoint-probe.js';
import { askUntil } from '../../../helpers/ask-until.js';
import { hasProgram, itNeeds } from '../../../helpers/needs.js';
import { CAMERA_INPUT, CameraWatch } from '../../../helpers/camera-watch.js';
import { children, HAS_PROC, until } from '../../../helpers/processes.js';
import { drawnAtMs, hasRtspServer, RtspServer, type RtspServerOptions } from '../../../helpers/rtsp-server.js';

/** Delay from drawing to sending on a busy machine, which no arrival shows. */
const SERVER_DELAY_MS = 500;
const NEEDS = { ffmpeg: hasProgram('ffmpeg'), 'gir1.2-gst-rtsp-server-1.0': hasRtspServer() };

describe('camera over RTSP', function () {
  this.timeout(120_000);
  const servers: RtspServer[] = [];
  const watches: CameraWatch[] = [];
  const serve = async (options?: RtspServerOptions): Promise<RtspServer> => {
    const server = await RtspServer.start(options);
    servers.push(server);
    return server;
  };
  const watch = async (...args: Parameters<typeof CameraWatch.start>): Promise<CameraWatch> => {
    const started = await CameraWatch.start(...args);
    watches.push(started);
    return started;
  };
  afterEach(async () => {
    for (const started of watches.splice(0)) started.stop();
    await Promise.all(servers.splice(0).map((server) => server.kill()));
    if (HAS_PROC) await until(() => children().length === 0);
  });

  for (const [transport, clock] of [
    ['tcp', 'sender'],
    ['udp', 'sender'],
    ['ffmpeg', 'arrival'],
  ] as const) {
    itNeeds(
      NEEDS,
      `emits frames over ${transport.toUpperCase()}, with a capture time between their drawing and their arrival`,
      async () => {
        const server = await serve({ fps: 30 });
        const drawn: number[] = [];
        const camera = await watch(server.url, { transport }, (frame) =>
          drawn.push(drawnAtMs(frame, CAMERA_INPUT.width)),
        );
        await camera.until(
          () =>
            camera.frames.length >= 60 &&
            camera.frames.at(-1)!.captureClock === clock &&
            camera.frames.at(-1)!.uncertaintyMs < 100,
        );
        assert.deepEqual(
          camera.statuses.map(({ state }) => state),
          ['connecting', 'streaming'],
        );
        for (const [i, { ptsMs }] of camera.frames.entries()) {
          // RTP counts in 1/90000 s; ffmpeg gives the first packets of a connection no times.
          if (i <= 5 && transport === 'ffmpeg') continue;
          const fromFifth = ptsMs - camera.frames[5].ptsMs;
          assert.ok(
            Math.abs(fromFifth - (drawn[i] - drawn[5])) < 0.05,
            `frame ${i}: ${fromFifth} ms after frame 5, drawn ${drawn[i] - drawn[5]} ms after it`,
          );
        }
        for (const [i, { capturedAtMs, uncertaintyMs }] of camera.frames.entries()) {
          const errorMs = capturedAtMs - drawn[i];
          assert.ok(
            Math.abs(errorMs) <= uncertaintyMs + SERVER_DELAY_MS,
            `frame ${i}: ${errorMs} ms after it was drawn, known to ${uncertaintyMs} ms`,
          );
        }
        assert.deepEqual(camera.frames[0].size, { width: 320, height: 240 });
        assert.equal(camera.frames[0].fit.scaleX, 1);
        camera.assertInOrder();
      },
    );
  }

  itNeeds(NEEDS, 'continues in a new epoch when a killed server is back, and reports the gap', async () => {
    const first = await serve();
    const camera = await watch(first.url);
    await camera.framesOfEpoch(0, 20);
    await first.kill();
    await camera.until(() => camera.statuses.some(({ state }) => state === 'reconnecting'));
    const lastBefore = camera.frames[camera.frames.length - 1];
    await camera.until(() => camera.statuses.filter(({ state }) => state === 'reconnecting').length >= 3);
    const second = await serve({ port: first.port });
    const backAtMs = camera.now;
    await camera.framesOfEpoch(1, 20);
    const firstAfter = camera.frames.find(({ epoch }) => epoch === 1)!;
    assert.ok(firstAfter.readyAtMs - backAtMs < 3_000, `${firstAfter.readyAtMs - backAtMs} ms after the return`);
    assert.deepEqual(
      camera.gaps.map(({ fromMs, toMs }) => [fromMs, toMs]),
      [[lastBefore.capturedAtMs, firstAfter.capturedAtMs]],
    );
    assert.match(camera.gaps[0].why, /refused|ended|closed/);
    assert.ok(firstAfter.ptsMs - lastBefore.ptsMs > 100, 'the time that has passed is in the presentation times');
    camera.assertInOrder();
    await second.kill();
  });

  itNeeds(NEEDS, 'gives up on a frozen server with open sockets, and reconnects when it thaws', async () => {
    const server = await serve();
    const camera = await watch(server.url, { timeoutMs: 400, firstFrameTimeoutMs: 2_500 });
    await camera.framesOfEpoch(0, 20);
    server.freeze();
    await camera.until(() =>
      camera.statuses.some(
        ({ state, message }) => state === 'reconnecting' && /no picture for 0.4 s|timed out/.test(message!),
      ),
    );
    server.thaw();
    const thawedAtMs = camera.now;
    await camera.framesOfEpoch(1, 5);
    const firstAfter = camera.frames.find(({ epoch }) => epoch === 1)!;
    assert.ok(firstAfter.readyAtMs - thawedAtMs < 3_000, `${firstAfter.readyAtMs - thawedAtMs} ms after the return`);
    assert.match(camera.gaps[0].why, /silent|timed out/);
    camera.assertInOrder();
  });

  describe('on a long step of the ladder', () => {
    const ladder = [
      { delayMs: 50, times: 2 },
      { delayMs: 60_000, times: Infinity },
    ];
    /** Resolves when it waits on the long step and probes. */
    const untilFarUp = (camera: CameraWatch): Promise<void> =>
      camera.until(() =>
        /next attempt in [4-7]\d\.\d s, or when it answers$/.test(camera.statuses.at(-1)?.message ?? ''),
      );

    itNeeds(NEEDS, 'reconnects within 3 s of the return of a server that was away', async () => {
      const first = await serve();
      const camera = await watch(first.url, { ladder });
      await camera.framesOfEpoch(0, 5);
      await first.kill();
      await untilFarUp(camera);
      await serve({ port: first.port });
      const backAtMs = camera.now;
      await camera.framesOfEpoch(1, 5);
      const tookMs = camera.frames.find(({ epoch }) => epoch === 1)!.readyAtMs - backAtMs;
      assert.ok(tookMs < 3_000, `${tookMs} ms after the return`);
      camera.assertInOrder();
    });

    for (const [what, isQueueFull] of [
      ['a server that hung while its system took connections for it', false],
      ['a server that hung until its system took no more', true],
    ] as const) {
      itNeeds(NEEDS, `reconnects within 3 s of the return of ${what}`, async () => {
        const server = await serve();
        let isProbed = (): void => undefined;
        const probe: EndpointProbe = (endpoint) =>
          probeEndpoint(endpoint).pipe(
            tap((isThere) => {
              if (!isThere) isProbed();
            }),
          );
        const camera = await watch(server.url, { ladder, probe, timeoutMs: 400, firstFrameTimeoutMs: 2_500 });
        await camera.framesOfEpoch(0, 5);
        server.freeze();
        await untilFarUp(camera);
        const connects = (): Promise<boolean> =>
          lastValueFrom(probeEndpoint({ host: '127.0.0.1', port: server.port, speaks: 'tcp' }));
        assert.ok(await connects());
        if (isQueueFull) await askUntil(connects, (isThere) => !isThere);
        await new Promise<void>((resolve) => {
          isProbed = resolve;
        });
        server.thaw();
        const backAtMs = camera.now;
        await camera.framesOfEpoch(1, 5);
        const tookMs = camera.frames.find(({ epoch }) => epoch === 1)!.readyAtMs - backAtMs;
        assert.ok(tookMs < 3_000, `${tookMs} ms after the return`);
        camera.assertInOrder();
      });
    }
  });

  itNeeds(NEEDS, 'survives a change of the picture size within a connection', async () => {
    const server = await serve({ width: 320, height: 240 });
    const camera = await watch(server.url);
    await camera.framesOfEpoch(0, 10);
    server.resize(640, 360);
    await camera.until(() => camera.frames.filter(({ size }) => size.width === 640).length >= 10);
    const after = camera.frames[camera.frames.length - 1];
    assert.deepEqual([after.size.height, after.fit.scaleX, after.fit.contentHeight], [360, 0.5, 180]);
    assert.ok(camera.statuses.some(({ state, message }) => state === 'streaming' && message!.startsWith('640x360')));
    camera.assertInOrder();
  });

  itNeeds(NEEDS, 'shows each picture in its stated size, across a change of size', async () => {
    const server = await serve({ width: 320, height: 240 });
    const stamps: number[] = [];
    const camera = await watch(server.url, {}, (frame) => stamps.push(drawnAtMs(frame, CAMERA_INPUT.width)));
    await camera.framesOfEpoch(0, 10);
    server.resize(480, 480);
    await camera.until(() => camera.frames.some(({ size }) => size.width === 480));
    await camera.framesOfEpoch(0, camera.frames.length + 10);
    // A stamp read on a wrong grid is nonsense, off by far more than a second.
    for (const [i, frame] of camera.frames.entries())
      assert.ok(
        Math.abs(frame.capturedAtMs - stamps[i]) < 1_000,
        `frame ${i} of ${frame.size.width}x${frame.size.height}`,
      );
  });

  itNeeds(
    NEEDS,
    'accepts a password with @ and # as typed, and never shows it, nor gives it to a process',
    async () => {
      const server = await serve({ user: 'viewer', password: 'p@ss#1:%' });
      const camera = await watch(server.url.replace('://', '://viewer:p@ss#1:%@'));
      await camera.framesOfEpoch(0, 3);
      assert.doesNotMatch(JSON.stringify([camera.statuses, camera.frames]), /p@ss|p%40ss|viewer/);
      if (!HAS_PROC) return;
      const decoders = children()
        .map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
        .filter((command) => command.includes('ffmpeg'));
      assert.equal(decoders.length, 1);
      assert.doesNotMatch(decoders[0], /p@ss|p%40ss|viewer|rtsp:/);
    },
  );

  itNeeds(NEEDS, 'reports that user or password is wrong, keeps trying, and never shows them', async () => {
    const server = await serve({ user: 'viewer', password: 'right' });
    const camera = await watch(server.url.replace('://', '://viewer:wr@ng#pw@'));
    await camera.until(() => camera.statuses.filter(({ state }) => state === 'reconnecting').length >= 2);
    assert.match(
      camera.statuses.find(({ state }) => state === 'reconnecting')!.message!,
      /^401 unauthorised: check user and password; next attempt in 0\.\d s$/,
    );
    assert.doesNotMatch(JSON.stringify(camera.statuses), /wr@ng|wr%40ng|viewer/);
  });

  for (const [words, path, options, wanted] of [
    [
      'the password is wrong',
      'rtsp://viewer:wr@ng@127.0.0.1:PORT/cam',
      { user: 'viewer', password: 'right' },
      /401 unauthorised/,
    ],
    ['the path is wrong', 'rtsp://127.0.0.1:PORT/nope', {}, /404 no such stream/],
    ['there is only sound', 'rtsp://127.0.0.1:PORT/cam', { codec: 'audio' }, /no video in this stream/],
  ] as const) {
    itNeeds(NEEDS, `fails at once with giveUpFirst if ${words}`, async () => {
      const server = await serve(options);
      const camera = await watch(path.replace('PORT', String(server.port)), { giveUpFirst: true });
      await assert.rejects(
        camera.until(() => false),
        (error: Error & { code: string }) => {
          assert.equal(error.code, 'NOWCAST_CAMERA');
          assert.match(error.message, wanted);
          assert.doesNotMatch(error.message, /wr@ng|wr%40ng/);
          return true;
        },
      );
    });
  }

  itNeeds(NEEDS, 'keeps trying after a good start, even with giveUpFirst', async () => {
    const server = await serve();
    const camera = await watch(server.url, { giveUpFirst: true });
    await camera.framesOfEpoch(0, 2);
    await server.kill();
    await camera.until(() => camera.statuses.filter(({ state }) => state === 'reconnecting').length >= 2);
    assert.equal(camera.error, undefined);
  });

  itNeeds({ ...NEEDS, '/proc': HAS_PROC }, 'reconnects when its ffmpeg is killed with -9', async () => {
    const server = await serve();
    const before = new Set(children());
    const camera = await watch(server.url);
    await camera.framesOfEpoch(0, 5);
    for (const pid of children()) if (!before.has(pid)) process.kill(pid, 'SIGKILL');
    await camera.framesOfEpoch(1, 5);
    assert.match(camera.gaps[0].why, /killed \(SIGKILL\)/);
    camera.assertInOrder();
  });

  itNeeds(NEEDS, 'drops frames as superseded, and never stalls, while all slots are held', async () => {
    const server = await serve();
    const held: (() => void)[] = [];
    const { cameraSource } = await import('../../../../src/streaming/sources/camera/camera.js');
    const { locateFfmpeg } = await import('../../../../src/streaming/ffmpeg/binary.js');
    const { monotonicClock } = await import('../../../helpers/monotonic.js');
    const ffmpeg = await locateFfmpeg(process.env, '');
    const seqs: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const subscription = cameraSource(server.url, {
        streamId: 'cam',
        input: CAMERA_INPUT,
        clock: monotonicClock,
        ffmpeg,
        slots: 2,
      }).subscribe({
        error: reject,
        next: (event) => {
          if (event.type === 'frame') {
            held.push(() => event.release());
            seqs.push(`frame ${event.seq}`);
          } else if (event.type === 'drop') {
            seqs.push(`${event.reason} ${event.seq}`);
            if (seqs.length === 20) for (const release of held.splice(0)) release();
          }
          if (seqs.length === 22) {
            subscription.unsubscribe();
            resolve();
          }
        },
      });
    });
    assert.deepEqual(seqs.slice(0, 20), [
      'frame 0',
      'frame 1',
      ...Array.from({ length: 18 }, (_, i) => `superseded ${i + 2}`),
    ]);
    assert.ok(
      seqs.slice(20).some((seq) => seq.startsWith('frame')),
      'frames come again once slots are free',
    );
  });

  itNeeds(NEEDS, 'ends after maxFrames', async () => {
    const server = await serve();
    const camera = await watch(server.url, { maxFrames: 7 });
    await camera.until(() => camera.isComplete);
    assert.equal(camera.frames.length, 7);
    assert.equal(camera.statuses[camera.statuses.length - 1].state, 'ended');
  });

  itNeeds(NEEDS, 'reports the open gap when it is stopped while the camera is away', async () => {
    const server = await serve();
    const stop = new AbortController();
    const camera = await watch(server.url, { stop: stop.signal, ladder: [{ delayMs: 60_000, times: Infinity }] });
    await camera.framesOfEpoch(0, 2);
    await server.kill();
    await camera.until(() => camera.statuses.some(({ state }) => state === 'reconnecting'));
    stop.abort();
    await camera.until(() => camera.isComplete);
    assert.equal(camera.gaps.length, 1);
    assert.equal(camera.gaps[0].fromMs, camera.frames[camera.frames.length - 1].capturedAtMs);
  });

  for (const [moment, reached] of [
    ['while it connects', (): boolean => true],
    ['while it streams', (camera: CameraWatch): boolean => camera.frames.length > 0],
    [
      'while it waits to reconnect',
      (camera: CameraWatch): boolean => camera.statuses.some(({ state }) => state === 'reconnecting'),
    ],
  ] as const) {
    itNeeds({ ...NEEDS, '/proc': HAS_PROC }, `leaves no ffmpeg behind when it is unsubscribed ${moment}`, async () => {
      const server = await serve();
      const withoutCamera = children().length;
      const camera = await watch(server.url, { ladder: [{ delayMs: 60_000, times: Infinity }] });
      if (moment === 'while it waits to reconnect') {
        await camera.framesOfEpoch(0, 1);
        await server.kill();
      }
      await camera.until(() => reached(camera));
      camera.stop();
      await until(() => children().length <= withoutCamera);
    });
  }

  itNeeds(
    { ...NEEDS, '/proc': HAS_PROC },
    'leaves no ffmpeg behind when it is unsubscribed from a frozen server',
    async () => {
      const server = await serve();
      const withoutCamera = children().length;
      const camera = await watch(server.url);
      await camera.framesOfEpoch(0, 1);
      server.freeze();
      camera.stop();
      await until(() => children().length === withoutCamera);
    },
  );
});
