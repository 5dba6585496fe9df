import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { exportOnnx } from '../../../training/export/export-onnx.js';
import { createNetwork } from '../../../training/network/variants.js';
import { initialWeights } from '../../../training/network/weights.js';
import { itNeeds } from '../../helpers/needs.js';
import { randomSource } from '../../helpers/random.js';
import { temporaryFolder } from '../../helpers/temporary.js';
import { relativeDifference } from '../../helpers/differences.js';

const PYTHON = '/usr/bin/python3';
const hasOpenCv = spawnSync(PYTHON, ['-c', 'import cv2'], { stdio: 'ignore' }).status === 0;
const RUN = `
import sys, cv2, numpy
net = cv2.dnn.readNetFromONNX(sys.argv[1])
net.setInput(numpy.fromfile(sys.argv[2], numpy.float32).reshape(1, 3, 64, 96))
net.forward().astype(numpy.float32).tofile(sys.argv[3])
`;

describe('exported files in another runtime', () => {
  const folder = temporaryFolder();
  for (const variant of ['yolox-nano', 'yolox-s', 'yolox-darknet53'] as const) {
    itNeeds(
      { 'python3-opencv': hasOpenCv },
      `OpenCV gives the same answer for ${variant}`,
      async function (this: Mocha.Context) {
        this.timeout(60_000);
        const [model, input, output] = ['m.onnx', 'in.bin', 'out.bin'].map((name) => join(folder(), name));
        const network = createNetwork(variant, 8);
        writeFileSync(model, exportOnnx(network, initialWeights(network, 1), { input: { width: 96, height: 64 } }));
        const { uniform } = randomSource(1);
        const pixels = Float32Array.from({ length: 3 * 64 * 96 }, () => uniform() * 255);
        writeFileSync(input, pixels);

        const { status, stderr } = spawnSync(PYTHON, ['-c', RUN, model, input, output], { encoding: 'utf8' });
        assert.equal(status, 0, stderr);
        const session = await ort.InferenceSession.create(model);
        const answer = await session.run({ images: new ort.Tensor('float32', pixels, [1, 3, 64, 96]) });
        await session.release();
        const bytes = readFileSync(output);
        const other = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
        assert.ok(relativeDifference(other, answer['output'].data as Float32Array) < 1e-4);
      },
    );
  }
});
