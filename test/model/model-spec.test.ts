import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataType } from '../../src/model/onnx/build.js';
import { serializeOnnx, type OnnxModel } from '../../src/model/onnx/model-file.js';
import { anchorCount } from '../../src/model/families/yolox/grid.js';
import { readModelSpec } from '../../src/model/model-spec.js';
import { pixelModel } from './pixel-model.js';
import { tempFolder } from './temp-folder.js';

describe('readModelSpec', () => {
  const folder = tempFolder();
  const written = (model: OnnxModel): string => {
    const path = join(folder.path, 'm.onnx');
    writeFileSync(path, serializeOnnx(model));
    return path;
  };

  it('states input, classes, cells and hash of a YOLOX file', async () => {
    const model = pixelModel();
    const path = written(model);
    assert.deepEqual(await readModelSpec(path), {
      path,
      sha256: createHash('sha256').update(serializeOnnx(model)).digest('hex'),
      input: { width: 32, height: 32 },
      family: 'yolox',
      form: 'undecoded probabilities',
      preprocess: 'standard',
      inputName: 'images',
      inputType: 'float32',
      constants: [],
      outputs: [{ name: 'output', type: 'float32', shape: [1, 21, 6] }],
      isReady: false,
      classCount: 1,
    });
  });

  it('accepts inputs that are not square', async () => {
    const spec = await readModelSpec(written(pixelModel({ input: [1, 3, 64, 96], output: [1, 126, 13] })));
    assert.deepEqual(
      [spec.input, spec.outputs[0].shape, spec.classCount],
      [{ width: 96, height: 64 }, [1, 126, 13], 8],
    );
  });

  it('accepts a dynamic batch size', async () => {
    const spec = await readModelSpec(written(pixelModel({ input: ['batch', 3, 32, 32], output: ['batch', 21, 6] })));
    assert.deepEqual(spec.outputs[0].shape, [1, 21, 6]);
  });

  it('accepts half precision', async () => {
    const spec = await readModelSpec(written(pixelModel({ inputType: DataType.FLOAT16 })));
    assert.deepEqual([spec.inputType, spec.outputs[0].type], ['float16', 'float16']);
  });

  it('skips constants that old files list among the inputs', async () => {
    const model = pixelModel();
    model.graph.input.unshift({ ...model.graph.input[0], name: 'flat' });
    assert.equal((await readModelSpec(written(model))).inputName, 'images');
  });

  it('requires a size for a dynamic input, and uses it', async () => {
    const model = pixelModel({ input: [1, 3, 'height', 'width'], output: [1, 'cells', 6] });
    // An output of another operator, so that nothing shows the number of cells.
    model.graph.node.at(-1)!.opType = 'Unique';
    const path = written(model);
    await assert.rejects(readModelSpec(path), {
      name: 'ModelError',
      code: 'NOWCAST_MODEL_INPUT_SIZE',
      message: /leaves its input size open; give it/,
    });
    const spec = await readModelSpec(path, { input: { width: 64, height: 32 } });
    assert.deepEqual([spec.input, spec.outputs[0].shape[1]], [{ width: 64, height: 32 }, 'cells']);
  });

  it("refuses another size than the file's own", async () => {
    const path = written(pixelModel());
    await assert.rejects(readModelSpec(path, { input: { width: 64, height: 64 } }), {
      name: 'ModelError',
      message: /fixed input of 32x32 and cannot run at 64x64/,
    });
  });

  const refused: Record<string, [() => OnnxModel, RegExp]> = {
    'a classifier': [
      () => pixelModel({ output: [1, 1000] }),
      /three dimensions.*images float32 \[1,3,32,32\] and gives output float32 \[1,1000\]/,
    ],
    'other cells than its input makes': [
      () => pixelModel({ output: [1, 63, 6] }),
      /at 32x32 its output must have 21 rows, not 63/,
    ],
    'boxes in columns, as YOLOv8 gives them': [
      () => pixelModel({ input: [1, 3, 640, 640], output: [1, 84, 8400] }),
      /must have 8400 rows, not 84/,
    ],
    'a fixed batch of four': [() => pixelModel({ input: [4, 3, 32, 32] }), /batch size must be 1 or open, not 4/],
    'channels last': [() => pixelModel({ input: [1, 32, 32, 3] }), /3 channels first, not 32/],
    'one channel': [() => pixelModel({ input: [1, 1, 32, 32] }), /3 channels first, not 1/],
    'a size that is no multiple of 32': [() => pixelModel({ input: [1, 3, 40, 32] }), /32x40 is not a multiple of 32/],
    'no class at all': [() => pixelModel({ output: [1, 21, 5] }), /at least 6 values a row, not 5/],
    'a number of classes that nothing tells': [
      () => {
        const model = pixelModel({ output: [1, 21, 'values'] });
        model.graph.node.at(-1)!.opType = 'Unique';
        return model;
      },
      /must be fixed; export it without --dynamic.*\[1,21,values\]/,
    ],
    'integers in': [
      () => pixelModel({ inputType: DataType.INT64, outputType: DataType.FLOAT }),
      /float32, float16 or uint8.*images int64/,
    ],
    'integers out': [() => pixelModel({ outputType: DataType.INT32 }), /output must be float32 or float16/],
    'two outputs': [
      () => {
        const model = pixelModel();
        model.graph.output.push({ ...model.graph.output[0], name: 'second' });
        return model;
      },
      /one input, and one output, three or nine; it has 1 and 2.*second float32/,
    ],
  };
  for (const [what, [model, message]] of Object.entries(refused)) {
    it(`refuses ${what}, naming the shapes`, async () => {
      await assert.rejects(readModelSpec(written(model())), {
        name: 'ModelError',
        code: 'NOWCAST_MODEL_UNKNOWN',
        message,
      });
    });
  }

  it('reports a missing file, and the available ones', async () => {
    await assert.rejects(readModelSpec(join(folder.path, 'none.onnx')), {
      name: 'ModelError',
      message: /none\.onnx: there is no such file.*models list/,
    });
    await assert.rejects(readModelSpec(folder.path), { name: 'ModelError', message: /it is a folder/ });
  });

  it('counts as many cells as the published networks have', () => {
    assert.equal(anchorCount({ width: 416, height: 416 }), 3549);
    assert.equal(anchorCount({ width: 640, height: 640 }), 8400);
    assert.equal(anchorCount({ width: 960, height: 608 }), 11970);
  });
});
