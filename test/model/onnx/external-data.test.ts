import { create } from '@bufbuild/protobuf';
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { node, tensor } from '../../../src/model/onnx/build.js';
import { takeInExternalData } from '../../../src/model/onnx/external-data.js';
import type { OnnxModel } from '../../../src/model/onnx/model-file.js';
import { StringStringEntryProtoSchema, TensorProto_DataLocation } from '../../../src/model/onnx/onnx_pb.js';
import { pixelModel } from '../pixel-model.js';
import { tempFolder } from '../temp-folder.js';

describe('takeInExternalData', () => {
  const folder = tempFolder();
  const path = (): string => join(folder.path, 'm.onnx');
  const external = (where: Readonly<Record<string, string>>): OnnxModel => {
    const model = pixelModel();
    Object.assign(model.graph.initializer[0], {
      rawData: new Uint8Array(),
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: Object.entries(where).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
    });
    return model;
  };

  it('makes weights of another file part of the model', async () => {
    mkdirSync(join(folder.path, 'sub'));
    writeFileSync(
      join(folder.path, 'sub', 'w.data'),
      Uint8Array.from({ length: 32 }, (_, i) => i),
    );
    const model = external({ location: 'sub/w.data', offset: '8', length: '16' });
    const constant = tensor('', [2], BigInt64Array.of(0n, 0n));
    Object.assign(constant, {
      rawData: new Uint8Array(),
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: [create(StringStringEntryProtoSchema, { key: 'location', value: 'sub/w.data' })],
    });
    model.graph.node.push(node('Constant', [], ['c'], { value: { tensor: constant } }));
    const files = await takeInExternalData(model, path());
    assert.deepEqual(
      files.map(({ length }) => length),
      [32],
      'each file is read once',
    );
    const { rawData, dataLocation, externalData } = model.graph.initializer[0];
    assert.deepEqual(
      [[...rawData], dataLocation, externalData],
      [Array.from({ length: 16 }, (_, i) => i + 8), TensorProto_DataLocation.DEFAULT, []],
    );
    assert.equal(
      model.graph.node.at(-1)!.attribute[0].t!.rawData.length,
      32,
      'without offset and length it is the whole file',
    );
  });

  it('reads no file for a model with all its weights', async () => {
    assert.deepEqual(await takeInExternalData(pixelModel(), path()), []);
  });

  const refused: Record<string, [Readonly<Record<string, string>>, RegExp]> = {
    'a file that is not there': [
      { location: 'none.data' },
      /m\.onnx keeps its weights in "none\.data", which is not beside it; copy that file into the same folder/,
    ],
    "a file outside the model's folder": [
      { location: '../secret' },
      /"\.\.\/secret", which is not a file below its own folder/,
    ],
    'an absolute path': [{ location: '/etc/passwd' }, /"\/etc\/passwd", which is not a file below its own folder/],
    'no file at all': [{}, /"", which is not a file below its own folder/],
    'a file that is too short': [
      { location: 'w.data', offset: '8', length: '16' },
      /the weights "flat" should lie at 8 to 24 of w\.data, which has 20 bytes; copy both files again/,
    ],
    'an offset that is no number': [{ location: 'w.data', offset: 'x' }, /should lie at NaN to 20 of w\.data/],
  };
  for (const [what, [where, message]] of Object.entries(refused)) {
    it(`refuses ${what}`, async () => {
      writeFileSync(join(folder.path, 'w.data'), new Uint8Array(20));
      await assert.rejects(takeInExternalData(external(where), path()), {
        name: 'ModelError',
        code: 'NOWCAST_MODEL_EXTERNAL_DATA',
        message,
      });
    });
  }
});
