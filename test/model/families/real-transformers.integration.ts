import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Detection } from '../../../src/core/detection.js';
import { fitPicture, writePlanes } from '../../../src/core/picture.js';
import { createProcessDetector } from '../../../src/model/host/process-detector.js';
import { itNeeds } from '../../helpers/needs.js';
import { readJson } from '../../helpers/shared.js';
import { suiteFolder, temporaryFolder } from '../../helpers/temporary.js';
import { runPython, TORCH } from '../../helpers/torch.js';
import { worstDifference } from '../../helpers/differences.js';

type Expected = {
  readonly boxes: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly scores: readonly number[];
};

/** Both run in float32, in another order of sums; detections are multiples of 1/1000 px and 1e-6. */
const BOX_TOLERANCE_PX = 2e-3;
const SCORE_TOLERANCE = 1e-5;

/** RGB, row by row: soft waves of another length for each channel. */
function waves(width: number, height: number): Uint8Array {
  const wave = (phase: number): number => Math.round(127.5 + 127.5 * Math.sin(phase));
  return Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return wave([x / 9 + y / 31, y / 7, (x + y) / 13][i % 3]);
  });
}

describe('a real transformer with random weights, exported by PyTorch', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  const exported = suiteFolder();

  const cases = [
    { network: 'rt-detr-v2', width: 192, height: 128, classes: 80 },
    { network: 'd-fine', width: 192, height: 128, classes: 80 },
    // Its exporter closes the size, which is square.
    { network: 'rf-detr', width: 192, height: 192, classes: 91 },
  ];
  before(async () => {
    if (Object.values(TORCH).includes(false)) return;
    // Together, because PyTorch takes seconds to start.
    const words = cases.flatMap(({ network, width, height }) => {
      const own = join(exported(), network);
      mkdirSync(own);
      const raw = join(own, 'picture.rgb');
      writeFileSync(raw, waves(width, height));
      return [network, raw, `${width}x${height}`, own];
    });
    await runPython('export_detection_transformer.py', ...words);
  });

  for (const { network, width, height, classes } of cases) {
    itNeeds(TORCH, `${network} finds what it finds in PyTorch`, async () => {
      const pixels = waves(width, height);
      const expected = readJson<Expected>(join(exported(), network, 'expected.json'));

      await using detector = await createProcessDetector({
        model: join(exported(), network, 'model.onnx'),
        input: { width, height },
        provider: 'cpu',
        threads: 1,
        confThreshold: 0.3,
        nmsThreshold: 0.45,
        nms: 'per-class',
        keepsOutside: true,
        cacheDir: join(folder(), 'cache'),
      });
      const { input, family, classNames } = detector.info;
      assert.deepEqual([family, classNames.length], ['detr', classes]);
      // Twice as wide and half as high as it is given to the network.
      const size = { width: 2 * width, height: height / 2 };
      const fit = fitPicture(size, input);
      const image = new Uint8Array(3 * width * height);
      writePlanes({ pixels, bytesPerPixel: 3 }, fit, input, image);
      const { detections } = await detector.detect({ size, fit, image });

      assert.deepEqual(
        detections.map(({ classId }) => classId),
        expected.labels,
      );
      assert.ok(detections.length >= 10, `only ${detections.length} detections are compared`);
      // RF-DETR cuts its boxes at the edge of the picture.
      const cut = network === 'rf-detr' ? { width, height } : undefined;
      detections.forEach((detection, i) => {
        const found = inputBox(detection, cut);
        const off = worstDifference(found, expected.boxes[i]);
        assert.ok(off <= BOX_TOLERANCE_PX, `box ${i} is ${off} px off: ${found.join(' ')}`);
        const scoreOff = Math.abs(detection.score - expected.scores[i]);
        assert.ok(scoreOff <= SCORE_TOLERANCE, `score ${i} is ${scoreOff} off`);
      });
    });
  }
});

/** Corners in pixels of the network's input. */
function inputBox({ box }: Detection, cut: { readonly width: number; readonly height: number } | undefined): number[] {
  const corners = [box.x1 / 2, box.y1 * 2, box.x2 / 2, box.y2 * 2];
  if (cut === undefined) return corners;
  return corners.map((value, at) => Math.min(Math.max(value, 0), at % 2 === 0 ? cut.width : cut.height));
}
