import assert from 'node:assert/strict';
import { DataType, node, onnxModel, tensor, valueInfo } from '../../../src/model/onnx/build.js';
import { parseOnnx, serializeOnnx } from '../../../src/model/onnx/model-file.js';
import { pixelModel } from '../pixel-model.js';

describe('an ONNX file', () => {
  it('is read as it was written', () => {
    const model = onnxModel(
      {
        name: 'all kinds',
        inputs: [valueInfo('x', DataType.FLOAT, ['batch', 2])],
        outputs: [valueInfo('y', DataType.FLOAT16, [1])],
        initializers: [
          tensor('f', [2], Float32Array.of(1.5, -2)),
          tensor('i', [1], BigInt64Array.of(-7n)),
          tensor('h', [1], Uint16Array.of(0x3c00)),
        ],
        nodes: [
          node('Op', ['x', '', 'f'], ['y'], {
            a: { int: -1 },
            b: { ints: [0, 3] },
            c: { float: 0 },
            d: { floats: [0.5] },
            e: { string: 'é' },
            g: { tensor: tensor('', [], Int32Array.of(4)) },
          }),
        ],
      },
      { opset: 13, metadata: { key: 'value' } },
    );
    assert.deepEqual(parseOnnx(serializeOnnx(model), 'm'), model);
  });

  it('keeps fields outside our description', () => {
    const known = serializeOnnx(pixelModel());
    // Field 6, doc_string, of ModelProto.
    const bytes = Uint8Array.of(...known, 0x32, 2, 0x68, 0x69);
    const again = serializeOnnx(parseOnnx(bytes, 'm'));
    assert.notEqual(Buffer.from(again).indexOf(Buffer.of(0x32, 2, 0x68, 0x69)), -1);
    assert.equal(again.length, bytes.length);
  });

  it('reads packed and unpacked numbers', () => {
    // AttributeProto.ints and TensorProto.dims are unpacked in proto2 and packed by writers that use proto3.
    const bytes = Buffer.from(
      serializeOnnx(
        onnxModel({
          name: 'g',
          inputs: [],
          outputs: [],
          initializers: [tensor('t', [3, 5], new Uint8Array(15))],
          nodes: [node('Op', [], ['y'])],
        }),
      ),
    );
    const unpacked = Buffer.of(0x08, 3, 0x08, 5);
    const packed = Buffer.of(0x0a, 2, 3, 5);
    const at = bytes.indexOf(unpacked);
    assert.notEqual(at, -1);
    packed.copy(bytes, at);
    assert.deepEqual(parseOnnx(bytes, 'm').graph.initializer[0].dims, [3n, 5n]);
  });

  const refused: Record<string, [Uint8Array, RegExp]> = {
    'an empty file': [new Uint8Array(0), /^m\.onnx is empty \(0 bytes\)/],
    text: [Buffer.from('hello, world\n'.repeat(20)), /^m\.onnx is not an ONNX model/],
    'a Git LFS pointer': [
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'),
      /Git LFS pointer.*git lfs pull/,
    ],
    'a zipped PyTorch checkpoint': [Buffer.from('PK\x03\x04rest'), /PyTorch checkpoint.*export_onnx/],
    'a pickled PyTorch checkpoint': [Buffer.of(0x80, 0x02, 0x8a, 0x0a), /PyTorch checkpoint/],
    'a web page': [Buffer.from('\n<!DOCTYPE html><html>'), /web page/],
    zeros: [new Uint8Array(100), /not an ONNX model/],
    'a file cut off': [serializeOnnx(pixelModel()).subarray(0, 200), /only a part of one/],
    'a model without a graph': [Buffer.of(0x08, 8), /not an ONNX model/],
  };
  for (const [what, [bytes, message]] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => parseOnnx(bytes, 'm.onnx'), { name: 'ModelError', code: 'NOWCAST_MODEL_NOT_ONNX', message });
    });
  }
});
