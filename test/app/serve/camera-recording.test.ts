import assert from 'node:assert/strict';
import { CameraRecording } from '../../../src/app/serve/camera-recording.js';
import type { Ffmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import type { UnitFollower } from '../../../src/streaming/originals/answer.js';

describe('the recording of a camera', () => {
  it('waits ten seconds to begin a file after one that failed', async () => {
    const begunAtMs: number[] = [];
    const clock = { nowMs: 0, now: () => clock.nowMs, toUnixMs: (ms: number) => ms };
    let follower: UnitFollower | undefined;
    const recording = new CameraRecording({
      camera: 'gate',
      originals: {
        follow: (_, own) => {
          follower = own;
          return () => undefined;
        },
      },
      ffmpeg: {} as Ffmpeg,
      folder: {
        pathOf: (camera, name) => `${camera}/${name}`,
        make: () => {
          begunAtMs.push(clock.nowMs);
          return Promise.resolve(false);
        },
      },
      segmentMs: 60_000,
      clock,
      onNone: (why) => assert.fail(why),
    });
    for (; clock.nowMs <= 21_000; clock.nowMs += 500) {
      follower?.onUnit({ codec: 'h264', data: new Uint8Array(1), ptsUs: 1000 * clock.nowMs, isKey: true });
      await Promise.resolve();
    }
    await recording.close();
    assert.deepEqual(begunAtMs, [0, 10_000, 20_000]);
  });
});
