import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { DataType, node, tensor } from '../../src/model/onnx/build.js';
import { parseOnnx, serializeOnnx, type OnnxModel } from '../../src/model/onnx/model-file.js';
import { takeUint8 } from '../../src/model/onnx/uint8-input.js';
import { readModelSpec } from '../../src/model/model-spec.js';
import { uint8Model } from '../../src/model/uint8-model.js';
import { pixelModel } from './pixel-model.js';
import { tempFolder } from './temp-folder.js';

const PIXELS = Uint8Array.from({ length: 3 * 32 * 32 }, (_, i) => (i * 31) % 256);
const FIRST_PIXELS = Float32Array.from(PIXELS.subarray(0, 126));

describe('uint8Model', () => {
  const folder = tempFolder();
  const written = (model: OnnxModel): string => {
    const path = join(folder.path, 'm.onnx');
    writeFileSync(path, serializeOnnx(model));
    return path;
  };
  const cache = (): string => join(folder.path, 'cache', 'models');

  const models: Record<string, () => OnnxModel> = {
    float32: () => pixelModel(),
    float16: () => pixelModel({ inputType: DataType.FLOAT16 }),
    'float16 in, float32 out': () => pixelModel({ inputType: DataType.FLOAT16, outputType: DataType.FLOAT }),
    'uint8 in, float16 out': () => pixelModel({ inputType: DataType.UINT8, outputType: DataType.FLOAT16 }),
    'open sizes': () => pixelModel({ input: ['batch', 3, 'h', 'w'], output: ['batch', 'cells', 6] }),
  };
  for (const [kind, model] of Object.entries(models)) {
    it(`writes a file that takes bytes and has the outputs of the model: ${kind}`, async () => {
      const spec = await readModelSpec(
        written(model()),
        kind === 'open sizes' ? { input: { width: 32, height: 32 } } : {},
      );
      const path = await uint8Model(spec, cache());
      const session = await InferenceSession.create(path, { intraOpNumThreads: 1 });
      const output = (await session.run({ [spec.inputName]: new Tensor('uint8', PIXELS, [1, 3, 32, 32]) }))[
        spec.outputs[0].name
      ];
      await session.release();
      assert.equal(output.type, 'float32');
      assert.deepEqual(output.dims, [1, 21, 6]);
      assert.deepEqual(output.data, FIRST_PIXELS);
      const edited = await readModelSpec(path);
      assert.deepEqual([edited.inputType, edited.input, edited.isReady], ['uint8', spec.input, true]);
      assert.deepEqual(edited.outputs, [{ name: 'output', type: 'float32', shape: [1, 21, 6] }]);
    });
  }

  it('writes the file once, under the hash of the model', async () => {
    const spec = await readModelSpec(written(pixelModel()));
    const path = await uint8Model(spec, cache());
    assert.ok(basename(path).includes(spec.sha256));
    const { ino } = statSync(path);
    assert.equal(await uint8Model(spec, cache()), path);
    assert.equal(statSync(path).ino, ino);
    assert.deepEqual(readdirSync(cache()).sort(), [basename(path), `${basename(path)}.sha256`]);
    assert.equal(statSync(cache()).mode & 0o777, 0o700, 'nobody else may change what runs');
  });

  for (const [harm, change] of Object.entries({
    'cut off': (path: string) => truncateSync(path, 100),
    'a named pipe': (path: string) => {
      rmSync(path);
      execFileSync('mkfifo', [path]);
    },
    empty: (path: string) => truncateSync(path, 0),
    'of other weights': (path: string) => {
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1] ^= 1;
      writeFileSync(path, bytes);
    },
    'without its hash': (path: string) => rmSync(`${path}.sha256`),
    'with half of its hash': (path: string) => truncateSync(`${path}.sha256`, 20),
    absent: (path: string) => rmSync(path),
  }))
    it(`makes a file again that is ${harm}`, async () => {
      const spec = await readModelSpec(written(pixelModel()));
      const path = await uint8Model(spec, cache());
      const right = readFileSync(path);
      change(path);
      assert.equal(await uint8Model(spec, cache()), path);
      assert.deepEqual(readFileSync(path), right);
    });

  for (const [why, place] of Object.entries({
    'lies below a file': (): string => join(folder.path, 'm.onnx', 'cache'),
    'lies where no folder can be made': (): string => '/proc/nowcast/cache',
  }))
    it(`keeps the file in a temporary folder of this user, with a warning, if the cache ${why}`, async () => {
      const spec = await readModelSpec(written(pixelModel()));
      const warnings: string[] = [];
      const path = await uint8Model(spec, place(), (warning) => warnings.push(warning));
      assert.equal(dirname(path), join(tmpdir(), `nowcast-${userInfo().uid}`));
      assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
      assert.match(warnings.join(), /cannot be kept in .*set NOWCAST_CACHE/);
      assert.equal((await readModelSpec(path)).isReady, true);
    });

  it('leaves one complete file if many write it at once', async () => {
    const spec = await readModelSpec(written(pixelModel()));
    const paths = await Promise.all(Array.from({ length: 8 }, () => uint8Model(spec, cache())));
    assert.deepEqual(new Set(paths), new Set([join(cache(), readdirSync(cache())[0])]));
    assert.equal((await readModelSpec(paths[0])).inputType, 'uint8');
  });

  it('uses a model that already takes bytes unchanged', async () => {
    const spec = await readModelSpec(written(pixelModel({ inputType: DataType.UINT8, outputType: DataType.FLOAT })));
    assert.equal(await uint8Model(spec, cache()), spec.path);
  });

  it('refuses a model that changed in the meantime', async () => {
    const spec = await readModelSpec(written(pixelModel()));
    written(pixelModel({ output: [1, 21, 6], inputType: DataType.FLOAT16 }));
    await assert.rejects(uint8Model(spec, cache()), { name: 'ModelError', message: /changed while Nowcast read it/ });
  });

  it('renames values that branches of control flow read, too', () => {
    const model = pixelModel();
    const branch = pixelModel();
    model.graph.node.push(
      node('If', ['flat'], ['other'], { then_branch: { tensor: tensor('', [], Int32Array.of(0)) } }),
    );
    model.graph.node.at(-1)!.attribute[0].g = branch.graph;
    takeUint8(model, { image: 'images', input: { width: 32, height: 32 }, constants: [], outputs: ['output'] });
    const again = parseOnnx(serializeOnnx(model), 'm');
    assert.equal(again.graph.node.at(-1)!.attribute[0].g!.node[0].input[0], again.graph.node[0].output[0]);
  });
});
