import assert from 'node:assert/strict';
import { NEEDS_FFMPEG } from '../helpers/clips.js';
import { itNeeds } from '../helpers/needs.js';
import { PacedCamera, type CameraCommand, type PacedCameraOptions } from '../helpers/paced-camera/index.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { assertDrawn } from './drawn-frames.js';
import { LiveRun } from './live-run.js';

const CAMERA = { width: 640, height: 360, fps: 25, gop: 12, loopSeconds: 30 } as const;
/** Pictures between two faults; more than are on their way when a fault begins. */
const REST = 20;

const FAULTS: readonly CameraCommand[] = [
  { do: 'jump-media', ms: 3_600_000 },
  { do: 'jump-media', ms: -3_600_000 },
  { do: 'jump-media', ms: -2_000 },
  { do: 'freeze', ms: 300, kind: 'clock-on' },
  { do: 'freeze', ms: 3_000, kind: 'clock-on' },
  { do: 'freeze', ms: 3_500, kind: 'backlog' },
  { do: 'freeze', ms: 1_500, kind: 'lost-time' },
  { do: 'lose', ms: 600 },
  { do: 'resize', width: 320, height: 180 },
  { do: 'hang-up' },
];

describe('nowcast run --save of a camera', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  let camera: PacedCamera | undefined;
  afterEach(() => camera?.kill());

  async function start(options: Partial<PacedCameraOptions> = {}, run: ConstructorParameters<typeof LiveRun>[2] = {}): Promise<LiveRun> {
    camera = await PacedCamera.start({ ...CAMERA, ...options });
    return new LiveRun(folder(), camera.url, run);
  }

  for (const [reader, transport] of [['Nowcast', 'auto'], ['ffmpeg', 'ffmpeg']] as const) {
    itNeeds(NEEDS_FFMPEG, `read by ${reader}: draws each frame with its own boxes, through jumps, freezes, a backlog, a change of size and a new connection, till Ctrl-C`, async () => {
      const run = await start({}, { camera: { transport } });
      await run.percepts(REST);
      // Where ffmpeg reads, only what its decoder happens to notice tells that packets were lost.
      for (const fault of FAULTS.filter((each) => transport === 'auto' || each.do !== 'lose')) {
        await camera!.command(fault);
        await run.percepts(REST);
      }
      const { code, stdout, stderr } = await run.interrupt();
      assert.equal(code, 130, stderr);
      const { total } = await assertDrawn(folder(), stdout);
      assert.ok(total.gaps >= 4, JSON.stringify(total));
      if (transport === 'auto') assert.ok(total.drops.behind > 0, JSON.stringify(total));
    });
  }

  for (const [what, options, transport] of [
    ['B-pictures whose RTP times wrap', { bFrames: 2, wrapAfterMs: 1_500 }, 'auto'],
    ['B-pictures that ffmpeg reads', { bFrames: 2 }, 'ffmpeg'],
    ['RTP times that are always 0', { quirks: ['zero-times'] }, 'auto'],
    ['H.265', { codec: 'h265' }, 'auto'],
    ['MJPEG', { codec: 'mjpeg' }, 'auto'],
  ] as const) {
    itNeeds(NEEDS_FFMPEG, `draws each frame of ${what} with its own boxes`, async () => {
      const { code, stdout, stderr } = await (await start(options, { camera: { transport }, flags: ['--duration', '4s'] })).result;
      assert.equal(code, 0, stderr);
      const { total } = await assertDrawn(folder(), stdout);
      assert.ok(total.percepts > REST, JSON.stringify(total));
    });
  }
});
