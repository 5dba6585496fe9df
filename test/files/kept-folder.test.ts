import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { KeptFolder, type KeptFolderOptions } from '../../src/files/kept-folder.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { mountTinyDisk } from '../helpers/tiny-disk.js';

const HOUR_MS = 3_600_000;

describe('a folder of kept files', () => {
  const folder = temporaryFolder();
  const told: string[] = [];
  const clock = { nowMs: 0, aheadMs: 0, now: () => clock.nowMs, toUnixMs: (ms: number) => ms + clock.aheadMs };
  let kept: KeptFolder | undefined;
  const open = async (over: Partial<KeptFolderOptions> = {}): Promise<KeptFolder> => {
    kept = await KeptFolder.open({
      folder: join(folder(), 'kept'),
      isOwn: (name) => name.endsWith('.jpg'),
      retention: { maxAgeMs: HOUR_MS, maxBytes: 250 },
      clock,
      onFailure: ({ message }) => told.push(message),
      onHealed: () => told.push('healed'),
      ...over,
    });
    return kept;
  };
  const bytes = (count: number): Uint8Array => new Uint8Array(count).fill(7);
  beforeEach(() => {
    clock.nowMs = 10 * HOUR_MS;
    clock.aheadMs = 0;
    told.length = 0;
  });
  afterEach(() => kept?.close());

  it('is for its owner alone', async () => {
    const files = await open();
    const path = files.pathOf('front', 'a.jpg');
    assert.equal(await files.write(path, bytes(10)), true);
    assert.deepEqual(
      [path, dirname(path), dirname(dirname(path))].map((one) => statSync(one).mode & 0o777),
      [0o600, 0o700, 0o700],
    );
    assert.deepEqual(readdirSync(dirname(path)), ['a.jpg']);
  });

  it('tells how full it is, and its disk', async () => {
    const files = await open();
    await files.write(files.pathOf('front', 'a.jpg'), bytes(100));
    const { freeBytes, ...use } = files.use;
    assert.deepEqual(use, { usedBytes: 100, maxBytes: 250, isFailing: false, failures: 0 });
    const { bavail, bsize } = statfsSync(folder());
    // Others write, too.
    assert.ok(Math.abs(freeBytes! - bavail * bsize) < 2 ** 30, `${freeBytes}, ${bavail * bsize}`);
  });

  it('holds as many bytes as it may, and replaces a file by a better one', async () => {
    const files = await open();
    const path = (name: string): string => files.pathOf('front', name);
    await files.write(path('a.jpg'), bytes(100));
    await files.write(path('b.jpg'), bytes(100));
    await files.write(path('a.jpg'), bytes(120));
    assert.deepEqual(readdirSync(join(folder(), 'kept/front')), ['a.jpg', 'b.jpg']);
    await files.write(path('c.jpg'), bytes(100));
    // `a` was written last among the older two.
    assert.deepEqual(readdirSync(join(folder(), 'kept/front')), ['a.jpg', 'c.jpg']);
    assert.deepEqual(
      ['a.jpg', 'b.jpg', 'c.jpg'].map((name) => files.has(path(name))),
      [true, false, true],
    );
  });

  it('keeps a file for its time, though the wall clock is set meanwhile', async () => {
    const files = await open();
    const paths = ['a.jpg', 'b.jpg', 'c.jpg'].map((name) => files.pathOf('front', name));
    await files.write(paths[0], bytes(10));
    clock.aheadMs = 1000 * HOUR_MS;
    clock.nowMs += HOUR_MS / 2;
    await files.write(paths[1], bytes(10));
    assert.deepEqual(
      paths.map((path) => files.has(path)),
      [true, true, false],
    );
    clock.nowMs += HOUR_MS / 2 + 1;
    await files.write(paths[2], bytes(10));
    assert.deepEqual(
      paths.map((path) => files.has(path)),
      [false, true, true],
    );
  });

  it('removes what earlier runs left once it is too old, and nothing that is not its own', async () => {
    const inside = join(folder(), 'kept/front');
    mkdirSync(inside, { recursive: true });
    const put = (name: string, ageMs: number): void => {
      writeFileSync(join(inside, name), bytes(10));
      utimesSync(join(inside, name), new Date(), new Date(clock.nowMs - ageMs));
    };
    put('old.jpg', 2 * HOUR_MS);
    put('new.jpg', HOUR_MS / 2);
    put('holiday.txt', 2 * HOUR_MS);
    put('torn.jpg.0b9c2f1e-1111-4222-8333-444455556666.tmp', 2 * HOUR_MS);
    await open();
    assert.deepEqual(readdirSync(inside).sort(), ['holiday.txt', 'new.jpg']);
  });

  it('stays inside, whatever a camera is called', async () => {
    const files = await open();
    assert.equal(files.pathOf('../../etc', '.x/y'), join(folder(), 'kept/_._.._etc/_x_y'));
  });

  it('tells a full disk once, and its end once', async function () {
    const unmount = mountTinyDisk(join(folder(), 'kept'), 64);
    if (unmount === undefined) return this.skip();
    try {
      const files = await open({ retention: { maxAgeMs: HOUR_MS, maxBytes: 1e9 } });
      const path = (name: string): string => files.pathOf('front', name);
      assert.equal(await files.write(path('a.jpg'), bytes(20_000)), true);
      assert.equal(await files.write(path('b.jpg'), bytes(100_000)), false);
      assert.equal(await files.write(path('c.jpg'), bytes(100_000)), false);
      assert.deepEqual(readdirSync(join(folder(), 'kept/front')), ['a.jpg']);
      assert.equal(await files.write(path('d.jpg'), bytes(1000)), true);
      assert.equal(told.length, 2);
      assert.match(told[0], /the disk is full/);
      assert.equal(told[1], 'healed');
      assert.equal(readFileSync(path('d.jpg')).length, 1000);
      await files.close();
    } finally {
      unmount();
    }
  });

  it('removes the oldest files before a disk is full that is smaller than its limit', async function () {
    const unmount = mountTinyDisk(join(folder(), 'kept'), 256);
    if (unmount === undefined) return this.skip();
    try {
      const files = await open({ retention: { maxAgeMs: HOUR_MS, maxBytes: 1e9 } });
      const path = (i: number): string => files.pathOf('front', `${i}.jpg`);
      for (let i = 0; i < 100; i++) {
        clock.nowMs += 1000;
        assert.equal(await files.write(path(i), bytes(8192)), true, `file ${i}`);
      }
      assert.deepEqual(told, []);
      assert.ok(files.has(path(99)) && !files.has(path(0)));
      assert.ok(files.use.usedBytes > 0.75 * 256 * 1024 && files.use.maxBytes < 0.95 * 256 * 1024);
      await files.close();
    } finally {
      unmount();
    }
  });

  it('gives way to others who fill the disk, down to half of the room that it found', async function () {
    const disk = join(folder(), 'kept');
    const unmount = mountTinyDisk(disk, 256);
    if (unmount === undefined) return this.skip();
    try {
      const files = await open({ retention: { maxAgeMs: HOUR_MS, maxBytes: 1e9 } });
      for (let i = 0; i < 60; i++) {
        clock.nowMs += 1000;
        await files.write(files.pathOf('front', `${i}.jpg`), bytes(8192));
        const { bavail, bsize } = statfsSync(disk);
        if (i > 25) appendFileSync(join(disk, 'log'), bytes(bavail * bsize));
      }
      const { usedBytes } = files.use;
      assert.ok(usedBytes >= 0.45 * 256 * 1024 && usedBytes <= 0.55 * 256 * 1024, `${usedBytes}`);
      assert.match(told[0], /the disk is full/);
      await files.close();
    } finally {
      unmount();
    }
  });
});
