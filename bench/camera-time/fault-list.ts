import { setTimeout as sleep } from 'node:timers/promises';
import type { PacedCamera, PacedCameraOptions } from '../../test/helpers/paced-camera/index.js';
import type { ThrottlingProxy } from '../../test/helpers/throttling-proxy.js';

export type Stage = { readonly camera: PacedCamera; readonly link: ThrottlingProxy };

/** One fault of a camera, or of the network on the way from it. */
export type Fault = {
  readonly name: string;
  readonly camera?: Partial<PacedCameraOptions>;
  /** Default `tcp`; UDP goes without the link in between. */
  readonly carriedBy?: 'tcp' | 'udp';
  /** Causes the fault; resolves when it is over. Absent if the camera's options are the fault. */
  readonly happen?: (stage: Stage) => Promise<unknown>;
};

const HOUR_MS = 3_600_000;

const frozen = (kind: 'clock-on' | 'backlog' | 'lost-time', ms: number): Fault => ({
  name: `frozen ${ms / 1000} s, ${{ 'clock-on': 'its clock running on', backlog: 'all sent afterwards', 'lost-time': 'its clock standing still' }[kind]}`,
  happen: async ({ camera }) => {
    await camera.command({ do: 'freeze', kind, ms });
    await sleep(ms);
  },
});

/**
 * Every fault once with a sender's clock that is hours off, so that no fault passes only because that clock is right.
 */
export const FAULTS: readonly Fault[] = [
  { name: 'none, over TCP' },
  { name: 'none, over UDP', carriedBy: 'udp' },
  { name: "none, the sender's clock right", camera: { wallSkewMs: 0 } },
  { name: "none, the sender's clock 500 ms ahead", camera: { wallSkewMs: 500 } },
  { name: "none, the sender's clock 500 ms behind", camera: { wallSkewMs: -500 } },
  { name: 'none, no sender reports', camera: { reportEveryMs: undefined } },
  { name: "none, the camera's clock 200 ppm fast", camera: { driftPpm: 200 } },
  { name: 'none, B-pictures', camera: { bFrames: 2 } },
  { name: 'none, RTP times that stray', camera: { quirks: ['jittered-times'] } },
  { name: 'none, RTP times always 0', camera: { quirks: ['zero-times'] } },
  { name: 'none, RTP times that wrap', camera: { wrapAfterMs: 5_000 } },
  { name: 'none, no marker', camera: { quirks: ['no-marker'] } },
  { name: 'none, a marker for each NAL unit', camera: { quirks: ['marker-per-nal'] } },
  { name: 'none, parameter sets as a picture of their own', camera: { quirks: ['parameter-sets-apart'] } },
  { name: 'pictures up to 4 s old at connect', camera: { firstPicture: 'cached', gop: 120 } },
  frozen('clock-on', 300),
  frozen('clock-on', 3_000),
  frozen('clock-on', 12_000),
  frozen('backlog', 300),
  frozen('backlog', 3_000),
  frozen('backlog', 12_000),
  frozen('lost-time', 300),
  frozen('lost-time', 3_000),
  {
    name: 'the camera stalls 3 s (SIGSTOP)',
    happen: async ({ camera }) => {
      camera.stall();
      await sleep(3_000);
      camera.resume();
    },
  },
  {
    name: 'link at 60 % of the stream for 10 s',
    happen: async ({ link, camera }) => {
      const before = await camera.facts();
      await sleep(2_000);
      const after = await camera.facts();
      link.bytesPerSecond = (0.6 * (after.bytesSent - before.bytesSent) * 1000) / (after.upMs - before.upMs);
      await sleep(10_000);
      link.bytesPerSecond = Infinity;
    },
  },
  { name: 'all packets lost for 3 s, over UDP', carriedBy: 'udp', happen: lost },
  { name: 'all packets lost for 3 s, over TCP', happen: lost },
  { name: 'the connection breaks', happen: ({ camera }) => camera.command({ do: 'hang-up' }) },
  { name: "the sender's clock steps 1 h on", happen: ({ camera }) => camera.command({ do: 'step-wall', ms: HOUR_MS }) },
  {
    name: "the sender's clock steps 1 h back",
    happen: ({ camera }) => camera.command({ do: 'step-wall', ms: -HOUR_MS }),
  },
  { name: 'RTP time jumps 1 h on', happen: ({ camera }) => camera.command({ do: 'jump-media', ms: HOUR_MS }) },
  { name: 'RTP time jumps 1 h back', happen: ({ camera }) => camera.command({ do: 'jump-media', ms: -HOUR_MS }) },
  { name: 'RTP time jumps 2 s on', happen: ({ camera }) => camera.command({ do: 'jump-media', ms: 2_000 }) },
  {
    name: 'the picture changes its size',
    happen: ({ camera }) => camera.command({ do: 'resize', width: 480, height: 270 }),
  },
];

async function lost({ camera }: Stage): Promise<void> {
  await camera.command({ do: 'lose', ms: 3_000 });
  await sleep(3_000);
}
