import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ObjectJournal, type KeptObject } from '../../../src/app/serve/object-journal.js';
import { UsageError } from '../../../src/core/errors.js';
import { temporaryFolder } from '../../helpers/temporary.js';

describe('the journal of objects', () => {
  const folder = temporaryFolder();
  const heard: string[] = [];
  let path = '';
  let count = 0;
  beforeEach(() => {
    path = join(folder(), `${count++}`, 'state.objects.jsonl');
    heard.length = 0;
  });
  const open = (most = 3): Promise<ObjectJournal> =>
    ObjectJournal.open(path, {
      most,
      onFailure: (message) => heard.push(message),
      onHealed: () => heard.push('healed'),
    });
  const object = (n: number, over: Partial<KeptObject> = {}): KeptObject => ({
    id: `gate-${n}-1`,
    camera: 'gate',
    className: 'person',
    startedMs: 1000 * n,
    newestMs: 1000 * n,
    topScore: 0.5,
    zones: ['porch'],
    ...over,
  });
  const idsOf = ({ earlier }: ObjectJournal): string[] => earlier.map(({ id }) => id);

  it('has the newest facts of each object, in the order of their beginnings', async () => {
    const journal = await open();
    assert.deepEqual(journal.earlier, []);
    const ended = object(1, { endedMs: 1500, picture: 'a.jpg', clip: { path: 'a.mp4', codec: 'h265' } });
    journal.write(object(1));
    journal.write(object(2));
    journal.write(ended);
    await journal.close();
    assert.deepEqual((await open()).earlier, [ended, object(2)]);
    assert.deepEqual(heard, []);
  });

  it('tells objects of one id apart by their beginnings', async () => {
    const journal = await open();
    const other = object(1, { startedMs: 7000 });
    journal.write(object(1));
    journal.write(other);
    await journal.close();
    assert.deepEqual((await open()).earlier, [object(1), other]);
  });

  it('keeps a bounded number of objects, and of lines', async () => {
    const journal = await open();
    for (let i = 1; i <= 100; i++) {
      journal.write(object(1 + (i % 5)));
      await journal.close();
    }
    assert.equal((await open()).earlier.length, 3);
    assert.ok(readFileSync(path, 'utf8').split('\n').length <= 3 * 8 + 2);
  });

  it('can be read by its owner alone', async () => {
    const journal = await open();
    journal.write(object(1));
    await journal.close();
    assert.deepEqual([statSync(path).mode & 0o777, statSync(join(path, '..')).mode & 0o777], [0o600, 0o700]);
  });

  it('leaves out the torn line of a killed process, and nothing else', async () => {
    const journal = await open();
    journal.write(object(1));
    await journal.close();
    appendFileSync(path, '{"id":"gate-2-');
    const second = await open();
    assert.deepEqual(idsOf(second), ['gate-1-1']);
    second.write(object(3));
    await second.close();
    assert.deepEqual(idsOf(await open()), ['gate-1-1', 'gate-3-1']);
    assert.deepEqual(heard, []);
  });

  for (const [what, line] of [
    ['of another version', { ...object(2), zones: undefined }],
    ['that is no object', ['gate']],
    ['with a name that objects have', { __proto__: null, id: '__proto__' }],
  ] as const) {
    it(`leaves out a line ${what}`, async () => {
      const journal = await open();
      journal.write(object(1));
      await journal.close();
      appendFileSync(path, `${JSON.stringify(line)}\n`);
      assert.deepEqual(idsOf(await open()), ['gate-1-1']);
    });
  }

  it('keeps the facts that a newer version wrote', async () => {
    const journal = await open();
    const newer = { ...object(1, { clip: { path: 'a.mp4', codec: 'h264', audio: 'aac' } }), colour: 'red' };
    journal.write(newer);
    await journal.close();
    // Adding an object, then writing all of them anew.
    const older = await open(2);
    for (let i = 0; i < 20; i++) {
      older.write(object(2, { newestMs: 2000 + i }));
      await older.close();
    }
    assert.deepEqual((await open()).earlier, [newer, object(2, { newestMs: 2019 })]);
  });

  it('replaces a file of something else, and says so', async () => {
    mkdirSync(join(path, '..'));
    writeFileSync(path, 'notes of mine\n');
    const journal = await open();
    assert.match(heard.join(), /holds no objects of Nowcast; it is replaced/);
    journal.write(object(1));
    await journal.close();
    assert.deepEqual(idsOf(await open()), ['gate-1-1']);
  });

  it('refuses a file that it cannot read', async () => {
    mkdirSync(path, { recursive: true });
    await assert.rejects(open(), (error) => error instanceof UsageError && /EISDIR.*--state/.test(error.message));
  });

  it('is complete again once it can be written, and says both once', async () => {
    const journal = await open();
    journal.write(object(1));
    await journal.close();
    rmSync(join(path, '..'), { recursive: true });
    writeFileSync(join(path, '..'), 'in the way');
    for (const n of [2, 3]) {
      journal.write(object(n));
      await journal.close();
    }
    assert.equal(heard.length, 1);
    // The reason stands there once.
    assert.equal(heard[0], `cannot write ${path}: a part of its path is a file, not a folder`);
    rmSync(join(path, '..'));
    await journal.close();
    assert.equal(heard[1], 'healed');
    assert.deepEqual(idsOf(await open()), ['gate-1-1', 'gate-2-1', 'gate-3-1']);
  });

  it('goes on if somebody removes the file', async () => {
    const journal = await open();
    journal.write(object(1));
    await journal.close();
    rmSync(path);
    journal.write(object(2));
    await journal.close();
    assert.deepEqual(idsOf(await open()), ['gate-1-1', 'gate-2-1']);
    assert.deepEqual(heard, []);
  });
});
