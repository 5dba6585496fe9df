import assert from 'node:assert/strict';
import { join } from 'node:path';
import { boxIou } from '../../src/core/box.js';
import type { Detection } from '../../src/core/detection.js';
import { letterbox } from '../../src/core/letterbox.js';
import { createPostprocess } from '../../src/model/decode.js';
import { readSafetensors } from '../helpers/safetensors.js';
import { parityCases, readJson } from '../helpers/shared.js';

type Expected = Record<string, {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly detections: Record<keyof typeof SETTINGS, readonly { bbox_xyxy: [number, number, number, number]; score: number; cls: number }[]>;
}>;

const SETTINGS = {
  eval_classaware: { confThreshold: 0.01, nmsThreshold: 0.65, nms: 'per-class' },
  demo_classaware: { confThreshold: 0.25, nmsThreshold: 0.45, nms: 'per-class' },
  demo_agnostic: { confThreshold: 0.3, nmsThreshold: 0.45, nms: 'agnostic' },
} as const;
const INPUT = { width: 416, height: 416 };

describe('real-yolox-nano: raw output to detections', () => {
  const cases = parityCases('real-yolox-nano');
  if (cases.length === 0) it('real-yolox-nano (pending: needs parity data)');
  for (const { name, path } of cases) {
    const expected = readJson<Expected>(join(path, 'expected.json'));
    const tensors = readSafetensors(join(path, 'tensors.safetensors'));
    for (const [picture, { width, height, scale, detections }] of Object.entries(expected)) {
      for (const [setting, options] of Object.entries(SETTINGS)) {
        it(`${name} ${picture} ${setting}`, () => {
          const fit = letterbox({ width, height }, INPUT);
          assert.ok(Math.abs(fit.scale - scale) < 1e-12);
          const raw = tensors.get(`raw.${picture}`)!;
          const classNames = Array.from({ length: raw.shape[1] - 5 }, (_, i) => `class-${i}`);
          const found = createPostprocess({ input: INPUT, classNames, ...options })(raw.data as Float32Array, fit);
          assertSameSet(found, detections[setting as keyof typeof SETTINGS]);
        });
      }
    }
  }
});

function assertSameSet(found: readonly Detection[], expected: Expected[string]['detections']['demo_agnostic']): void {
  assert.equal(found.length, expected.length, 'number of detections');
  const left = new Set(found);
  for (const { bbox_xyxy: [x1, y1, x2, y2], score, cls } of expected) {
    const box = { x1, y1, x2, y2 };
    const match = [...left].filter((d) => d.classId === cls && Math.abs(d.score - score) <= 1e-5)
      .sort((a, b) => boxIou(b.box, box) - boxIou(a.box, box))[0];
    assert.ok(match, `nothing found for class ${cls} score ${score}`);
    left.delete(match);
    for (const key of ['x1', 'y1', 'x2', 'y2'] as const) {
      assert.ok(Math.abs(match.box[key] - box[key]) <= 0.01, `${key} of class ${cls} score ${score}: ${match.box[key]}, expected ${box[key]}`);
    }
  }
}
