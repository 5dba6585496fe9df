import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, take, toArray, VirtualTimeScheduler } from 'rxjs';
import sharp, { type Sharp } from 'sharp';
import type { SourceEvent } from '../../../../src/core/events.js';
import type { Frame } from '../../../../src/core/frame.js';
import { letterbox } from '../../../../src/core/fit.js';
import { folderSource, listPictures, type FolderOptions } from '../../../../src/streaming/sources/folder/folder.js';
import { readPicture } from '../../../../src/streaming/sources/folder/picture.js';
import { monotonicClock } from '../../../helpers/monotonic.js';
import { until } from '../../../helpers/processes.js';

const INPUT = { width: 96, height: 64 };
const RED = { r: 0xe0, g: 0x20, b: 0x40 };

describe('folderSource', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nowcast-folder-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const picture = async (
    name: string,
    width = 60,
    height = 40,
    shape = (image: Sharp): Sharp => image,
  ): Promise<string> => {
    const path = join(folder, name);
    await shape(sharp({ create: { width, height, channels: 3, background: RED } })).toFile(path);
    return path;
  };
  const play = async (options: Partial<FolderOptions> = {}): Promise<SourceEvent[]> => {
    const events: SourceEvent[] = [];
    await folderSource(folder, { streamId: 'f', input: INPUT, pace: 'max', clock: monotonicClock, ...options }).forEach(
      (event) => {
        events.push(event);
        if (event.type === 'frame') event.release();
      },
    );
    return events;
  };
  const brief = (event: SourceEvent): unknown[] =>
    event.type === 'frame'
      ? ['frame', event.seq, event.ptsMs, event.picture.size.width]
      : event.type === 'drop'
        ? ['drop', event.seq, event.ptsMs, event.reason]
        : event.type === 'status'
          ? [event.state, event.message]
          : [event.type];

  it('emits pictures in natural order, and reports its start and its end', async () => {
    for (const [i, name] of ['f1.png', 'f2.JPG', 'f10.webp'].entries()) await picture(name, 60 + i);
    writeFileSync(join(folder, 'f3.txt'), 'not a picture');
    mkdirSync(join(folder, 'sub'));
    let info: unknown;
    assert.deepEqual(
      (
        await play({
          fps: 20,
          onInfo: (value) => {
            info = value;
          },
        })
      ).map(brief),
      [
        ['streaming', '3 pictures, 20 fps'],
        ['frame', 0, 0, 60],
        ['frame', 1, 50, 61],
        ['frame', 2, 100, 62],
        ['ended', '3 pictures'],
      ],
    );
    assert.deepEqual(info, { fps: 20, durationMs: 150, expectedFrames: 3 });
    assert.deepEqual(
      await listPictures(folder),
      ['f1.png', 'f2.JPG', 'f10.webp'].map((name) => join(folder, name)),
    );
  });

  it('drops a picture that cannot be read, names it and continues', async () => {
    await picture('1.png');
    writeFileSync(join(folder, '2.png'), 'no picture at all');
    await picture('3.png');
    const events = (await play()).map(brief);
    assert.deepEqual(
      events.filter(([type]) => type === 'frame' || type === 'drop').map(([type, seq]) => [type, seq]),
      [
        ['frame', 0],
        ['drop', 1],
        ['frame', 2],
      ],
    );
    assert.ok(
      events.some(([state, message]) => state === 'streaming' && /^2\.png cannot be read/.test(String(message))),
    );
    assert.deepEqual(events.at(-1), ['ended', '3 pictures']);
  });

  it('loses nothing at maximum pace, however few pictures fit in memory', async () => {
    for (let i = 0; i < 12; i++) await picture(`${i}.png`);
    const seqs: number[] = [];
    await folderSource(folder, { streamId: 'f', input: INPUT, pace: 'max', clock: monotonicClock, slots: 1 }).forEach(
      (event) => {
        if (event.type !== 'frame') return;
        seqs.push(event.seq);
        setImmediate(() => event.release());
      },
    );
    assert.deepEqual(
      seqs,
      Array.from({ length: 12 }, (_, i) => i),
    );
  });

  it('continues in real time while the consumer holds all memory', async () => {
    for (let i = 0; i < 8; i++) await picture(`${i}.png`);
    const events = await firstValueFrom(
      folderSource(folder, {
        streamId: 'f',
        input: INPUT,
        pace: 'source',
        clock: monotonicClock,
        slots: 2,
        fps: 100,
      }).pipe(toArray()),
    );
    assert.deepEqual(
      events
        .map(brief)
        .map(([type, seq]) => [type, seq].join(' '))
        .slice(1, -1),
      ['frame 0', 'frame 1', 'drop 2', 'drop 3', 'drop 4', 'drop 5', 'drop 6', 'drop 7'],
    );
  });

  it('emits a picture when it is due, even without memory for the next one', async () => {
    for (let i = 0; i < 4; i++) await picture(`${i}.png`);
    const time = new VirtualTimeScheduler();
    const frames: Frame[] = [];
    const listening = folderSource(folder, {
      streamId: 'f',
      input: INPUT,
      pace: 'source',
      clock: time,
      scheduler: time,
      slots: 2,
      fps: 20,
    }).subscribe((event) => {
      if (event.type === 'frame') frames.push(event);
    });
    await until(() => frames.length === 1);
    // Nothing frees memory here, so the third picture waits until 100 ms; the second is due before.
    await until(() => {
      time.maxFrames = time.frame = 50;
      time.flush();
      return frames.length === 2;
    });
    listening.unsubscribe();
  });

  it('stops when it is unsubscribed', async () => {
    for (let i = 0; i < 5; i++) await picture(`${i}.png`);
    const events = await firstValueFrom(
      folderSource(folder, { streamId: 'f', input: INPUT, pace: 'max', clock: monotonicClock, slots: 1 }).pipe(
        take(2),
        toArray(),
      ),
    );
    assert.deepEqual(
      events.map(({ type }) => type),
      ['status', 'frame'],
    );
  });

  it('ends after maxFrames', async () => {
    for (let i = 0; i < 5; i++) await picture(`${i}.png`);
    assert.equal((await play({ maxFrames: 2 })).filter(({ type }) => type === 'frame').length, 2);
  });

  it('refuses a folder that is missing, holds no pictures, or none that can be read', async () => {
    await assert.rejects(listPictures(join(folder, 'nowhere')), {
      code: 'NOWCAST_SOURCE_MISSING',
      message: /nowhere" cannot be read/,
    });
    await assert.rejects(play(), { code: 'NOWCAST_SOURCE_NO_PICTURES', message: /0 entries, none of them a picture/ });
    writeFileSync(join(folder, '1.png'), 'broken');
    await assert.rejects(play(), { code: 'NOWCAST_SOURCE_NO_PICTURES', message: /none of the 1 can be read/ });
  });
});

describe('readPicture', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'nowcast-picture-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const shapes: [string, string, (image: Sharp) => Sharp, readonly number[]][] = [
    ['a PNG', 'a.png', (image) => image, [0x40, 0x20, 0xe0]],
    ['a JPEG', 'a.jpg', (image) => image.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }), [0x40, 0x20, 0xe0]],
    ['a WebP', 'a.webp', (image) => image.webp({ lossless: true }), [0x40, 0x20, 0xe0]],
    ['a TIFF', 'a.tif', (image) => image, [0x40, 0x20, 0xe0]],
    ['grey', 'grey.png', (image) => image.greyscale(), [0x60, 0x60, 0x60]],
    ['16 bits', 'deep.png', (image) => image.toColourspace('rgb16').png(), [0x40, 0x20, 0xe0]],
    ['transparency', 'alpha.png', (image) => image.ensureAlpha(0.5).png(), [0x40, 0x20, 0xe0]],
    ['a palette', 'palette.gif', (image) => image.gif(), [0x40, 0x20, 0xe0]],
    ['CMYK', 'cmyk.jpg', (image) => image.toColourspace('cmyk').jpeg({ quality: 100 }), [0x40, 0x20, 0xe0]],
  ];
  for (const [what, name, shape, [b, g, r]] of shapes) {
    it(`letterboxes ${what} into planes B, G, R`, async () => {
      const path = join(folder, name);
      await shape(sharp({ create: { width: 200, height: 61, channels: 3, background: RED } })).toFile(path);
      const target = new Uint8Array(3 * INPUT.width * INPUT.height);
      const { size, fit, image } = await readPicture(path, INPUT, target);
      assert.equal(image, target);
      assert.deepEqual(size, { width: 200, height: 61 });
      assert.deepEqual(fit, letterbox(size, INPUT));
      const { contentWidth, contentHeight } = fit;
      for (const [plane, value] of [b, g, r].entries()) {
        for (const [x, y] of [
          [0, 0],
          [contentWidth - 1, contentHeight - 1],
        ]) {
          const got = target[plane * INPUT.width * INPUT.height + y * INPUT.width + x];
          // The way into CMYK and back, and libvips's idea of grey, are not exact.
          assert.ok(
            Math.abs(got - value) <= (what === 'CMYK' || what === 'grey' ? 40 : 3),
            `plane ${plane} is ${got}, not ${value}`,
          );
        }
        assert.equal(target[plane * INPUT.width * INPUT.height + contentHeight * INPUT.width], 114);
      }
    });
  }

  it('letterboxes a BMP into planes B, G, R', async () => {
    const path = join(folder, 'a.bmp');
    const header = Buffer.alloc(54);
    header.write('BM', 'latin1');
    for (const [at, value] of [
      [10, 54],
      [14, 40],
      [18, 4],
      [22, 2],
    ])
      header.writeUInt32LE(value, at);
    header.writeUInt16LE(32, 28);
    writeFileSync(
      path,
      Buffer.concat([header, ...Array.from({ length: 8 }, () => Buffer.from([0x40, 0x20, 0xe0, 0]))]),
    );
    const target = new Uint8Array(3 * INPUT.width * INPUT.height);
    assert.deepEqual((await readPicture(path, INPUT, target)).size, { width: 4, height: 2 });
    assert.deepEqual(
      [0, 1, 2].map((plane) => target[plane * INPUT.width * INPUT.height + 95]),
      [0x40, 0x20, 0xe0],
    );
  });

  it('rotates a picture by its EXIF orientation', async () => {
    const path = join(folder, 'turned.jpg');
    await sharp({ create: { width: 80, height: 40, channels: 3, background: RED } })
      .composite([{ input: { create: { width: 40, height: 40, channels: 3, background: 'blue' } }, left: 0, top: 0 }])
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toFile(path);
    const target = new Uint8Array(3 * INPUT.width * INPUT.height);
    assert.deepEqual((await readPicture(path, INPUT, target)).size, { width: 40, height: 80 });
    // Orientation 6: the left side of the stored picture is shown at the top.
    assert.ok(target[0] > 128, 'the top is blue');
    assert.ok(target[60 * INPUT.width] < 128, 'the bottom is not');
  });
});
