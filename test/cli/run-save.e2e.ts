import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { NEEDS_FFMPEG } from '../helpers/clips.js';
import { itNeeds } from '../helpers/needs.js';
import { PacedCamera, type CameraCommand, type PacedCameraOptions } from '../helpers/paced-camera/index.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { ThrottlingProxy } from '../helpers/throttling-proxy.js';
import { assertDrawn } from './drawn-frames.js';
import { LiveRun } from './live-run.js';

const CAMERA = { width: 640, height: 360, fps: 25, gop: 12, loopSeconds: 30 } as const;
/** Number of pictures between two faults; more than are in transit when a fault begins. */
const REST = 20;

/** A link that carries a quarter of the stream's rate, for longer than maxBehindMs. */
const SLOW = { bytesPerSecond: 20_000, ms: 3_000 } as const;

const STALL_MS = 700;

type Fault = CameraCommand | { readonly do: 'stall' } | { readonly do: 'slow-link' };

const CLOCK_FAULTS: readonly Fault[] = [
  { do: 'jump-media', ms: 3_600_000 },
  { do: 'jump-media', ms: -3_600_000 },
  { do: 'jump-media', ms: 2_000 },
  { do: 'jump-media', ms: -2_000 },
  { do: 'step-wall', ms: 3_600_000 },
];
const FAULTS: readonly Fault[] = [
  ...CLOCK_FAULTS,
  { do: 'freeze', ms: 300, kind: 'clock-on' },
  { do: 'freeze', ms: 3_000, kind: 'clock-on' },
  { do: 'freeze', ms: 3_500, kind: 'backlog' },
  { do: 'freeze', ms: 1_500, kind: 'lost-time' },
  { do: 'resize', width: 320, height: 180 },
  { do: 'hang-up' },
];
/** If ffmpeg reads the camera, only damage that its decoder notices shows lost packets, and no picture is skipped. */
const OWN_FAULTS: readonly Fault[] = [{ do: 'lose', ms: 600 }, { do: 'stall' }, { do: 'slow-link' }];
/** The pictures that a decoder holds back would appear here. */
const B_FAULTS: readonly Fault[] = [
  ...CLOCK_FAULTS,
  ...[110, 110, 600].map((ms) => ({ do: 'lose', ms }) as const),
  { do: 'freeze', ms: 2_500, kind: 'clock-on' },
  { do: 'freeze', ms: 3_500, kind: 'backlog' },
  { do: 'resize', width: 320, height: 180 },
  { do: 'hang-up' },
];

describe('nowcast run --save of a camera', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  let camera: PacedCamera | undefined;
  let link: ThrottlingProxy | undefined;
  afterEach(async () => {
    await Promise.all([camera?.kill(), link?.close()]);
    link = undefined;
  });

  async function start(
    options: Partial<PacedCameraOptions> = {},
    run: ConstructorParameters<typeof LiveRun>[2] = {},
  ): Promise<LiveRun> {
    camera = await PacedCamera.start({ ...CAMERA, ...options });
    link = await ThrottlingProxy.start(camera.port);
    return new LiveRun(folder(), `rtsp://127.0.0.1:${link.port}/cam`, run);
  }

  async function suffer(fault: Fault): Promise<void> {
    if (fault.do === 'stall') {
      camera!.stall();
      await sleep(STALL_MS);
      camera!.resume();
    } else if (fault.do === 'slow-link') {
      link!.bytesPerSecond = SLOW.bytesPerSecond;
      await sleep(SLOW.ms);
      link!.bytesPerSecond = Infinity;
    } else await camera!.command(fault);
  }

  for (const [what, options, transport, faults] of [
    ['read by Nowcast', {}, 'auto', [...FAULTS, ...OWN_FAULTS]],
    ['read by ffmpeg', {}, 'ffmpeg', FAULTS],
    ['of B-pictures whose RTP times wrap', { bFrames: 2, wrapAfterMs: 1_500 }, 'auto', B_FAULTS],
  ] as const) {
    itNeeds(
      NEEDS_FFMPEG,
      `${what}: draws each frame with its own boxes, through faults of clock, camera and link, a change of size and a reconnect, until Ctrl-C`,
      async () => {
        const run = await start(options, { camera: { transport } });
        await run.percepts(REST);
        for (const fault of faults) {
          await suffer(fault);
          await run.percepts(REST);
        }
        const { code, stdout, stderr } = await run.interrupt();
        assert.equal(code, 130, stderr);
        const { total, written } = await assertDrawn(folder(), stdout);
        assert.ok(total.gaps >= 3, JSON.stringify(total));
        if (transport === 'auto') {
          assert.ok(total.drops.behind > 0, JSON.stringify(total));
          assert.equal(
            written.filter((path) => path.endsWith('.mp4')).length,
            2,
            'one new connection: no fault but the hang-up needs one',
          );
        }
      },
    );
  }

  for (const [what, options, transport] of [
    ['B-pictures that ffmpeg reads', { bFrames: 2 }, 'ffmpeg'],
    ['RTP times that are always 0', { quirks: ['zero-times'] }, 'auto'],
    ['H.265', { codec: 'h265' }, 'auto'],
    ['MJPEG', { codec: 'mjpeg' }, 'auto'],
  ] as const) {
    itNeeds(NEEDS_FFMPEG, `draws each frame of ${what} with its own boxes`, async () => {
      const { code, stdout, stderr } = await (
        await start(options, { camera: { transport }, flags: ['--duration', '4s'] })
      ).result;
      assert.equal(code, 0, stderr);
      const { total } = await assertDrawn(folder(), stdout);
      assert.ok(total.percepts > REST, JSON.stringify(total));
    });
  }
});
