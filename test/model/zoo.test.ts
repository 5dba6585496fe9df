import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadLabels } from '../../src/model/labels.js';
import { findModel } from '../../src/model/find-model.js';
import { bundledModel, readZoo, zooEntry } from '../../src/model/zoo.js';
import { tempFolder } from './temp-folder.js';
import { writeZoo } from './write-zoo.js';

describe('the zoo', () => {
  const folder = tempFolder();

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
      [zoo[0].bytes, zoo[0].sha256, zoo[0].licence],
      [3659407, 'c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d', 'Apache-2.0'],
    );
    assert.equal(new Set(zoo.map(({ sha256 }) => sha256)).size, zoo.length);
    // Weights of four bytes, and little beside them.
    for (const { bytes = 0, parametersM, name } of zoo.slice(0, -1))
      assert.ok(Math.abs(bytes / (parametersM * 4e6) - 1) < 0.02, `${name}: ${bytes}`);
  });

  it('finds an entry by the spelling of the zoo and of the release', async () => {
    for (const name of ['yolox-s', 'yolox_s', 'YOLOX_S.onnx']) assert.equal((await zooEntry(name)).name, 'yolox-s');
  });

  it("has the models of a zoo of one's own besides", async () => {
    const ownZoo = writeZoo(join(folder.path, 'zoo.yaml'), { 'own-tiny': 'a network' });
    const zoo = await readZoo({ ownZoo });
    assert.deepEqual(
      zoo.slice(-2).map(({ name }) => name),
      ['yolox-darknet', 'own-tiny'],
    );
    assert.equal(zoo.at(-1)!.url, 'https://models.example.org/yolox/own_tiny.onnx');
  });

  it("refuses a zoo of one's own that is none, or that takes a name of Nowcast, and names the mistake", async () => {
    const path = join(folder.path, 'zoo.yaml');
    const refuses = async (text: string | undefined, message: RegExp): Promise<void> => {
      if (text !== undefined) writeFileSync(path, text);
      await assert.rejects(readZoo({ ownZoo: path }), { name: 'ModelError', message });
    };
    await refuses(undefined, /^cannot read .*zoo\.yaml \(NOWCAST_ZOO\): ENOENT/);
    await refuses('', /zoo\.yaml \(NOWCAST_ZOO\) is no zoo of models: the file: /);
    await refuses('models: [', /^cannot read .*zoo\.yaml \(NOWCAST_ZOO\): /);
    writeZoo(path, { 'yolox-s': 'x' });
    await refuses(undefined, /yolox-s or its file is a model of Nowcast; rename it/);
    const right = readFileSync(writeZoo(path, { own: 'x' }), 'utf8');
    for (const [from, to, message] of [
      [/sha256: \w+/, 'sha256: abc', /models\.own\.sha256: a sha256 has 64 digits/],
      [/ {4}sha256: \w+\n/, '', /models\.own\.sha256: /],
      [/file: .*/, 'file: ../../etc/own.onnx', /models\.own\.file: a file has a plain name/],
      [/release: .*/, 'release: here', /release: /],
    ] as const)
      await refuses(right.replace(from, to), message);
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
    assert.deepEqual(await findModel(path, { cacheDir: folder.path }), { path });
  });

  it('finds a downloaded model by name', async () => {
    const cacheDir = join(folder.path, 'cache');
    mkdirSync(cacheDir);
    const ownZoo = writeZoo(join(folder.path, 'zoo.yaml'), { 'own-tiny': 'a network' });
    writeFileSync(join(cacheDir, 'own_tiny.onnx'), 'a network');
    const found = await findModel('own_tiny.onnx', { cacheDir, ownZoo });
    assert.deepEqual([found.path, found.entry?.name], [join(cacheDir, 'own_tiny.onnx'), 'own-tiny']);
  });

  it('tells how to get a missing model', async () => {
    await assert.rejects(findModel('yolox-nano', { cacheDir: folder.path }), (error: Error) => {
      assert.match(error.message, /run `nowcast models pull yolox-nano`, or place https:.*yolox_nano\.onnx at/);
      assert.ok(error.message.includes(join(folder.path, 'yolox_nano.onnx')));
      return true;
    });
    // The reader of the file refuses a folder, with a message.
    assert.deepEqual(await findModel(folder.path, { cacheDir: folder.path }), { path: folder.path });
    await assert.rejects(findModel('no/such.onnx', { cacheDir: folder.path }), {
      name: 'ModelError',
      message: /no model file no\/such\.onnx/,
    });
    await assert.rejects(findModel('yolov8n', { cacheDir: folder.path }), {
      name: 'ModelError',
      message: /"yolov8n" is neither a file in .* nor a model of the zoo/,
    });
  });

  it('finds the bundled model, or reports that there is none', async () => {
    const path = bundledModel();
    if (path === undefined)
      await assert.rejects(findModel('nowcast-nano', { cacheDir: folder.path }), {
        name: 'ModelError',
        message: /has no nowcast-nano/,
      });
    else assert.deepEqual(await findModel('nowcast-nano', { cacheDir: folder.path }), { path });
  });
});
