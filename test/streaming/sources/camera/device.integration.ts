import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { locateFfmpeg, type Ffmpeg } from '../../../../src/streaming/ffmpeg/binary.js';
import { CameraWatch } from '../../../helpers/camera-watch.js';
import { clipFolder, NEEDS_FFMPEG } from '../../../helpers/clips.js';
import { itNeeds } from '../../../helpers/needs.js';

/**
 * ffmpeg with its test pattern in the place of a device. `offset` is a shell expression added to its times, in seconds:
 * a device's driver begins at the machine's uptime, because that is its monotonic clock. The script reads /proc, which
 * the sandbox hides.
 */
async function deviceFfmpeg(path: string, offset: string): Promise<Ffmpeg> {
  const ffmpeg = await locateFfmpeg(process.env, '', 'off');
  writeFileSync(
    path,
    `#!/bin/bash
read -r uptime _ < /proc/uptime
args=()
for word in "$@"; do
  case "$word" in
    v4l2) args+=(lavfi -itsoffset "${offset}") ;;
    v4l2,video4linux2) args+=(lavfi) ;;
    -timestamps | default) ;;
    /dev/video0) args+=(testsrc=size=160x120:rate=25,realtime) ;;
    *) args+=("$word") ;;
  esac
done
exec ${JSON.stringify(ffmpeg.path)} "\${args[@]}"
`,
  );
  chmodSync(path, 0o755);
  return { ...ffmpeg, path };
}

/** For {@link deviceFfmpeg}. */
const FOUR_SECONDS_AGO = String.raw`$(awk "BEGIN { printf \"%.2f\", $uptime - 4 }")`;

describe('a camera of this machine', function () {
  this.timeout(120_000);
  const clips = clipFolder();
  const cameras: CameraWatch[] = [];
  afterEach(() => cameras.splice(0).forEach((camera) => camera.stop()));
  const open = async (
    name: string,
    offset: string,
    options: Parameters<typeof CameraWatch.start>[1] = {},
  ): Promise<CameraWatch> => {
    const camera = await CameraWatch.start('/dev/video0', {
      ffmpeg: await deviceFfmpeg(clips.path(name), offset),
      ...options,
    });
    cameras.push(camera);
    return camera;
  };
  const watch = async (name: string, offset: string): Promise<CameraWatch> => {
    const camera = await open(name, offset);
    await camera.framesOfEpoch(0, 30);
    return camera;
  };

  itNeeds(
    { ...NEEDS_FFMPEG, Linux: process.platform === 'linux' },
    "gives frames the driver's capture time",
    async () => {
      const { frames, statuses, ...camera } = await watch('stamped.sh', '$uptime');
      assert.ok(frames.every(({ captureClock, uncertaintyMs }) => captureClock === 'sender' && uncertaintyMs === 1));
      frames
        .slice(1)
        .forEach(({ capturedAtMs }, i) => assert.ok(Math.abs(capturedAtMs - frames[i].capturedAtMs - 40) < 0.002));
      // /proc/uptime has hundredths of a second.
      assert.ok(
        Math.abs((frames[0].capturedAtMs % 10) - 10 * Math.round((frames[0].capturedAtMs % 10) / 10)) < 0.002,
        `${frames[0].capturedAtMs}`,
      );
      assert.ok(
        frames.every(({ capturedAtMs, readyAtMs }) => capturedAtMs < readyAtMs && readyAtMs - capturedAtMs < 10_000),
      );
      assert.ok(!statuses.some(({ message }) => message?.includes('monotonic')));
      assert.deepEqual(camera.drops, []);
    },
  );

  itNeeds(
    { ...NEEDS_FFMPEG, Linux: process.platform === 'linux' },
    'compares the times of a driver with other stamps with their arrival, and reports it once',
    async () => {
      const { frames, statuses } = await watch('unstamped.sh', '1700000000');
      assert.ok(
        frames.every(
          ({ captureClock, capturedAtMs, readyAtMs }) =>
            captureClock === 'arrival' && capturedAtMs <= readyAtMs && readyAtMs - capturedAtMs < 10_000,
        ),
      );
      assert.equal(statuses.filter(({ message }) => message?.includes('monotonic') === true).length, 1);
    },
  );

  itNeeds(
    { ...NEEDS_FFMPEG, Linux: process.platform === 'linux' },
    'shows no pictures that the driver delivers too late, and reports why it reopens the device',
    async () => {
      const camera = await open('late.sh', FOUR_SECONDS_AGO);
      await camera.until(() =>
        camera.statuses.some(({ message }) => /s behind and does not catch up/.test(message ?? '')),
      );
      assert.deepEqual(camera.frames, []);
      assert.ok(
        camera.drops.length > 0 &&
          camera.drops.every(({ reason, captureClock }) => reason === 'behind' && captureClock === 'sender'),
      );
      assert.equal(camera.statuses.filter(({ state }) => state === 'reconnecting').length, 1);
    },
  );

  itNeeds(
    { ...NEEDS_FFMPEG, Linux: process.platform === 'linux' },
    'counts pictures that are too old towards maxFrames',
    async () => {
      const camera = await open('counted.sh', FOUR_SECONDS_AGO, { maxFrames: 20 });
      await camera.until(() => camera.isComplete);
      assert.deepEqual(
        camera.drops.map(({ seq, reason }) => `${seq} ${reason}`),
        Array.from({ length: 20 }, (_, seq) => `${seq} behind`),
      );
      assert.deepEqual(camera.frames, []);
    },
  );
});
