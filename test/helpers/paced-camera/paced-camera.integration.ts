import assert from 'node:assert/strict';
import { askUntil } from '../ask-until.js';
import type { Transport } from '../../../src/streaming/sources/camera/camera-input.js';
import { CameraWatch, CAMERA_INPUT } from '../camera-watch.js';
import { NEEDS_FFMPEG } from '../clips.js';
import { itNeeds } from '../needs.js';
import { HAS_PROC } from '../processes.js';
import { ThrottlingProxy } from '../throttling-proxy.js';
import { PacedCamera, stampOf, type Drawing, type PacedCameraOptions } from './index.js';

const FRAMES = 20;
/** Small and short, for quick encoding. */
const SMALL = { width: 320, height: 192, fps: 25, gop: 10, loopSeconds: 8 } as const;
const NEEDS = { ...NEEDS_FFMPEG, '/proc': HAS_PROC };

describe('the paced camera', function () {
  this.timeout(60_000);
  let camera: PacedCamera | undefined;
  afterEach(() => camera?.kill());

  async function start(options: Partial<PacedCameraOptions> = {}): Promise<PacedCamera> {
    return (camera = await PacedCamera.start({ ...SMALL, ...options }));
  }

  async function numbersRead(url: string, transport: Transport = 'ffmpeg', count = FRAMES): Promise<number[]> {
    const numbers: number[] = [];
    const watch = await CameraWatch.start(url, { transport, maxFrames: count, slots: 30 }, (frame) =>
      numbers.push(stampOf(frame.picture, CAMERA_INPUT.width)!),
    );
    await watch.until(() => watch.isComplete);
    return numbers;
  }

  const assertSuccessive = (numbers: readonly number[]): void =>
    assert.deepEqual(
      numbers,
      numbers.map((_, i) => numbers[0] + i),
    );

  for (const codec of ['h264', 'h265', 'mjpeg'] as const) {
    for (const transport of ['ffmpeg', 'tcp', 'udp'] as const) {
      itNeeds(NEEDS, `sends ${codec} (transport ${transport}), each picture once and in order`, async () => {
        await start({ codec });
        assertSuccessive(await numbersRead(camera!.url, transport));
      });
    }
  }

  itNeeds(NEEDS, 'sends B-pictures in decoding order, numbered in presentation order', async () => {
    await start({ bFrames: 2 });
    assertSuccessive(await numbersRead(camera!.url));
  });

  itNeeds(NEEDS, 'sends the same pictures to several clients', async () => {
    await start();
    const read = await Promise.all([numbersRead(camera!.url), numbersRead(camera!.url, 'udp')]);
    read.forEach(assertSuccessive);
    assert.ok(
      read[0].some((number) => read[1].includes(number)),
      JSON.stringify(read),
    );
  });

  for (const auth of ['basic', 'digest-md5'] as const) {
    itNeeds(NEEDS, `accepts only clients with the password (${auth})`, async () => {
      await start({ auth });
      assertSuccessive(await numbersRead(camera!.urlWithPassword));
      const refused = await CameraWatch.start(camera!.url, { giveUpFirst: true });
      await assert.rejects(
        refused.until(() => false),
        /401/,
      );
    });
  }

  itNeeds(NEEDS, 'starts a client with all pictures since the last key picture, if it keeps them', async () => {
    await start({ firstPicture: 'cached', gop: 100 });
    await numbersRead(camera!.url);
    const late = await numbersRead(camera!.url);
    assert.equal(late[0] % 100, 0);
    assertSuccessive(late);
  });

  /** Media time and true time between the last picture before a fault and the first one after it. */
  async function around(
    command: Parameters<PacedCamera['command']>[0],
    afterMs: number,
  ): Promise<{ readonly mediaMs: number; readonly trueMs: number }> {
    await start();
    const drawings = (): Drawing[] =>
      Array.from({ length: SMALL.fps * SMALL.loopSeconds }, (_, index) => camera!.drawing(index) ?? []).flat();
    await askUntil(
      () => camera!.facts(),
      () => drawings().length >= 5,
    );
    await camera!.command(command);
    const before = drawings().at(-1)!;
    await askUntil(
      () => camera!.facts(),
      () => drawings().at(-1)!.drawnAtMs >= before.drawnAtMs + afterMs,
    );
    const after = drawings().find(({ drawnAtMs }) => drawnAtMs > before.drawnAtMs + 1)!;
    return { mediaMs: after.mediaMs - before.mediaMs, trueMs: after.drawnAtMs - before.drawnAtMs };
  }

  itNeeds(NEEDS, 'captures no picture while frozen, and its clock continues', async () => {
    const { mediaMs, trueMs } = await around({ do: 'freeze', ms: 500, kind: 'clock-on' }, 400);
    assert.ok(trueMs >= 450, `${trueMs} ms`);
    assert.ok(Math.abs(mediaMs - trueMs) < 1e-6);
  });

  itNeeds(NEEDS, 'loses media time while frozen with its clock stopped', async () => {
    const { mediaMs, trueMs } = await around({ do: 'freeze', ms: 500, kind: 'lost-time' }, 400);
    assert.ok(trueMs - mediaMs >= 450, `${trueMs} ms, ${mediaMs} ms by its clock`);
  });

  itNeeds(NEEDS, 'lets its media time jump', async () => {
    const { mediaMs, trueMs } = await around({ do: 'jump-media', ms: 3_600_000 }, 100);
    assert.ok(Math.abs(mediaMs - trueMs - 3_600_000) < 1e-3, `${trueMs} ms, ${mediaMs} ms by its clock`);
  });

  itNeeds(NEEDS, 'sends the pictures of a freeze with backlog afterwards, each once', async () => {
    await start();
    const reading = numbersRead(camera!.url, 'ffmpeg', 40);
    await askUntil(
      () => camera!.facts(),
      ({ packetsSent }) => packetsSent > 0,
    );
    await camera!.command({ do: 'freeze', ms: 700, kind: 'backlog' });
    assertSuccessive(await reading);
  });

  itNeeds(NEEDS, 'closes a client that leaves cleanly, and counts its requests', async () => {
    await start();
    await numbersRead(camera!.url);
    const facts = await askUntil(
      () => camera!.facts(),
      ({ openClients }) => openClients === 0,
    );
    assert.equal(facts.requests['TEARDOWN'], 1);
  });

  itNeeds(NEEDS, 'can be read through a link slower than the stream, and through a cut link', async () => {
    await start();
    const proxy = await ThrottlingProxy.start(camera!.port);
    const watch = await CameraWatch.start(`rtsp://127.0.0.1:${proxy.port}/cam`);
    await watch.framesOfEpoch(0, 3);
    proxy.bytesPerSecond = 10_000;
    const slowFrom = watch.frames.length;
    await watch.until(() => watch.frames.length >= slowFrom + 5);
    proxy.bytesPerSecond = Infinity;
    proxy.cut();
    await watch.framesOfEpoch(1, 3);
    watch.stop();
    await proxy.close();
  });
});
