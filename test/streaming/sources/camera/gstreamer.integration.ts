import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CAMERA_INPUT, CameraWatch } from '../../../helpers/camera-watch.js';
import { hasProgram, itNeeds } from '../../../helpers/needs.js';
import { children, HAS_PROC, until } from '../../../helpers/processes.js';
import { drawnAtMs, hasRtspServer, RtspServer, type RtspServerOptions } from '../../../helpers/rtsp-server.js';
import { ThrottlingProxy } from '../../../helpers/throttling-proxy.js';

const NEEDS = { ffmpeg: hasProgram('ffmpeg'), 'gir1.2-gst-rtsp-server-1.0': hasRtspServer() };
/** Delay from drawing to sending on a busy machine, which no arrival shows. */
const SERVER_DELAY_MS = 500;

describe('camera of GStreamer, read by Nowcast', function () {
  this.timeout(60_000);
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    if (HAS_PROC) await until(() => children().length === 0);
  });
  const serve = async (options: RtspServerOptions): Promise<RtspServer> => {
    const server = await RtspServer.start(options);
    closing.push(() => server.kill());
    return server;
  };
  /** A camera with the error of each frame's time of capture, and by how much that exceeds what it says it may. */
  const watch = async (url: string, options: Parameters<typeof CameraWatch.start>[1] = {}) => {
    const seen: { errorMs: number; uncertaintyMs: number; ageMs: number }[] = [];
    const camera = await CameraWatch.start(url, options, (frame) => {
      const drawn = drawnAtMs(frame, CAMERA_INPUT.width);
      seen.push({
        errorMs: frame.capturedAtMs - drawn,
        uncertaintyMs: frame.uncertaintyMs,
        ageMs: frame.readyAtMs - drawn,
      });
    });
    closing.push(() => camera.stop());
    const assertTrue = (): void => {
      for (const [i, { errorMs, uncertaintyMs }] of seen.entries()) {
        assert.ok(
          errorMs > -uncertaintyMs && errorMs < uncertaintyMs + SERVER_DELAY_MS,
          `frame ${i}: ${errorMs} ms after it was drawn, known to ± ${uncertaintyMs} ms`,
        );
      }
    };
    return { camera, seen, assertTrue };
  };

  itNeeds({ ...NEEDS, x265enc: hasRtspServer('x265enc') }, 'emits the frames of H.265', async () => {
    const server = await serve({ codec: 'h265' });
    const { camera, assertTrue } = await watch(server.url);
    await camera.framesOfEpoch(0, 40);
    assert.equal(camera.statuses.at(-1)!.message, '320x240 h265');
    assert.deepEqual(camera.drops, []);
    camera.assertInOrder();
    assertTrue();
  });

  itNeeds(
    { ...NEEDS, vp8enc: hasRtspServer('vp8enc') },
    'lets ffmpeg read a codec that Nowcast does not, and reports why',
    async () => {
      const server = await serve({ codec: 'vp8' });
      const { camera } = await watch(server.url);
      await camera.framesOfEpoch(0, 10);
      assert.ok(
        camera.statuses.some(({ message }) => /VP8; ffmpeg reads it instead$/.test(message!)),
        JSON.stringify(camera.statuses),
      );
      assert.equal(camera.statuses.at(-1)!.message, '320x240 vp8');
      assert.ok(!camera.statuses.some(({ state }) => state === 'reconnecting'));
    },
  );

  itNeeds(NEEDS, 'reports a freeze as a gap of its extent, and the age of the following frames', async () => {
    const server = await serve({});
    const { camera, assertTrue } = await watch(server.url, { timeoutMs: 20_000 });
    await camera.until(() => camera.frames.length >= 50 && camera.frames.at(-1)!.uncertaintyMs < 100);
    server.freeze();
    const frozenAtMs = camera.now;
    await until(() => camera.now - frozenAtMs > 2_000);
    const before = camera.frames.length;
    const thawedAtMs = camera.now;
    server.thaw();
    await camera.until(() => camera.frames.length >= before + 50);
    // A machine that stands still itself at another time has a gap of its own.
    const gaps = camera.gaps.filter(({ fromMs, toMs }) => fromMs < thawedAtMs && toMs > frozenAtMs);
    assert.equal(gaps.length, 1, JSON.stringify(camera.gaps));
    const [{ fromMs, toMs, why }] = gaps;
    assert.ok(toMs - fromMs > 1_500, `${toMs - fromMs} ms`);
    assert.ok(fromMs < frozenAtMs + SERVER_DELAY_MS && toMs > frozenAtMs + 1_500, 'where it was');
    assert.match(why, /^the camera stood still for \d\.\d s/);
    assert.ok(!camera.statuses.some(({ state }) => state === 'reconnecting'), 'the connection went on');
    assertTrue();
    camera.assertInOrder();
  });

  itNeeds(NEEDS, 'states the age of frames on a slow link, sheds those that are too old, and recovers', async () => {
    const server = await serve({ fps: 25 });
    const link = await ThrottlingProxy.start(server.port);
    closing.push(() => link.close());
    const { camera, seen, assertTrue } = await watch(`rtsp://127.0.0.1:${link.port}/cam`, {
      maxBehindMs: 500,
      timeoutMs: 20_000,
    });
    await camera.until(() => camera.frames.length >= 50 && camera.frames.at(-1)!.uncertaintyMs < 100);
    link.bytesPerSecond = 12_000;
    await camera.until(() => camera.drops.some(({ reason }) => reason === 'behind'));
    link.bytesPerSecond = Infinity;
    const behind = seen.length;
    await camera.until(() => seen.length >= behind + 50 && seen.at(-1)!.ageMs < 300);
    assert.ok(
      seen.some(({ ageMs }) => ageMs > 400),
      'frames were old',
    );
    assertTrue();
    camera.assertInOrder();
  });

  itNeeds({ ...NEEDS, '/proc': HAS_PROC }, 'puts no password into the arguments of a process', async () => {
    const server = await serve({ user: 'viewer', password: 'hunter2-secret' });
    const { camera } = await watch(server.url.replace('://', '://viewer:hunter2-secret@'));
    await camera.framesOfEpoch(0, 3);
    const commands = children().map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    assert.ok(commands.some((command) => command.includes('ffmpeg')));
    for (const command of commands.filter((line) => !line.includes('rtsp-server.py')))
      assert.doesNotMatch(command, /hunter2|viewer/);
  });
});
