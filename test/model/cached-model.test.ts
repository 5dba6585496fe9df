import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedModel } from '../../src/model/cached-model.js';
import { findModel } from '../../src/model/find-model.js';
import { pullModel } from '../../src/model/pull.js';
import { zooEntry, zooPath, type ZooEntry } from '../../src/model/zoo.js';
import { namesakeOf } from './namesake.js';
import { tempFolder } from './temp-folder.js';

describe('the file of a zoo model', () => {
  const folder = tempFolder();
  const place = async (name: string, content: (entry: ZooEntry) => Uint8Array | string): Promise<ZooEntry> => {
    const entry = await zooEntry(name);
    writeFileSync(zooPath(entry, folder.path), content(entry));
    return entry;
  };

  it('is absent', async () => {
    assert.deepEqual(await cachedModel(await zooEntry('yolox-s'), folder.path), { state: 'absent' });
  });

  it('is right by its contents where no hash is known, and by its hash from then on', async () => {
    const entry = await place('yolox-tiny', namesakeOf);
    const bytes = namesakeOf(entry);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const right = { state: 'right', bytes: bytes.length, sha256 };
    assert.deepEqual(await cachedModel(entry, folder.path), { ...right, checkedBy: 'contents' });
    await pullModel(entry, { cacheDir: folder.path });
    assert.deepEqual(await cachedModel(entry, folder.path), { ...right, checkedBy: 'pin' });
  });

  const wrong: Readonly<
    Record<string, [name: string, content: (entry: ZooEntry) => Uint8Array | string, problem: RegExp]>
  > = {
    'an empty file': ['yolox-tiny', () => '', /^it is empty$/],
    'a web page': [
      'yolox-tiny',
      () => '<!DOCTYPE html><html>Not found</html>',
      /^it does not open as that model: .*yolox_tiny\.onnx/,
    ],
    'a file that was cut off': [
      'yolox-tiny',
      (entry) => namesakeOf(entry).slice(0, 5e6),
      /^it does not open as that model: /,
    ],
    'a file of a known size that was cut off': [
      'yolox-nano',
      () => new Uint8Array(1000),
      /^it has 1000 bytes instead of 3659407; it may be cut off$/,
    ],
    'wrong content of the right size': [
      'yolox-nano',
      () => new Uint8Array(3_659_407),
      /^its sha256 is [0-9a-f]{64}, not the zoo's, c789161e/,
    ],
    'the weights of another size': [
      'yolox-s',
      ({ input }) => namesakeOf({ input, parametersM: 25.3 }),
      /^it has 25\.30 million parameters instead of 9$/,
    ],
    'another input': [
      'yolox-s',
      ({ parametersM }) => namesakeOf({ input: { width: 416, height: 416 }, parametersM }),
      /^it does not open as that model: .*fixed input of 416x416/,
    ],
  };
  for (const [what, [name, content, problem]] of Object.entries(wrong)) {
    it(`is wrong if it is ${what}: for a list, a run and a download alike`, async () => {
      const entry = await place(name, content);
      const file = await cachedModel(entry, folder.path);
      assert.ok(file.state === 'wrong', JSON.stringify(file));
      assert.match(file.problem, problem);
      const refusal = {
        name: 'ModelError',
        code: 'NOWCAST_MODEL_SHA256',
        message: `${zooPath(entry, folder.path)} is not ${name}: ${file.problem}; remove it and run \`nowcast models pull ${name}\`, or give --model another file's path`,
      };
      await assert.rejects(findModel(name, folder.path), refusal);
      await assert.rejects(pullModel(entry, { cacheDir: folder.path }), refusal);
    });
  }

  it('is wrong if it is a folder, or if its pinned hash is another one or unreadable', async () => {
    const entry = await place('yolox-tiny', namesakeOf);
    writeFileSync(`${zooPath(entry, folder.path)}.sha256`, `${'0'.repeat(64)}  yolox_tiny.onnx\n`);
    const pinned = await cachedModel(entry, folder.path);
    assert.match(
      pinned.state === 'wrong' ? pinned.problem : '',
      /^its sha256 is [0-9a-f]{64}, not the one pinned in .*, 0{64}$/,
    );
    writeFileSync(`${zooPath(entry, folder.path)}.sha256`, 'x');
    const unreadable = await cachedModel(entry, folder.path);
    assert.match(
      unreadable.state === 'wrong' ? unreadable.problem : '',
      /^it cannot be checked, because .* holds no sha256/,
    );
    mkdirSync(join(folder.path, 'yolox_m.onnx'));
    assert.deepEqual(await cachedModel(await zooEntry('yolox-m'), folder.path), {
      state: 'wrong',
      problem: 'it is a folder',
    });
  });
});
