import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedModel } from '../../src/model/cached-model.js';
import { findModel } from '../../src/model/find-model.js';
import { pullModel } from '../../src/model/pull.js';
import { zooEntry, zooPath, type ZooEntry } from '../../src/model/zoo.js';
import { tempFolder } from './temp-folder.js';
import { writeZoo } from './write-zoo.js';

describe('the file of a zoo model', () => {
  const folder = tempFolder();
  const place = async (name: string, content: Uint8Array | string): Promise<ZooEntry> => {
    const entry = await zooEntry(name);
    writeFileSync(zooPath(entry, folder.path), content);
    return entry;
  };

  it('is absent', async () => {
    assert.deepEqual(await cachedModel(await zooEntry('yolox-s'), folder.path), { state: 'absent' });
  });

  it('is right by its hash', async () => {
    const ownZoo = writeZoo(join(folder.path, 'zoo.yaml'), { own: 'a network' });
    const entry = await zooEntry('own', { ownZoo });
    writeFileSync(zooPath(entry, folder.path), 'a network');
    assert.deepEqual(await cachedModel(entry, folder.path), { state: 'right', bytes: 9 });
  });

  const wrong: Readonly<Record<string, [name: string, content: Uint8Array | string, problem: RegExp]>> = {
    'an empty file': ['yolox-tiny', '', /^it is empty$/],
    'a web page': [
      'yolox-tiny',
      '<!DOCTYPE html><html>Not found</html>',
      /^it has 37 bytes instead of 20219662; it may be cut off$/,
    ],
    'a file that was cut off': [
      'yolox-nano',
      new Uint8Array(1000),
      /^it has 1000 bytes instead of 3659407; it may be cut off$/,
    ],
    'wrong content of the right size': [
      'yolox-nano',
      new Uint8Array(3_659_407),
      /^its sha256 is [0-9a-f]{64}, not the zoo's, c789161e/,
    ],
    'content of a file of unstated size': [
      'yolox-darknet',
      'x',
      /^its sha256 is [0-9a-f]{64}, not the zoo's, 10ccc527/,
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
      await assert.rejects(findModel(name, { cacheDir: folder.path }), refusal);
      await assert.rejects(pullModel(entry, { cacheDir: folder.path }), refusal);
    });
  }

  it('is wrong if it is a folder', async () => {
    mkdirSync(join(folder.path, 'yolox_m.onnx'));
    assert.deepEqual(await cachedModel(await zooEntry('yolox-m'), folder.path), {
      state: 'wrong',
      problem: 'it is a folder',
    });
  });
});
