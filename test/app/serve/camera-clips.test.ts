import assert from 'node:assert/strict';
import { CameraClips, type CameraClipsOptions } from '../../../src/app/serve/camera-clips.js';
import type { Ffmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import type { UnitFollower } from '../../../src/streaming/originals/answer.js';
import { objectEventOf } from './object-events.js';

describe('the clips of a camera', () => {
  it('wait ten seconds to begin one after one that failed', async () => {
    const begunAtMs: number[] = [];
    const clock = { nowMs: 0, now: () => clock.nowMs, toUnixMs: (ms: number) => ms };
    let follower: UnitFollower | undefined;
    const folder: CameraClipsOptions['folder'] = {
      pathOf: (camera, name) => `${camera}/${name}`,
      make: () => {
        begunAtMs.push(clock.nowMs);
        return Promise.resolve(false);
      },
    };
    const clips = new CameraClips({
      camera: 'gate',
      originals: {
        since: () => [],
        follow: (_, own) => {
          follower = own;
          return () => (follower = undefined);
        },
      },
      ffmpeg: {} as Ffmpeg,
      folder,
      times: { preMs: 0, postMs: 1000, maxMs: 60_000 },
      clock,
      onClip: () => assert.fail('none is complete'),
      onNone: (why) => assert.fail(why),
    });
    for (let i = 0; clock.nowMs <= 21_000; clock.nowMs += 500, i++) {
      clips.seen(objectEventOf('start', clock.nowMs / 100, { id: `gate-${i}-1` }));
      follower?.onUnit({ codec: 'h264', data: new Uint8Array(1), ptsUs: 1000 * clock.nowMs, isKey: true });
      await Promise.resolve();
    }
    await clips.close();
    assert.deepEqual(begunAtMs, [0, 10_000, 20_000]);
  });
});
