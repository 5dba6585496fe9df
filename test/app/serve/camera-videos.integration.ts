import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CameraClips } from '../../../src/app/serve/camera-clips.js';
import { CameraRecording } from '../../../src/app/serve/camera-recording.js';
import { KeptFolder } from '../../../src/files/kept-folder.js';
import { locateFfmpeg, type Ffmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import type { FollowedUnit, UnitFollower } from '../../../src/streaming/originals/answer.js';
import { NEEDS_FFMPEG, presentationTimes } from '../../helpers/clips.js';
import { itNeeds } from '../../helpers/needs.js';
import { temporaryFolder } from '../../helpers/temporary.js';
import { BEGIN_MS, INTERVAL_MS, unitsOf } from '../../streaming/clips/units-of-clip.js';
import { objectEventOf } from './object-events.js';

/** Originals of one camera, whose pictures come when the test says so. */
class Pictures {
  readonly followers = new Set<UnitFollower>();
  readonly #sent: FollowedUnit[] = [];

  send(...units: readonly FollowedUnit[]): void {
    for (const unit of units) {
      this.#sent.push(unit);
      for (const follower of this.followers) follower.onUnit(unit);
    }
  }

  since(_: string, ptsMs: number): readonly FollowedUnit[] {
    const from = this.#sent.findLastIndex(({ isKey, ptsUs }) => isKey && ptsUs <= 1000 * ptsMs);
    return this.#sent.slice(Math.max(0, from));
  }

  follow(_: string, follower: UnitFollower): () => void {
    const newest = this.#sent.findLastIndex(({ isKey }) => isKey);
    if (newest >= 0) for (const unit of this.#sent.slice(newest)) follower.onUnit(unit);
    this.followers.add(follower);
    return () => void this.followers.delete(follower);
  }
}

describe('videos of a camera', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const clock = { nowMs: 0, now: () => clock.nowMs, toUnixMs: (ms: number) => Date.UTC(2026, 10, 27) + ms };
  const fail = ({ message }: Error): never => assert.fail(message);
  let kept: KeptFolder;
  let ffmpeg: Ffmpeg;
  let units: readonly FollowedUnit[];
  let pictures: Pictures;
  const start = async (): Promise<void> => {
    kept = await KeptFolder.open({
      folder: join(folder(), 'kept'),
      isOwn: () => true,
      retention: { maxAgeMs: Infinity, maxBytes: Infinity },
      clock,
      onFailure: fail,
      onHealed: () => undefined,
    });
    ffmpeg = await locateFfmpeg(process.env, join(folder(), 'cache'));
    // A key picture every 400 ms.
    units = unitsOf('h264', { seconds: 4 });
    pictures = new Pictures();
    clock.nowMs = 0;
  };
  afterEach(() => kept.close());
  const files = (): string[] => readdirSync(join(folder(), 'kept/gate')).sort();
  const countIn = (name: string): number => presentationTimes(join(folder(), 'kept/gate', name)).length;

  itNeeds(NEEDS_FFMPEG, 'of an object begins at the key picture before its time, and ends after it', async () => {
    await start();
    const shown: string[][] = [];
    const clips = new CameraClips({
      camera: 'gate',
      originals: pictures,
      ffmpeg,
      folder: kept,
      clock,
      times: { preMs: 600, postMs: 400, maxMs: 60_000 },
      onClip: (ids, { path, codec }) => shown.push([...ids, basename(path), codec]),
      onNone: (why) => assert.fail(why),
    });
    const best = { seq: 0, capturedAtMs: 0, box: { x1: 0, y1: 0, x2: 1, y2: 1 }, score: 1 };
    const eventAt = (phase: 'start' | 'end', i: number, id = 'gate-1-1') =>
      objectEventOf(phase, i, { id, best: { ...best, ptsMs: BEGIN_MS + INTERVAL_MS * i } });
    pictures.send(...units.slice(0, 51));
    // 2 s in; 600 ms before is in the group that begins at 1.2 s.
    clips.seen(eventAt('start', 50));
    pictures.send(...units.slice(51, 61));
    clips.seen(eventAt('start', 60, 'gate-2-2'));
    clips.seen(eventAt('end', 60));
    clips.seen(eventAt('end', 60, 'gate-2-2'));
    assert.equal(pictures.followers.size, 1);
    pictures.send(...units.slice(61));
    assert.equal(pictures.followers.size, 0);
    await clips.close();
    const [name, ...more] = files();
    assert.deepEqual([name, more], ['20261127T000000Z-person-1-1.mp4', []]);
    assert.deepEqual(shown, [['gate-1-1', 'gate-2-2', name, 'h264']]);
    // From picture 30 to 70.
    assert.equal(countIn(name), 41);
  });

  itNeeds(NEEDS_FFMPEG, 'without end follow each other at key pictures, and hold all of them', async () => {
    await start();
    const recording = new CameraRecording({
      camera: 'gate',
      originals: pictures,
      ffmpeg,
      folder: kept,
      segmentMs: 1000,
      clock,
      onNone: (why) => assert.fail(why),
    });
    for (const unit of units) {
      clock.nowMs = unit.ptsUs / 1000;
      pictures.send(unit);
    }
    await recording.close();
    // Key pictures are 0.4 s apart, so files have 1.2 s.
    assert.deepEqual(files().map(countIn), [30, 30, 30, 10]);
    assert.equal(pictures.followers.size, 0);
  });

  itNeeds(NEEDS_FFMPEG, 'without end wait after a file that fails at its end', async () => {
    await start();
    const made: Promise<boolean>[] = [];
    const recording = new CameraRecording({
      camera: 'gate',
      originals: pictures,
      ffmpeg,
      folder: {
        pathOf: (camera, name) => kept.pathOf(camera, name),
        make: (path, make) => {
          const failed = kept.make(path, make).then(() => false);
          made.push(failed);
          return failed;
        },
      },
      segmentMs: 60_000,
      clock,
      onNone: () => undefined,
    });
    const group = units.slice(0, 10);
    pictures.send(...group);
    for (const follower of pictures.followers) follower.onNone('the camera is gone');
    await made[0];
    for (const [atMs, count] of [
      [9999, 1],
      [10_000, 2],
    ]) {
      clock.nowMs = atMs;
      pictures.send(...group);
      assert.equal(made.length, count);
    }
    await recording.close();
  });
});
