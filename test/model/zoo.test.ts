import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadLabels } from '../../src/model/labels.js';
import { findModel } from '../../src/model/find-model.js';
import { bundledModel, readZoo, zooEntry, zooPath } from '../../src/model/zoo.js';
import { namesakeOf } from './namesake.js';
import { tempFolder } from './temp-folder.js';

describe('the zoo', () => {
  it('names every published YOLOX', async () => {
    const zoo = await readZoo();
    assert.deepEqual(
      zoo.map(({ name }) => name),
      ['yolox-nano', 'yolox-tiny', 'yolox-s', 'yolox-m', 'yolox-l', 'yolox-x', 'yolox-darknet'],
    );
    for (const entry of zoo) {
      assert.equal(entry.url, `https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/${entry.file}`);
      assert.equal(entry.file, `${entry.name.replace('-', '_')}.onnx`);
      assert.equal((await loadLabels(entry.labels, { classCount: 80 })).names.length, 80);
    }
    assert.deepEqual(
      [zoo[0].bytes, zoo[0].sha256],
      [3659407, 'c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d'],
    );
  });

  it('finds an entry by the spelling of the zoo and of the release', async () => {
    for (const name of ['yolox-s', 'yolox_s', 'YOLOX_S.onnx']) assert.equal((await zooEntry(name)).name, 'yolox-s');
  });

  it('lists its names if another is requested', async () => {
    await assert.rejects(zooEntry('yolov8n'), {
      name: 'ModelError',
      message: /no model "yolov8n"; the zoo has yolox-nano, yolox-tiny/,
    });
  });
});

describe('findModel', () => {
  const folder = tempFolder();

  it('accepts a path', async () => {
    const path = join(folder.path, 'own.onnx');
    writeFileSync(path, '');
    assert.deepEqual(await findModel(path, folder.path), { path });
  });

  it('finds a downloaded model by name', async () => {
    const entry = await zooEntry('yolox-tiny');
    mkdirSync(join(folder.path, 'cache'));
    const path = zooPath(entry, join(folder.path, 'cache'));
    writeFileSync(path, namesakeOf(entry));
    assert.deepEqual(await findModel('yolox_tiny', join(folder.path, 'cache')), { path, entry });
  });

  it('tells how to get a missing model', async () => {
    await assert.rejects(findModel('yolox-nano', folder.path), (error: Error) => {
      assert.match(error.message, /run `nowcast models pull yolox-nano`, or place https:.*yolox_nano\.onnx at/);
      assert.ok(error.message.includes(join(folder.path, 'yolox_nano.onnx')));
      return true;
    });
    // The reader of the file refuses a folder, with a message.
    assert.deepEqual(await findModel(folder.path, folder.path), { path: folder.path });
    await assert.rejects(findModel('no/such.onnx', folder.path), {
      name: 'ModelError',
      message: /no model file no\/such\.onnx/,
    });
    await assert.rejects(findModel('yolov8n', folder.path), {
      name: 'ModelError',
      message: /"yolov8n" is neither a file in .* nor a model of the zoo/,
    });
  });

  it('finds the bundled model, or reports that there is none', async () => {
    const path = bundledModel();
    if (path === undefined)
      await assert.rejects(findModel('nowcast-nano', folder.path), {
        name: 'ModelError',
        message: /has no nowcast-nano/,
      });
    else assert.deepEqual(await findModel('nowcast-nano', folder.path), { path });
  });
});
