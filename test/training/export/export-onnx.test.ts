import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { readModelSpec } from '../../../src/model/model-spec.js';
import { CLASSES_KEY } from '../../../src/model/onnx/class-names.js';
import { exportOnnx, type ExportOptions } from '../../../training/export/export-onnx.js';
import { cspNetwork, createNetwork } from '../../../training/network/variants.js';
import { initialWeights } from '../../../training/network/weights.js';
import { randomSource } from '../../helpers/random.js';
import { temporaryFolder } from '../../helpers/temporary.js';
import { relativeDifference } from '../../helpers/differences.js';

const NETWORK = cspNetwork('small', { depth: 0.33, width: 0.125, depthwise: true }, 3);
const INPUT = { width: 96, height: 64 };

async function run(bytes: Uint8Array, images: ort.Tensor): Promise<ort.Tensor> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const { output } = await session.run({ images });
  await session.release();
  return output;
}

function picture(batch = 1): ort.Tensor {
  const { uniform } = randomSource(1);
  return new ort.Tensor(
    'float32',
    Float32Array.from({ length: batch * 3 * 64 * 96 }, () => Math.floor(uniform() * 256)),
    [batch, 3, 64, 96],
  );
}

describe('exportOnnx', () => {
  const folder = temporaryFolder();
  const weights = initialWeights(NETWORK, 7);
  const bytesOf = (options: Omit<ExportOptions, 'input'> = {}): Uint8Array =>
    exportOnnx(NETWORK, weights, { input: INPUT, ...options });

  it('writes a file that readModelSpec takes for YOLOX', async () => {
    const path = join(folder(), 'small.onnx');
    writeFileSync(path, bytesOf());
    const { family, form, input, inputName, outputs, classCount, inputType } = await readModelSpec(path);
    assert.deepEqual(
      { family, form, input, inputName, outputs, classCount, inputType },
      {
        family: 'yolox',
        form: 'undecoded probabilities',
        input: INPUT,
        inputName: 'images',
        classCount: 3,
        inputType: 'float32',
        outputs: [{ name: 'output', type: 'float32', shape: [1, 126, 8] }],
      },
    );
  });

  it("stores the class names where readModelSpec finds them, and ignores other programs' values", async () => {
    const path = join(folder(), 'small.onnx');
    const namesIn = async (classes: string): Promise<readonly string[] | undefined> => {
      writeFileSync(path, bytesOf({ metadata: { [CLASSES_KEY]: classes } }));
      return (await readModelSpec(path)).classNames;
    };
    assert.deepEqual(await namesIn('["a","b","c"]'), ['a', 'b', 'c']);
    for (const other of ['["a","b"]', '[1,2,3]', '{0: "a"}', '3']) assert.equal(await namesIn(other), undefined);
  });

  it('gives the same bytes for the same seed', () => {
    assert.deepEqual(exportOnnx(NETWORK, initialWeights(NETWORK, 7), { input: INPUT }), bytesOf());
    assert.notDeepEqual(exportOnnx(NETWORK, initialWeights(NETWORK, 8), { input: INPUT }), bytesOf());
  });

  it('gives each picture of a batch the same output as alone', async () => {
    const images = picture(2);
    const both = await run(bytesOf({ dynamicBatch: true }), images);
    assert.deepEqual(both.dims, [2, 126, 8]);
    const second = new ort.Tensor('float32', (images.data as Float32Array).slice(3 * 64 * 96), [1, 3, 64, 96]);
    const alone = await run(bytesOf(), second);
    assert.ok(relativeDifference(alone.data as Float32Array, (both.data as Float32Array).slice(126 * 8)) < 1e-5);
  });

  it('halves the file in half precision and keeps its answers to a percent', async () => {
    const half = bytesOf({ halfPrecision: true });
    assert.ok(half.length < 0.6 * bytesOf().length);
    const [single, halved] = [await run(bytesOf(), picture()), await run(half, picture())];
    assert.ok(relativeDifference(halved.data as Float32Array, single.data as Float32Array) < 0.01);
  });

  it('keeps the signals of deep untrained networks alive', async () => {
    const network = createNetwork('yolox-nano', 2);
    const { data } = await run(exportOnnx(network, initialWeights(network, 0), { input: INPUT }), picture());
    const boxes = (data as Float32Array).filter((_, i) => i % 7 < 4);
    const spread = Math.max(...boxes) - Math.min(...boxes);
    assert.ok(spread > 0.01 && spread < 10, String(spread));
  });

  it('exports the leaky variant too', async function () {
    // 64 million weights.
    this.timeout(120_000);
    const network = createNetwork('yolox-darknet53', 1);
    const { dims } = await run(
      exportOnnx(network, initialWeights(network, 0), { input: { width: 32, height: 32 } }),
      new ort.Tensor('float32', new Float32Array(3 * 32 * 32), [1, 3, 32, 32]),
    );
    assert.deepEqual(dims, [1, 21, 6]);
  });

  it('refuses an input that is not a multiple of 32', () => {
    assert.throws(() => exportOnnx(NETWORK, weights, { input: { width: 416, height: 400 } }), {
      name: 'UsageError',
      message: /height is 400/,
    });
  });
});
