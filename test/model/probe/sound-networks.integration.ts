import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProcessDetector } from '../../../src/model/host/process-detector.js';
import { BOX_CODINGS } from '../../../src/model/families/box-coding.js';
import type { Size } from '../../../src/core/size.js';
import type { YoloxForm } from '../../../src/model/families/yolox/decode.js';
import { STRIDES } from '../../../src/model/families/yolox/grid.js';
import { judge } from '../../../src/model/families/yolox/judge.js';
import { openSession } from '../../../src/model/inference-session.js';
import { readModelSpec } from '../../../src/model/model-spec.js';
import { uint8Model } from '../../../src/model/uint8-model.js';
import { bundledModel } from '../../../src/model/zoo.js';
import { exportOnnx } from '../../../training/export/export-onnx.js';
import { createNetwork } from '../../../training/network/variants.js';
import { initialWeights } from '../../../training/network/weights.js';
import { itNeeds } from '../../helpers/needs.js';
import { randomSource } from '../../helpers/random.js';
import { realFile } from '../../helpers/shared.js';
import { temporaryFolder } from '../../helpers/temporary.js';
import { yoloxCases } from '../../training/yolox-case.js';
import { finished, withLogits } from '../families/yolox/made-up-rows.js';

/** The same numbers as three outputs [5 + classes, cells]. */
function headsOf(rows: Float32Array, { width, height }: Size, classCount: number): Float32Array[] {
  const channels = 5 + classCount;
  let first = 0;
  return STRIDES.map((stride) => {
    const cells = (width / stride) * (height / stride);
    first += cells;
    return Float32Array.from(
      { length: channels * cells },
      (_, i) => rows[(first - cells + (i % cells)) * channels + Math.floor(i / cells)],
    );
  });
}

describe('a sound network', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const warningsOf = async (model: string): Promise<string[]> => {
    const warnings: string[] = [];
    const detector = await createProcessDetector({
      model,
      provider: 'cpu',
      threads: 1,
      confThreshold: 0.25,
      nmsThreshold: 0.45,
      nms: 'per-class',
      cacheDir: join(folder(), 'cache'),
      onWarning: (message) => warnings.push(message),
    });
    await detector.close();
    return warnings;
  };

  const yoloxNano = realFile('yolox_nano.onnx');
  const trained: [string, string | undefined][] = [
    ['YOLOX-Nano', yoloxNano],
    ['the bundled model', bundledModel()],
  ];
  for (const [name, path] of trained) {
    itNeeds({ [name]: path !== undefined }, `opens without a doubt: ${name}`, async () =>
      assert.deepEqual(await warningsOf(path!), []),
    );

    itNeeds({ [name]: path !== undefined }, `is recognised however its boxes are finished: ${name}`, async () => {
      const spec = await readModelSpec(path!);
      const session = await openSession({
        modelName: 'm.onnx',
        modelPath: await uint8Model(spec, folder()),
        inputName: spec.inputName,
        outputNames: spec.outputs.map(({ name: output }) => output),
        input: spec.input,
        provider: 'cpu',
        threads: 1,
        spinning: false,
        clock: { now: () => 0 },
      });
      const { outputs } = await session.run();
      const rows = outputs[0].slice();
      await session.close();
      const facts = { input: spec.input, classCount: spec.classCount };
      const formOf = (given: Float32Array): unknown => {
        const judgement = judge('undecoded probabilities', [given], facts);
        return 'form' in judgement ? judgement.form : judgement;
      };
      for (const coding of BOX_CODINGS)
        assert.equal(formOf(finished(rows, spec.input, spec.classCount, coding)), `${coding} probabilities`);
      const logits = withLogits(rows, spec.classCount);
      assert.equal(formOf(logits), 'undecoded logits');
      for (const [scores, given] of Object.entries({ probabilities: rows, logits })) {
        const form = `three heads ${scores}` as YoloxForm;
        assert.deepEqual(judge(form, headsOf(given, spec.input, spec.classCount), facts), { form });
      }
    });
  }

  // The larger ones take minutes, and have the same head.
  for (const variant of ['yolox-nano', 'yolox-tiny', 'yolox-s'] as const) {
    it(`opens without a doubt, untrained, and with random means: ${variant}`, async () => {
      const network = createNetwork(variant, 8);
      const weights = initialWeights(network, 5);
      const path = join(folder(), 'm.onnx');
      writeFileSync(path, exportOnnx(network, weights, { input: { width: 128, height: 96 } }));
      assert.deepEqual(await warningsOf(path), []);

      const { gaussian } = randomSource(9);
      // Else black would be 0 in every layer.
      const { statistics } = weights;
      for (let i = 0; i < statistics.length / 2; i++)
        statistics[i] = 0.1 * gaussian() * Math.sqrt(statistics[statistics.length / 2 + i]);
      writeFileSync(path, exportOnnx(network, weights, { input: { width: 128, height: 96 }, halfPrecision: true }));
      assert.deepEqual(await warningsOf(path), []);
    });
  }

  for (const { name, load } of yoloxCases()) {
    it(`opens without a doubt, with the reference's random weights: ${name}`, async () => {
      const { network, weights, images } = load();
      const [, , height, width] = images.shape;
      const path = join(folder(), 'm.onnx');
      writeFileSync(path, exportOnnx(network, weights, { input: { width, height } }));
      assert.deepEqual(await warningsOf(path), []);
    });
  }
});
