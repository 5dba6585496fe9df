import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { letterbox } from '../../../src/core/fit.js';
import { readPicture } from '../../../src/streaming/pictures/read-picture.js';
import { PictureMemory } from '../../../training/data/picture-memory.js';
import { createPictureStore, type PictureStore } from '../../../training/data/picture-store.js';
import { hasProgram, itNeeds } from '../../helpers/needs.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const INPUT = { width: 64, height: 64 };

describe('the store of pictures', () => {
  const folder = temporaryFolder();

  function storeOf(
    path: string,
    size: { width: number; height: number },
    onSkip: (message: string) => void = (message) => assert.fail(message),
  ): PictureStore {
    const labels = { classIds: Int32Array.of(0), corners: Float32Array.of(5, 10, 20, 30) };
    return createPictureStore({
      pictures: [{ path, size, labels }],
      input: INPUT,
      memory: new PictureMemory(PictureMemory.allocate(1, 0)),
      onSkip,
    });
  }

  it("scales down with the pipeline's kernel, so that a network later meets pictures like those in training", async () => {
    const size = { width: 320, height: 200 };
    const path = join(folder(), 'noise.jpg');
    await sharp({
      create: { ...size, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
    })
      .jpeg()
      .toFile(path);
    const {
      picture: { width, height, rgb },
    } = await storeOf(path, size).load(0);
    const { contentWidth, contentHeight } = letterbox(size, INPUT);
    assert.deepEqual([width, height], [contentWidth, contentHeight]);
    const planes = new Uint8Array(3 * INPUT.width * INPUT.height);
    await readPicture(path, INPUT, planes);
    const seen = [2, 1, 0].flatMap((plane) =>
      Array.from({ length: height }, (_, y) => [
        ...planes.subarray((plane * INPUT.height + y) * INPUT.width).subarray(0, width),
      ]).flat(),
    );
    const taught = [0, 1, 2].flatMap((channel) => Array.from(rgb).filter((_, i) => i % 3 === channel));
    assert.deepEqual(taught, seen);
  });

  it('replaces a picture that cannot be opened by the next one', async () => {
    const labels = (count: number) => ({ classIds: new Int32Array(count), corners: new Float32Array(4 * count) });
    const pictures = await Promise.all(
      [1, 0, 1].map(async (objects, i) => {
        const path = join(folder(), `${i}.png`);
        await sharp({ create: { width: 8 + i, height: 6, channels: 3, background: 'red' } })
          .png()
          .toFile(path);
        return { path, size: { width: 8 + i, height: 6 }, labels: labels(objects) };
      }),
    );
    rmSync(pictures[0].path);
    const store = createPictureStore({
      pictures,
      input: INPUT,
      memory: new PictureMemory(PictureMemory.allocate(3, 0)),
      onSkip: () => undefined,
    });
    assert.equal((await store.load(0)).picture.width, 9);
    assert.equal((await store.load(0, ({ labels: { classIds } }) => classIds.length > 0)).picture.width, 10);
  });

  it('rotates a picture by its EXIF orientation, so that boxes lie where they were drawn', async () => {
    const path = join(folder(), 'turned.jpg');
    // Lies on its side: red is on the left of the file, above where it is shown.
    const red = {
      input: { create: { width: 30, height: 40, channels: 3, background: 'red' } },
      left: 0,
      top: 0,
    } as const;
    await sharp({ create: { width: 60, height: 40, channels: 3, background: 'blue' } })
      .composite([red])
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toFile(path);
    const { picture, labels } = (await storeOf(path, { width: 40, height: 60 }).open(0))!;
    assert.deepEqual([picture.width, picture.height, [...labels.corners]], [40, 60, [5, 10, 20, 30]]);
    const redAt = (x: number, y: number): boolean => picture.rgb[(y * 40 + x) * 3] > picture.rgb[(y * 40 + x) * 3 + 2];
    assert.deepEqual([redAt(5, 5), redAt(35, 5), redAt(5, 55), redAt(35, 55)], [true, true, false, false]);
  });

  it("reports the system's error for a skipped picture", async () => {
    const path = join(folder(), 'folder.jpg');
    mkdirSync(path);
    const messages: string[] = [];
    const store = storeOf(path, { width: 40, height: 60 }, (message) => messages.push(message));
    assert.deepEqual([await store.open(0), await store.open(0)], [undefined, undefined]);
    assert.equal(messages.length, 1);
    assert.match(messages[0], /folder\.jpg is skipped: EISDIR/);
  });

  it('reads a BMP, and names the remedy for a format that it cannot read', async () => {
    const path = join(folder(), 'old.bmp');
    // One red pixel: two headers, then blue, green, red and a byte that fills the row up.
    writeFileSync(
      path,
      Buffer.from(
        '424d3a0000000000000036000000280000000100000001000000010018000000000004000000000000000000000000000000000000000000ff00',
        'hex',
      ),
    );
    const { picture } = await storeOf(path, { width: 1, height: 1 }).load(0);
    assert.deepEqual([...picture.rgb], [0xff, 0, 0]);

    const grey = join(folder(), 'grey.pgm');
    writeFileSync(grey, 'P5 1 1 255\n\x80');
    const messages: string[] = [];
    const store = storeOf(grey, { width: 1, height: 1 }, (message) => messages.push(message));
    await assert.rejects(store.load(0), {
      code: 'NOWCAST_DATA',
      message:
        /none of the pictures \(1\) can be opened, .*grey\.pgm among them \(PNM is not supported .*convert it to PNG\)/,
    });
    assert.equal(messages.length, 1);
    assert.match(messages[0], /grey\.pgm is skipped: PNM is not supported .*; convert it to PNG/);
  });

  itNeeds(
    { bash: hasProgram('bash', '--version') },
    'does not call a picture broken if too many files are open: it reports that, and opens the picture later',
    async () => {
      const path = join(folder(), 'whole.png');
      await sharp({ create: { width: 8, height: 6, channels: 3, background: 'red' } })
        .png()
        .toFile(path);
      const main = fileURLToPath(new URL('./few-files-main.js', import.meta.url));
      const { status, stdout, stderr } = spawnSync(
        'bash',
        ['-c', 'ulimit -n 200; exec "$@"', 'bash', process.execPath, main, path],
        { encoding: 'utf8' },
      );
      assert.equal(status, 0, stderr);
      const [code, message, width] = stdout.trim().split('\n');
      assert.deepEqual([code, width], ['NOWCAST_OUTPUT', '8']);
      assert.match(message, /EMFILE: too many open files, open '.*whole\.png'.*ulimit -n.*--resume/);
    },
  );
});
