import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lastValueFrom, tap } from 'rxjs';
import { openSource } from '../../../src/app/library.js';
import { fitPicture } from '../../../src/core/picture.js';
import type { Size } from '../../../src/core/size.js';
import { createOriginals, type Originals } from '../../../src/streaming/originals/originals.js';
import { CameraWatch } from '../../helpers/camera-watch.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../../helpers/clips.js';
import { nowcast } from '../../helpers/command.js';
import { itNeeds } from '../../helpers/needs.js';
import { freeUdpPort } from '../../helpers/ports.js';
import { realFile } from '../../helpers/shared.js';

const FIELD = resolve('test/fixtures/field/sar-ignored');
const INPUT = { width: 96, height: 96 };
/** Of a codec's loss, on average. */
const MOST_ERROR = 6;

type Seen = { readonly seq: number; readonly ptsMs: number; readonly size: Size; readonly image: Buffer };

/** The text of a filter that makes pictures of a size in coded pixels of a shape. */
function coded(width: number, height: number, aspect: string): string[] {
  return ['-vf', `scale=${width}:${height},setsar=${aspect}`];
}

describe('pictures with pixels that are not square', function () {
  this.timeout(120_000);
  const clips = clipFolder();
  let originals: Originals;
  beforeEach(() => {
    originals = createOriginals();
  });
  afterEach(() => originals.close());

  const play = async (path: string, fit: 'letterbox' | 'stretch' = 'letterbox'): Promise<Seen[]> => {
    const seen: Seen[] = [];
    const input = { ...INPUT, fit };
    const source = await openSource(path, { input, streamId: 'clip', pace: 'max', originals });
    await lastValueFrom(
      source.pipe(
        tap((event) => {
          if (event.type !== 'frame') return;
          const { seq, ptsMs, picture } = event;
          assert.deepEqual(picture.fit, fitPicture(picture.size, input));
          seen.push({ seq, ptsMs, size: picture.size, image: Buffer.from(picture.image) });
          event.release();
        }),
      ),
    );
    return seen;
  };

  const originalSize = async (frame: Parameters<Originals['jpeg']>[0]): Promise<Size> => {
    const answer = await originals.jpeg(frame);
    assert.ok(answer.jpeg !== undefined, JSON.stringify(answer));
    return { width: answer.width, height: answer.height };
  };

  const h264 = ['-c:v', 'libx264', '-crf', '8', '-pix_fmt', 'yuv420p'];
  for (const [width, height, aspect] of [
    [96, 128, '2/1'],
    [192, 64, '1/2'],
    [132, 128, '16/11'],
  ] as const)
    itNeeds(NEEDS_FFMPEG, `are fitted as they are shown: ${width}x${height} of ${aspect}`, async () => {
      const wide = ratioOf(aspect) * width;
      const name = aspect.replace('/', '-');
      const path = clips.make(...pattern('384x256', 5, 1), ...coded(width, height, aspect), ...h264, `${name}.mp4`);
      const square = clips.make('-i', path, '-vf', `scale=${wide}:${height}`, ...h264, `${name}-square.mp4`);
      for (const fit of ['letterbox', 'stretch'] as const) {
        const [seen, wanted] = [await play(path, fit), await play(square, fit)];
        assert.equal(seen.length, 5);
        for (const [i, { size, image }] of seen.entries()) {
          assert.deepEqual(size, { width: wide, height });
          const error = meanDifference(image, wanted[i].image);
          assert.ok(error < MOST_ERROR, `${fit}, picture ${i} differs by ${error}`);
        }
      }
      const [, second] = await play(path);
      assert.deepEqual(await originalSize({ ...second, streamId: 'clip' }), { width: wide, height });
    });

  itNeeds(NEEDS_FFMPEG, 'change their shape in the middle of a stream', async () => {
    const parts = ['2/1', '1/1'].map((aspect, i) =>
      clips.make(
        ...pattern('192x128', 10, 1),
        ...[...coded(96, 128, aspect), ...h264, '-output_ts_offset', String(i)],
        `part${i}.ts`,
      ),
    );
    const path = clips.path('changing.ts');
    writeFileSync(path, Buffer.concat(parts.map((part) => readFileSync(part))));
    const widths = (await play(path)).map(({ size }) => size.width);
    assert.deepEqual(widths, [...Array<number>(10).fill(192), ...Array<number>(10).fill(96)]);
  });

  for (const [codec, encoder] of [
    ['H.264', ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency']],
    ['H.265', ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error:keyint=10']],
  ] as const)
    itNeeds(NEEDS_FFMPEG, `are shown as ${codec} of a camera states them`, async () => {
      const port = await freeUdpPort();
      const to = ['-g', '10', '-f', 'mpegts', `udp://127.0.0.1:${port}?pkt_size=1316`];
      const args = ['-nostdin', '-v', 'error', '-re', ...pattern('320x240', 10, 60), ...coded(160, 240, '2/1')];
      const sender = spawn('ffmpeg', [...args, ...encoder, ...to], { stdio: 'ignore' });
      const camera = await CameraWatch.start(`udp://127.0.0.1:${port}`, { originals });
      try {
        await camera.framesOfEpoch(0, 5);
        const frame = camera.frames[4];
        assert.deepEqual(frame.size, { width: 320, height: 240 });
        assert.deepEqual(await originalSize(frame), { width: 320, height: 240 });
      } finally {
        camera.stop();
        sender.kill('SIGKILL');
        await once(sender, 'exit');
      }
    });

  const model = realFile('yolox_nano.onnx');
  for (const name of ['sar2.mp4', 'sar3.mp4'])
    itNeeds(
      { ...NEEDS_FFMPEG, 'yolox_nano.onnx': model !== undefined },
      `give the boxes of the shown picture in ${name}`,
      async () => {
        const results = clips.path(`${name}.json`);
        const { code, stderr } = await nowcast(
          ['run', join(FIELD, name), '--model', model!, '--labels', 'coco', '--offline', '--coco', results],
          { env: { NOWCAST_CACHE: clips.path('cache') } },
        );
        assert.equal(code, 0, stderr);
        const dogs = (
          JSON.parse(readFileSync(results, 'utf8')) as { category_id: number; bbox: number[]; score: number }[]
        ).filter(({ category_id, score }) => category_id === 18 && score > 0.75);
        assert.equal(dogs.length, 25);
        // Truth: [133, 207, 325, 542] as x1, y1, x2, y2.
        for (const { bbox } of dogs)
          for (const [i, value] of [133, 207, 192, 335].entries())
            assert.ok(Math.abs(bbox[i] - value) < 8, bbox.join(' '));
      },
    );
});

/** Of `16/11`, the ratio. */
function ratioOf(aspect: string): number {
  const [across, down] = aspect.split('/').map(Number);
  return across / down;
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}
