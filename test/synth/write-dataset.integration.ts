import assert from 'node:assert/strict';
import { join } from 'node:path';
import { rgbaVideoEncoder } from '../../src/streaming/ffmpeg/video-encoder.js';
import { writeDataset, type DatasetOptions } from '../../synth/write-dataset.js';
import { NEEDS_FFMPEG, presentationTimes } from '../helpers/clips.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('Videos of a synthetic data set', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const options = (out: string, ffmpeg = 'ffmpeg'): DatasetOptions => ({
    out,
    seed: 2,
    sequences: 1,
    frames: 7,
    size: { width: 320, height: 200 },
    fps: 30,
    openVideo: (...video) => rgbaVideoEncoder({ path: ffmpeg }, ...video),
    signal: new AbortController().signal,
    onFrame: () => undefined,
  });

  itNeeds(NEEDS_FFMPEG, 'have every frame at its time', async () => {
    await writeDataset(options(folder()));
    const times = presentationTimes(join(folder(), 'videos', 'drive-000002.mp4'));
    assert.deepEqual(
      times.map((seconds) => Math.round(seconds * 30)),
      [0, 1, 2, 3, 4, 5, 6],
    );
  });

  itNeeds(NEEDS_FFMPEG, "fail with ffmpeg's message", async () => {
    const broken = { ...options(folder(), 'false'), fps: 240, frames: 3, size: { width: 64, height: 64 } };
    await assert.rejects(writeDataset(broken), { code: 'NOWCAST_OUTPUT', message: /exit code 1/ });
  });
});
