import assert from 'node:assert/strict';
import sharp from 'sharp';
import { PastPictures } from '../../../src/app/serve/past-pictures.js';
import type { Frame } from '../../../src/core/frame.js';
import { letterbox } from '../../../src/core/fit.js';
import { until } from '../../helpers/processes.js';
import { dropEventOf, perceptOf } from '../../streaming/events.js';

const INPUT = { width: 32, height: 32 };
const SIZE = { width: 640, height: 320 };

describe('the pictures of the last minutes', () => {
  const clock = { nowMs: 0, now: () => clock.nowMs, toUnixMs: (ms: number) => ms };
  let pictures: PastPictures;
  beforeEach(() => {
    clock.nowMs = 0;
    pictures = new PastPictures({ inputOf: () => INPUT, clock });
  });

  /** The frame at 100 ms a number, as `perceptOf` has it. */
  const take = (seq: number, image = new Uint8Array(3 * 32 * 32).fill(200)): void => {
    clock.nowMs = 100 * seq;
    const picture = { size: SIZE, fit: letterbox(SIZE, INPUT), image };
    pictures.taken({ streamId: 'cam', seq, picture } as Frame);
  };
  const kept = (): number[] => pictures.of('cam').map(({ percept: { seq } }) => seq);
  const keep = async (seq: number, image?: Uint8Array<ArrayBuffer>): Promise<void> => {
    take(seq, image);
    pictures.seen(perceptOf(seq));
    await until(() => kept().at(-1) === seq);
  };

  it('are two seconds apart, each with the percept of it', async () => {
    await keep(1);
    for (const seq of [2, 3, 20]) {
      take(seq);
      pictures.seen(perceptOf(seq));
    }
    await keep(21);
    assert.deepEqual(kept(), [1, 21]);
    const [{ percept, jpeg }] = pictures.of('cam');
    assert.deepEqual([percept.width, percept.detections], [perceptOf(1).width, perceptOf(1).detections]);
    const { width, height, format } = await sharp(jpeg).metadata();
    assert.deepEqual([width, height, format], [32, 16, 'jpeg']);
    assert.equal(pictures.jpeg('cam', 1), jpeg);
    assert.deepEqual(
      [pictures.jpeg('cam', 2), pictures.jpeg('other', 1), pictures.of('other')],
      [undefined, undefined, []],
    );
  });

  it('leave out one whose frame came to nothing', async () => {
    take(1);
    pictures.seen(dropEventOf(1, { reason: 'detector-failed' }));
    pictures.seen(perceptOf(2));
    await keep(30);
    assert.deepEqual(kept(), [30]);
  });

  it('are those of the last five minutes', async () => {
    for (const seq of [0, 1000, 2000]) await keep(seq);
    clock.nowMs = 300_001;
    assert.deepEqual(kept(), [1000, 2000]);
    clock.nowMs = 1_000_000;
    assert.deepEqual(kept(), []);
  });

  it('are bounded in bytes', async () => {
    pictures = new PastPictures({ inputOf: () => INPUT, clock, mostBytes: 2000 });
    for (let seq = 0; seq < 200; seq += 20) await keep(seq);
    const bytes = pictures.of('cam').reduce((sum, { jpeg }) => sum + jpeg.length, 0);
    assert.ok(bytes <= 2000 && kept().length < 10, `${kept().join()}: ${bytes}`);
    assert.equal(kept().at(-1), 180);
  });

  it('are forgotten with their camera', async () => {
    await keep(1);
    pictures.forget('cam');
    assert.deepEqual(kept(), []);
    await keep(2);
    assert.deepEqual(kept(), [2]);
  });
});
