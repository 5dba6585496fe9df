import assert from 'node:assert/strict';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { boxIou } from '../../src/core/box.js';
import type { Detection } from '../../src/core/detection.js';
import { letterbox } from '../../src/core/fit.js';
import { createDecoder } from '../../src/model/families/yolox/decode.js';
import { readModelSpec } from '../../src/model/model-spec.js';
import { uint8Model } from '../../src/model/uint8-model.js';
import { itNeeds } from '../helpers/needs.js';
import { readSafetensors } from '../helpers/safetensors.js';
import { parityCases, readJson, realFile } from '../helpers/shared.js';
import { tempFolder } from './temp-folder.js';
import { worstDifference } from '../helpers/differences.js';

type Expected = Record<
  string,
  {
    readonly width: number;
    readonly height: number;
    readonly scale: number;
    readonly detections: Record<
      keyof typeof SETTINGS,
      readonly { bbox_xyxy: [number, number, number, number]; score: number; cls: number }[]
    >;
  }
>;

const SETTINGS = {
  eval_classaware: { confThreshold: 0.01, nmsThreshold: 0.65, nms: 'per-class' },
  demo_classaware: { confThreshold: 0.25, nmsThreshold: 0.45, nms: 'per-class' },
  demo_agnostic: { confThreshold: 0.3, nmsThreshold: 0.45, nms: 'agnostic' },
} as const;

describe('real-yolox-nano: raw output to detections', () => {
  const cases = parityCases('real-yolox-nano');
  if (cases.length === 0) it('real-yolox-nano (pending: needs parity data)');
  for (const { name, path } of cases) {
    const expected = readJson<Expected>(join(path, 'expected.json'));
    const tensors = readSafetensors(join(path, 'tensors.safetensors'));
    for (const [picture, { width, height, scale, detections }] of Object.entries(expected)) {
      for (const [setting, options] of Object.entries(SETTINGS)) {
        it(`${name} ${picture} ${setting}`, () => {
          const [inputHeight, inputWidth] = tensors.get(`input.${picture}`)!.shape;
          const input = { width: inputWidth, height: inputHeight };
          const fit = letterbox({ width, height }, input);
          assert.ok(Math.abs(fit.scaleX - scale) < 1e-12);
          const raw = tensors.get(`raw.${picture}`)!;
          const classNames = Array.from({ length: raw.shape[1] - 5 }, (_, i) => `class-${i}`);
          const found = createDecoder('undecoded probabilities', { input, classNames, ...options })(
            [raw.data as Float32Array],
            fit,
          );
          assertSameSet(found, detections[setting as keyof typeof SETTINGS]);
        });
      }
    }
  }
});

describe('real-yolox-nano: bytes to raw output', function () {
  this.timeout(120_000);
  const folder = tempFolder();
  const weights = realFile('yolox_nano.onnx');
  for (const { name, path } of parityCases('real-yolox-nano')) {
    itNeeds({ 'the real YOLOX-Nano': weights !== undefined }, `${name} through the uint8 edit`, async () => {
      const spec = await readModelSpec(weights!);
      const session = await InferenceSession.create(await uint8Model(spec, folder.path), { intraOpNumThreads: 1 });
      const tensors = readSafetensors(join(path, 'tensors.safetensors'));
      for (const [
        key,
        {
          data,
          shape: [height, width],
        },
      ] of tensors) {
        if (!key.startsWith('input.')) continue;
        const image = new Tensor('uint8', planar(data as Uint8Array), [1, 3, height, width]);
        const raw = (await session.run({ [spec.inputName]: image }))[spec.outputs[0].name].data as Float32Array;
        const expected = tensors.get(key.replace('input.', 'raw.'))!.data as Float32Array;
        const worst = worstDifference(raw, expected);
        assert.ok(worst <= 1e-3, `${key}: ${worst} off`);
      }
      await session.release();
    });
  }
});

/** Converts interleaved pixels to planes. */
function planar(pixels: Uint8Array): Uint8Array {
  const size = pixels.length / 3;
  return Uint8Array.from(pixels, (_, i) => pixels[(i % size) * 3 + Math.floor(i / size)]);
}

function assertSameSet(found: readonly Detection[], expected: Expected[string]['detections']['demo_agnostic']): void {
  assert.equal(found.length, expected.length, 'number of detections');
  const left = new Set(found);
  for (const {
    bbox_xyxy: [x1, y1, x2, y2],
    score,
    cls,
  } of expected) {
    const box = { x1, y1, x2, y2 };
    const match = [...left]
      .filter((d) => d.classId === cls && Math.abs(d.score - score) <= 1e-5)
      .sort((a, b) => boxIou(b.box, box) - boxIou(a.box, box))[0];
    assert.ok(match, `nothing found for class ${cls} score ${score}`);
    left.delete(match);
    for (const key of ['x1', 'y1', 'x2', 'y2'] as const) {
      assert.ok(
        Math.abs(match.box[key] - box[key]) <= 0.01,
        `${key} of class ${cls} score ${score}: ${match.box[key]}, expected ${box[key]}`,
      );
    }
  }
}
