import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KeptPlace } from '../../../src/app/serve/kept-place.js';
import { temporaryFolder } from '../../helpers/temporary.js';
import { mountTinyDisk } from '../../helpers/tiny-disk.js';

const DAY_MS = 86_400_000;
let nowMs: number;
const fail = (message: string): never => assert.fail(message);
const CONTEXT = {
  clock: { now: () => nowMs, toUnixMs: (ms: number) => ms },
  log: { debug: fail, info: fail, warn: fail, error: fail },
};

describe('the folder of a section', () => {
  const root = temporaryFolder();
  let place: KeptPlace;
  let path: string;
  const change = async (folder: string | undefined, days = 10): Promise<void> => {
    const retention = { maxAgeMs: days * DAY_MS, maxBytes: 1e9 };
    const prepared = await place.prepare(
      folder === undefined ? undefined : { folder: `${root()}/${folder}`, retention },
    );
    prepared.commit();
  };

  beforeEach(async () => {
    nowMs = Date.UTC(2026, 10, 27);
    place = new KeptPlace('clips', CONTEXT);
    await change('a');
    path = place.folder!.pathOf('gate', '20261127T000000Z-person-1-1.mp4');
    await place.folder!.write(path, Uint8Array.of(7));
  });
  afterEach(() => place.close());

  it('has the files of a folder that was left, until they are too old', async () => {
    const left = place.folder!;
    for (const other of ['b', undefined]) {
      await change(other);
      assert.equal(place.has(path), true, other);
    }
    assert.deepEqual([place.folder, place.use], [undefined, undefined]);
    nowMs += 11 * DAY_MS;
    await left.write(left.pathOf('gate', '20261208T000000Z-person-2-2.mp4'), Uint8Array.of(7));
    assert.deepEqual([place.has(path), existsSync(path)], [false, false]);
  });

  it('gives a folder that is used again its new retention', async () => {
    const left = place.folder;
    await change('b');
    nowMs += 11 * DAY_MS;
    await change('./a/', 30);
    // Another owner of these files would remove them by its own retention.
    assert.equal(place.folder, left);
    await place.folder!.write(place.folder!.pathOf('gate', '20261208T000000Z-person-2-2.mp4'), Uint8Array.of(7));
    assert.deepEqual([place.has(path), existsSync(path)], [true, true]);
    await change('b');
    await change('a', 5);
    await place.close();
    assert.deepEqual([place.has(path), existsSync(path)], [false, false]);
  });

  it('is as it was after a change that is discarded', async () => {
    const before = place.folder;
    for (const folder of ['a', 'b']) {
      const retention = { maxAgeMs: DAY_MS, maxBytes: 1 };
      await (await place.prepare({ folder: join(root(), folder), retention })).discard();
    }
    nowMs += 2 * DAY_MS;
    await before!.write(before!.pathOf('gate', '20261129T000000Z-person-2-2.mp4'), Uint8Array.of(7));
    assert.deepEqual([place.folder, place.has(path)], [before, true]);
  });

  it('removes files of another folder only once that is in use', async () => {
    await change('b');
    const other = place.folder!.pathOf('gate', '20261127T000000Z-person-3-3.mp4');
    await place.folder!.write(other, new Uint8Array(100));
    await place.close();
    place = new KeptPlace('clips', CONTEXT);
    const next = { folder: join(root(), 'b'), retention: { maxAgeMs: DAY_MS, maxBytes: 1 } };
    await (await place.prepare(next)).discard();
    assert.equal(existsSync(other), true);
    (await place.prepare(next)).commit();
    await place.close();
    assert.equal(existsSync(other), false);
  });

  it('says that its disk has less room than it may take', async function () {
    const unmount = mountTinyDisk(`${root()}/small`, 4000);
    if (unmount === undefined) return this.skip();
    const told: string[] = [];
    const small = new KeptPlace('record', { ...CONTEXT, log: { ...CONTEXT.log, info: (text) => told.push(text) } });
    try {
      const retention = { maxAgeMs: DAY_MS, maxBytes: 50e9 };
      (await small.prepare({ folder: `${root()}/small`, retention })).commit();
      assert.match(told.join(), /^record\.retain_mb is 50000, but its disk has less room, .* from [34] MB on$/);
      await small.close();
    } finally {
      unmount();
    }
  });
});
