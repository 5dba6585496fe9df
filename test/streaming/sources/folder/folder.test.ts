import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, take, toArray, VirtualTimeScheduler } from 'rxjs';
import sharp, { type Sharp } from 'sharp';
import type { SourceEvent } from '../../../../src/core/events.js';
import type { Frame } from '../../../../src/core/frame.js';
import { folderSource, type FolderOptions } from '../../../../src/streaming/sources/folder/folder.js';
import { listPictures } from '../../../../src/streaming/sources/folder/list-pictures.js';
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
        ['streaming', '1 file and 1 subfolder left out: no pictures'],
        ['frame', 0, 0, 60],
        ['frame', 1, 50, 61],
        ['frame', 2, 100, 62],
        ['ended', '3 pictures'],
      ],
    );
    assert.deepEqual(info, { fps: 20, durationMs: 150, expectedFrames: 3 });
    const { pictures, others, subfolders } = await listPictures([folder]);
    assert.deepEqual(
      pictures,
      ['f1.png', 'f2.JPG', 'f10.webp'].map((file) => ({ path: join(folder, file), file })),
    );
    assert.deepEqual([others, subfolders], [1, 1]);
  });

  it('names a picture that cannot be read, gives it no number, and continues', async () => {
    await picture('1.png');
    writeFileSync(join(folder, '2.png'), 'no picture at all');
    await picture('3.png');
    const problems: string[] = [];
    const events = await play({ onProblem: (message) => problems.push(message) });
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'frame' ? [[event.seq, event.file, event.ptsMs]] : [])),
      [
        [0, '1.png', 0],
        [1, '3.png', 1000 / 30],
      ],
    );
    assert.ok(events.every(({ type }) => type !== 'drop'));
    assert.ok(
      events
        .map(brief)
        .some(([state, message]) => state === 'streaming' && /^2\.png cannot be read/.test(String(message))),
    );
    assert.deepEqual(events.map(brief).at(-1), ['ended', '2 pictures']);
    assert.deepEqual(problems, ['1 picture of 3 cannot be read: 2.png']);
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
    await assert.rejects(listPictures([join(folder, 'nowhere')]), {
      code: 'NOWCAST_SOURCE_MISSING',
      message: /nowhere" cannot be read/,
    });
    await assert.rejects(play(), {
      code: 'NOWCAST_SOURCE_NO_PICTURES',
      message: /holds no pictures \(0 other files\)/,
    });
    writeFileSync(join(folder, '1.png'), 'broken');
    await assert.rejects(play(), {
      code: 'NOWCAST_SOURCE_NO_PICTURES',
      message: /1 picture of 1 cannot be read: 1\.png/,
    });
  });
});
