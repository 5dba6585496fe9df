import { loadImage } from '@napi-rs/canvas';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseGroundTruth } from '../../evaluation/ground-truth.js';
import { SYNTH_CLASSES } from '../../synth/classes.js';
import { rgbaVideoEncoder } from '../../src/streaming/ffmpeg/video-encoder.js';
import { writeDataset, type DatasetOptions } from '../../synth/write-dataset.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('A synthetic data set', () => {
  const folder = temporaryFolder();
  const make = (options: Partial<DatasetOptions> = {}) =>
    writeDataset({
      out: join(folder(), 'set'),
      seed: 20,
      sequences: 2,
      frames: 3,
      size: { width: 320, height: 200 },
      fps: 30,
      pictures: 'jpg',
      signal: new AbortController().signal,
      onFrame: () => undefined,
      ...options,
    });
  const load = () => parseGroundTruth(JSON.parse(readFileSync(join(folder(), 'set', 'annotations.json'), 'utf8')));

  it('loads as Argoverse-HD ground truth, every picture in its place', async () => {
    const summary = await make();
    const truth = load();
    assert.deepEqual(truth.warnings, []);
    assert.deepEqual(
      truth.classes.map(({ name }) => name),
      SYNTH_CLASSES,
    );
    assert.deepEqual(
      truth.sequences.map(({ name, images }) => [name, images.length]),
      [
        ['drive-000020', 3],
        ['drive-000021', 3],
      ],
    );
    assert.equal(truth.objects.image.length, summary.objects);
    assert.equal(truth.cocoMapping?.length, 80);
    for (const { dir, images } of truth.sequences) {
      for (const index of images) {
        const { width, height } = await loadImage(join(folder(), 'set', dir, truth.images[index].name));
        assert.deepEqual({ width, height }, truth.images[index].size);
      }
    }
  });

  it('counts frames as it goes', async () => {
    const counts: number[] = [];
    await make({ onFrame: (done) => counts.push(done) });
    assert.deepEqual([counts[0], counts.at(-1)], [0, 6]);
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
    );
  });

  it('of every third frame is that of all frames, thinned out', async () => {
    const read = async (options: Partial<DatasetOptions>) => {
      await make({ sequences: 1, out: join(folder(), `every-${options.every ?? 1}`), ...options });
      const { info, images, annotations } = JSON.parse(
        readFileSync(join(folder(), `every-${options.every ?? 1}`, 'annotations.json'), 'utf8'),
      ) as {
        info: { fps: number };
        images: object[];
        annotations: { id: number; image_id: number }[];
      };
      return {
        fps: info.fps,
        frames: images.map((_, i) =>
          annotations
            .filter(({ image_id }) => image_id === i)
            .map(({ id: _id, image_id: _image, ...object }) => object),
        ),
      };
    };
    const all = await read({ frames: 10 });
    const third = await read({ frames: 4, every: 3 });
    assert.deepEqual(
      third.frames,
      all.frames.filter((_, i) => i % 3 === 0),
    );
    assert.notDeepEqual(all.frames[0], all.frames[3]);
    const pixels = (set: string, frame: string) => readFileSync(join(folder(), set, 'frames', 'drive-000020', frame));
    assert.deepEqual(pixels('every-3', '000000.jpg'), pixels('every-1', '000000.jpg'));
    assert.deepEqual([all.fps, third.fps], [30, 10]);
  });

  it('is a whole, smaller data set when it is stopped', async () => {
    const stop = new AbortController();
    const summary = await make({ signal: stop.signal, onFrame: (done) => done === 1 && stop.abort() });
    assert.equal(summary.frames, 2);
    assert.equal(load().images.length, 2);
  });

  it('never overwrites another', async () => {
    await make({ sequences: 1, frames: 1 });
    await assert.rejects(make(), { code: 'NOWCAST_USAGE', message: /holds a data set already/ });
  });

  it('refuses an impossible video size before it starts', async () => {
    await assert.rejects(
      make({
        size: { width: 321, height: 200 },
        openVideo: (...video) => rgbaVideoEncoder({ path: 'ffmpeg' }, ...video),
      }),
      { code: 'NOWCAST_USAGE', message: /321x200/ },
    );
    assert.ok(!existsSync(join(folder(), 'set')));
  });

  it('fails with the reason if ffmpeg cannot be started', async () => {
    await assert.rejects(
      make({ openVideo: (...video) => rgbaVideoEncoder({ path: join(folder(), 'none') }, ...video) }),
      {
        code: 'NOWCAST_OUTPUT',
        message: /cannot start/,
      },
    );
  });
});
