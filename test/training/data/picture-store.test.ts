import assert from 'node:assert/strict';
import { join } from 'node:path';
import sharp from 'sharp';
import { letterbox } from '../../../src/core/letterbox.js';
import { readPicture } from '../../../src/streaming/sources/picture.js';
import { PictureMemory } from '../../../training/data/picture-memory.js';
import { createPictureStore } from '../../../training/data/picture-store.js';
import { temporaryFolder } from '../../helpers/temporary.js';

describe('a store of pictures', () => {
  const folder = temporaryFolder();

  it('scales down as the pipeline does, so that a network meets later what it was taught', async () => {
    const size = { width: 300, height: 200 };
    const input = { width: 96, height: 96 };
    const path = join(folder(), 'noise.jpg');
    await sharp({ create: { ...size, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 60 } } }).jpeg().toFile(path);
    const labels = { classIds: Int32Array.of(), corners: Float32Array.of() };
    const store = createPictureStore({ pictures: [{ path, size, labels }], input, memory: new PictureMemory(PictureMemory.allocate(1, 0)), onSkip: (message) => assert.fail(message) });
    const { picture: { width, height, rgb } } = await store.load(0);
    const { contentWidth, contentHeight } = letterbox(size, input);
    assert.deepEqual([width, height], [contentWidth, contentHeight]);
    const planes = new Uint8Array(3 * input.width * input.height);
    await readPicture(path, input, planes);
    const seen = [2, 1, 0].flatMap((plane) => Array.from({ length: height }, (_, y) => [...planes.subarray((plane * input.height + y) * input.width).subarray(0, width)]).flat());
    const taught = [0, 1, 2].flatMap((channel) => Array.from(rgb).filter((_, i) => i % 3 === channel));
    assert.deepEqual(taught, seen);
  });
});
