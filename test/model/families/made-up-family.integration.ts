import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fitPicture, writePlanes } from '../../../src/core/picture.js';
import type { createProcessDetector as CreateProcessDetector } from '../../../src/model/host/process-detector.js';
import { DataType, node, onnxModel, valueInfo } from '../../../src/model/onnx/build.js';
import { serializeOnnx } from '../../../src/model/onnx/model-file.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const SIDE = 32;

/** A network of a signature that no family has: the mean of each plane. */
const means = onnxModel({
  name: 'means',
  nodes: [node('GlobalAveragePool', ['picture'], ['means'])],
  inputs: [valueInfo('picture', DataType.FLOAT, [1, 3, SIDE, SIDE])],
  outputs: [valueInfo('means', DataType.FLOAT, [1, 3, 1, 1])],
  initializers: [],
});

/** `families/glow/family.js` as TypeScript would write it: the whole picture glows as much as it is red. */
const FAMILY = `import { detectionOf } from '../detection.js';

export const glow = {
  name: 'glow',
  signature: 'picture [1,3,H,W] and gives means [1,3,1,1]',
  preprocessing: { bytes: { layout: { channels: 'rgb', fit: 'stretch' } } },
  recognise({ inputs: [image], outputs }) {
    if (outputs.length !== 1 || outputs[0].name !== 'means') return 'its output must be means';
    const [, , height, width] = image.dims;
    return { form: 'means', image: image.name, input: { width, height }, outputs: ['means'], classCount: 1, preprocess: 'bytes' };
  },
  createDecoder: (_, { input: { width, height }, classNames }) => ([[red]], fit) =>
    [detectionOf({ x1: 0, y1: 0, x2: width, y2: height }, red / 255, 0, classNames, fit)],
};
`;

describe('a family added by the recipe of docs/architecture.md', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  /** The built package in a folder of its own, so that its files can be changed. */
  function copyOfPackage(): string {
    const copy = join(folder(), 'package');
    mkdirSync(copy);
    cpSync('dist/src', join(copy, 'dist/src'), { recursive: true });
    cpSync('package.json', join(copy, 'package.json'));
    symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
    return join(copy, 'dist/src/model');
  }

  it('runs in the process of the detector', async () => {
    const model = copyOfPackage();
    mkdirSync(join(model, 'families/glow'));
    writeFileSync(join(model, 'families/glow/family.js'), FAMILY);
    const list = join(model, 'families/kinds.js');
    const before = readFileSync(list, 'utf8');
    const after = before.replace(/DETECTOR_FAMILIES = \[(.*)\];/, 'DETECTOR_FAMILIES = [$1, glow];');
    assert.notEqual(after, before);
    writeFileSync(list, `import { glow } from './glow/family.js';\n${after}`);
    writeFileSync(join(folder(), 'glow.onnx'), serializeOnnx(means));

    const { createProcessDetector } = (await import(pathToFileURL(join(model, 'host/process-detector.js')).href)) as {
      createProcessDetector: typeof CreateProcessDetector;
    };
    await using detector = await createProcessDetector({
      model: join(folder(), 'glow.onnx'),
      provider: 'cpu',
      threads: 1,
      confThreshold: 0.1,
      nmsThreshold: 0.45,
      nms: 'per-class',
      cacheDir: join(folder(), 'cache'),
    });
    const { family, input } = detector.info;
    assert.equal(family, 'glow');
    assert.deepEqual(input, { width: SIDE, height: SIDE, channels: 'rgb', fit: 'stretch' });

    // Twice as wide as the input, half of it red.
    const size = { width: 2 * SIDE, height: SIDE };
    const fit = fitPicture(size, input);
    const pixels = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, i) =>
      i % 3 === 0 && (i / 3) % SIDE < SIDE / 2 ? 255 : 0,
    );
    const image = new Uint8Array(3 * SIDE * SIDE);
    writePlanes({ pixels, bytesPerPixel: 3 }, fit, input, image);
    const { detections } = await detector.detect({ size, fit, image });
    assert.deepEqual(detections, [
      { box: { x1: 0, y1: 0, x2: 2 * SIDE, y2: SIDE }, score: 0.5, classId: 0, className: 'class-0' },
    ]);
  });
});
