import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import * as ort from 'onnxruntime-node';
import { DataType, node, onnxModel, tensor, valueInfo } from '../../../src/model/onnx/build.js';
import { parseOnnx, serializeOnnx, type OnnxModel } from '../../../src/model/onnx/model-file.js';
import { AttributeProto_AttributeType, AttributeProtoSchema } from '../../../src/model/onnx/onnx_pb.js';
import { toSinglePrecision } from '../../../src/model/onnx/single-precision.js';
import { exportOnnx } from '../../../training/export/export-onnx.js';
import { cspNetwork } from '../../../training/network/variants.js';
import { initialWeights } from '../../../training/network/weights.js';
import { relativeDifference } from '../../helpers/differences.js';
import { randomSource } from '../../helpers/random.js';

async function run(model: OnnxModel, feeds: Record<string, ort.Tensor>): Promise<ort.Tensor> {
  const session = await ort.InferenceSession.create(serializeOnnx(model), { logSeverityLevel: 3 });
  const { output } = await session.run(feeds);
  await session.release();
  return output;
}

describe('toSinglePrecision', () => {
  it('gives what a network in half precision gives, but for its rounding', async () => {
    const network = cspNetwork('small', { depth: 0.33, width: 0.125, depthwise: true }, 3);
    const input = { width: 96, height: 64 };
    const half = parseOnnx(exportOnnx(network, initialWeights(network, 7), { input, halfPrecision: true }), 'half');
    const wide = toSinglePrecision(structuredClone(half));
    assert.ok(!wide.graph.initializer.some(({ dataType }) => dataType === DataType.FLOAT16));
    const { uniform } = randomSource(1);
    const images = new ort.Tensor(
      'float32',
      Float32Array.from({ length: 3 * 64 * 96 }, () => Math.floor(uniform() * 256)),
      [1, 3, 64, 96],
    );
    const [expected, actual] = [await run(half, { images }), await run(wide, { images })];
    const difference = relativeDifference(actual.data as Float32Array, expected.data as Float32Array);
    assert.ok(difference > 0 && difference < 0.02, `${difference}`);
  });

  it('changes inputs, outputs, constants of nodes and of branches, and numbers that are kept one by one', async () => {
    const HALVES = [0x3c00, 0xc000];
    const bits = tensor('', [2], Uint16Array.from(HALVES));
    const listed = { ...tensor('listed', [2], Uint16Array.of()), rawData: new Uint8Array(), int32Data: HALVES };
    const branch = onnxModel({
      name: 'branch',
      inputs: [],
      outputs: [valueInfo('chosen', DataType.FLOAT16, [2])],
      initializers: [],
      nodes: [node('Constant', [], ['inner'], { value: { tensor: bits } }), node('Add', ['inner', 'x'], ['chosen'])],
    }).graph;
    const either = node('If', ['yes'], ['either']);
    for (const name of ['then_branch', 'else_branch'])
      either.attribute.push(
        create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.GRAPH, g: branch }),
      );
    const model = onnxModel({
      name: 'kinds',
      inputs: [valueInfo('x', DataType.FLOAT16, [2]), valueInfo('yes', DataType.BOOL, [])],
      outputs: [valueInfo('output', DataType.FLOAT16, [2])],
      initializers: [listed],
      nodes: [either, node('Mul', ['either', 'listed'], ['output'])],
    });
    toSinglePrecision(model);
    const output = await run(model, {
      x: new ort.Tensor('float32', Float32Array.of(0.1, 10), [2]),
      yes: new ort.Tensor('bool', Uint8Array.of(1), []),
    });
    assert.equal(output.type, 'float32');
    assert.deepEqual(output.data, Float32Array.of(Math.fround(1.1), -16));
  });
});
