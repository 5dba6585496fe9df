import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { KeptPlace } from '../../../src/app/serve/kept-place.js';
import { openObjects, pictureFolder } from '../../../src/app/serve/open-objects.js';
import type { KeptClip, LoggedObjects } from '../../../src/app/serve/object-log.js';
import type { LoggedObject } from '../../../src/core/logged-object.js';
import { resolveSnapshots } from '../../../src/config/snapshots-config.js';
import { UsageError } from '../../../src/core/errors.js';
import { temporaryFolder } from '../../helpers/temporary.js';
import { objectEventOf } from './object-events.js';

describe('the log of objects', () => {
  let objects: LoggedObjects;
  // Before the folder is removed.
  afterEach(() => objects.close());
  const folder = temporaryFolder();
  const clips = ['a.mp4'];
  const open = async (at?: string, journal?: string): Promise<void> => {
    const fail = (message: string): never => assert.fail(message);
    const log = { debug: fail, info: fail, warn: fail, error: fail };
    const clock = { now: () => 0, toUnixMs: (ms: number) => Date.UTC(2026, 10, 27) + ms };
    const originals = {
      jpeg: ({ seq }: { seq: number }) =>
        Promise.resolve({ jpeg: Uint8Array.of(seq), width: 1, height: 1, box: { x1: 0, y1: 0, x2: 1, y2: 1 } }),
    };
    const snapshots = resolveSnapshots(at === undefined ? {} : { folder: at });
    const pictures = new KeptPlace('snapshots', { log, clock });
    (await pictures.prepare(pictureFolder({ snapshots }))).commit();
    objects = await openObjects(
      {
        config: () => ({ snapshots, sources: [] }),
        originals,
        pictures,
        file: journal,
        hasClip: (path) => clips.includes(path),
      },
      { log, clock },
    );
  };
  const idsOf = (some: readonly LoggedObject[]): string[] => some.map(({ id }) => id);

  it('shows an object from its start to its end', async () => {
    await open();
    const seen: LoggedObject[] = [];
    objects.changes.subscribe((object) => seen.push(object));
    objects.seen(objectEventOf('start', 1));
    objects.seen(objectEventOf('end', 9, { enteredZones: ['porch'] }));
    assert.deepEqual(objects.get('gate-1-1'), {
      id: 'gate-1-1',
      camera: 'gate',
      className: 'person',
      startedAt: '2026-11-27T00:00:00.100Z',
      endedAt: '2026-11-27T00:00:00.900Z',
      topScore: 0.9,
      zones: ['porch'],
      hasSnapshot: false,
      hasClip: false,
    });
    await setImmediate();
    assert.deepEqual(
      seen.map(({ endedAt, hasSnapshot }) => [endedAt !== undefined, hasSnapshot]),
      [
        [false, false],
        [true, false],
        [true, true],
        [true, true],
      ],
    );
    assert.deepEqual(await objects.snapshot('gate-1-1'), Buffer.of(9));
    assert.equal(await objects.snapshot('gate-2-2'), undefined);
  });

  it('has a clip for as long as that is kept', async () => {
    await open();
    objects.seen(objectEventOf('end', 1));
    const seen: boolean[] = [];
    objects.changes.subscribe(({ hasClip }) => seen.push(hasClip));
    let isKept = true;
    const clip: KeptClip = { path: 'a.mp4', codec: 'h265', isKept: () => isKept };
    assert.equal(objects.clip('gate-1-1'), undefined);
    objects.clipped(['gate-1-1', 'gone'], clip);
    const { hasClip, clipCodec } = objects.get('gate-1-1')!;
    assert.deepEqual([hasClip, clipCodec, objects.clip('gate-1-1')], [true, 'h265', clip]);
    assert.deepEqual([objects.get('gone'), objects.clip('gone')], [undefined, undefined]);
    isKept = false;
    assert.deepEqual([objects.get('gate-1-1')?.hasClip, seen], [false, [true]]);
    assert.equal(objects.get('gate-1-1')?.clipCodec, undefined);
  });

  it('lists the newest first, filtered, page by page', async () => {
    await open();
    for (let i = 0; i < 6; i++)
      objects.seen(
        objectEventOf('start', i, {
          id: `${i}`,
          streamId: i % 2 === 0 ? 'gate' : 'yard',
          className: i < 3 ? 'car' : 'person',
          // Three pairs that started at the same moment.
          startedAtMs: 1000 * Math.floor(i / 2),
          enteredZones: i === 4 ? ['porch'] : [],
        }),
      );
    assert.deepEqual(idsOf(objects.list({})), ['4', '5', '2', '3', '0', '1']);
    assert.deepEqual(idsOf(objects.list({ camera: 'yard', className: 'person' })), ['5', '3']);
    assert.deepEqual(idsOf(objects.list({ zone: 'porch' })), ['4']);
    const pages: string[][] = [];
    for (let before: string | undefined; ; before = pages.at(-1)!.at(-1)) {
      const page = idsOf(objects.list({ limit: 2, ...(before !== undefined && { before }) }));
      if (page.length === 0) break;
      pages.push(page);
    }
    assert.deepEqual(pages, [
      ['4', '5'],
      ['2', '3'],
      ['0', '1'],
    ]);
    assert.deepEqual(idsOf(objects.list({ before: '2026-11-27T00:00:01Z' })), ['0', '1']);
    for (const before of ['front-12-3', 'yesterday', ''])
      assert.throws(
        () => objects.list({ before }),
        (error) => error instanceof UsageError && /before is/.test(error.message),
      );
  });

  it('is bounded in number', async () => {
    await open();
    for (let i = 0; i < 1500; i++) objects.seen(objectEventOf('end', i, { id: `${i}`, startedAtMs: i }));
    assert.equal(objects.list({ limit: 5000 }).length, 1000);
    assert.equal(objects.get('499'), undefined);
    assert.equal(objects.get('500')?.id, '500');
  });

  it('keeps one file for each object in a folder, the best one', async () => {
    await open(join(folder(), 'pictures'));
    objects.seen(objectEventOf('start', 1));
    objects.seen(objectEventOf('end', 9));
    await setImmediate();
    await objects.close();
    const inside = join(folder(), 'pictures/gate');
    assert.deepEqual(readdirSync(inside), ['20261127T000000Z-person-1-1.jpg']);
    assert.deepEqual(readFileSync(join(inside, '20261127T000000Z-person-1-1.jpg')), Buffer.of(9));
  });

  describe('of a service that was started again', () => {
    const begin = (): Promise<void> => open(join(folder(), 'pictures'), join(folder(), 'state.objects.jsonl'));
    const first = 'gate-1-1-20261127T000000100Z';

    let before: LoggedObject | undefined;
    beforeEach(async () => {
      await begin();
      objects.seen(objectEventOf('start', 1));
      objects.seen(objectEventOf('end', 9, { enteredZones: ['porch'] }));
      await setImmediate();
      objects.clipped(['gate-1-1'], { path: 'a.mp4', codec: 'h264', isKept: () => true });
      await objects.close();
      before = objects.get('gate-1-1');
      await begin();
    });

    it('has the earlier objects, their pictures and clips', async () => {
      assert.equal(before?.hasSnapshot && before.hasClip, true);
      assert.deepEqual(objects.list({}), [{ ...before, id: first }]);
      assert.deepEqual(await objects.snapshot(first), Buffer.of(9));
      assert.deepEqual([objects.clip(first)?.path, objects.clip(first)?.isKept()], ['a.mp4', true]);
    });

    it('finds them by the ids of their events until other objects have these', async () => {
      assert.equal(objects.get('gate-1-1')?.id, first);
      assert.deepEqual(await objects.snapshot('gate-1-1'), Buffer.of(9));
      objects.seen(objectEventOf('start', 2, { startedAtMs: 5000 }));
      assert.equal(objects.get('gate-1-1')?.startedAt, '2026-11-27T00:00:05.000Z');
      assert.deepEqual(idsOf(objects.list({})), ['gate-1-1', first]);
      assert.deepEqual(idsOf(objects.list({ before: 'gate-1-1' })), [first]);
    });

    it('ends an object whose end a killed service did not see, with its newest event', async () => {
      objects.seen(objectEventOf('start', 60, { startedAtMs: 5000 }));
      await objects.close();
      await begin();
      const found = objects.list({});
      assert.deepEqual(idsOf(found), ['gate-1-1-20261127T000005000Z', first]);
      assert.equal(found[0]?.endedAt, '2026-11-27T00:00:06.000Z');
    });
  });

  it('tells objects apart whose camera counts from the beginning', async () => {
    await open();
    objects.seen(objectEventOf('end', 1));
    await setImmediate();
    objects.seen(objectEventOf('start', 2, { startedAtMs: 5000 }));
    assert.deepEqual(
      objects.list({}).map(({ id, hasSnapshot }) => [id, hasSnapshot]),
      [
        ['gate-1-1', false],
        ['gate-1-1-20261127T000000100Z', true],
      ],
    );
    assert.deepEqual(await objects.snapshot('gate-1-1-20261127T000000100Z'), Buffer.of(1));
  });
});
