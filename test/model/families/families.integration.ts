import { create } from '@bufbuild/protobuf';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ModelDetector } from '../../../src/core/detector.js';
import { fitPicture, writePlanes, type Picture } from '../../../src/core/picture.js';
import type { ProcessDetectorOptions } from '../../../src/model/host/host-plan.js';
import { createProcessDetector } from '../../../src/model/host/process-detector.js';
import { serializeOnnx, type OnnxModel } from '../../../src/model/onnx/model-file.js';
import { StringStringEntryProtoSchema, TensorProto_DataLocation } from '../../../src/model/onnx/onnx_pb.js';
import { tempFolder } from '../temp-folder.js';
import { detrBoxesGraph, detrLogitsGraph, QUERY_BOXES, yoloxGraph, type YoloxGraphOptions } from './graphs.js';

type Colour = readonly [red: number, green: number, blue: number];

const LEGACY_RED = (byte: number): number => (byte / 255 - 0.485) / 0.229;

describe('a detector through ONNX Runtime', function () {
  this.timeout(60_000);
  const folder = tempFolder();
  const opened: ModelDetector[] = [];
  const options = { provider: 'cpu', threads: 1, confThreshold: 0.25, nmsThreshold: 0.45, nms: 'per-class' } as const;
  const openFile = async (model: string, changes: Partial<ProcessDetectorOptions> = {}): Promise<ModelDetector> => {
    const detector = await createProcessDetector({
      ...options,
      model,
      cacheDir: join(folder.path, 'cache'),
      ...changes,
    });
    opened.push(detector);
    return detector;
  };
  const open = (model: OnnxModel, changes: Partial<ProcessDetectorOptions> = {}): Promise<ModelDetector> => {
    writeFileSync(join(folder.path, 'm.onnx'), serializeOnnx(model));
    return openFile(join(folder.path, 'm.onnx'), changes);
  };
  afterEach(() => Promise.all(opened.splice(0).map((detector) => detector.close())));

  /** A source's picture in the detector's layout. `colourAt` takes pixels of the fitted picture. */
  const pictureFor = (
    { info: { input } }: ModelDetector,
    size: Picture['size'],
    colourAt: (x: number, y: number) => Colour,
  ): Picture => {
    const fit = fitPicture(size, input);
    const pixels = Uint8Array.from({ length: fit.contentHeight * fit.contentWidth }, (_, i) => i).reduce(
      (all, _, i) => {
        all.set(colourAt(i % fit.contentWidth, Math.floor(i / fit.contentWidth)), 3 * i);
        return all;
      },
      new Uint8Array(3 * fit.contentWidth * fit.contentHeight),
    );
    const image = new Uint8Array(3 * input.width * input.height);
    writePlanes({ pixels, bytesPerPixel: 3 }, fit, input, image);
    return { size, fit, image };
  };
  /** 128x64 pixels, half as large in the input, with a red square there at 16, 8 and a blue one at 40, 16. */
  const squares = (detector: ModelDetector): Picture =>
    pictureFor(detector, { width: 128, height: 64 }, (x, y) =>
      x >= 16 && x < 24 && y >= 8 && y < 16
        ? [255, 0, 0]
        : x >= 40 && x < 48 && y >= 16 && y < 24
          ? [0, 0, 255]
          : [0, 0, 0],
    );
  const findsTheRedSquare = async (detector: ModelDetector): Promise<void> => {
    const { detections } = await detector.detect(squares(detector));
    assert.deepEqual(
      detections.map(({ box, classId }) => [box, classId]),
      [[{ x1: 32, y1: 16, x2: 48, y2: 32 }, 0]],
    );
    assert.ok(Math.abs(detections[0].score - 1 / (1 + Math.exp(-3))) < 1e-4, `score ${detections[0].score}`);
  };

  const forms: Record<string, YoloxGraphOptions> = {
    'undecoded rows': {},
    'undecoded rows of logits': { scores: 'logits' },
    'boxes decoded in the graph': { boxes: 'decoded' },
    'boxes decoded in the graph, scores as logits': { boxes: 'decoded', scores: 'logits' },
    'boxes decoded in the graph by scattering': { boxes: 'scatter' },
    'three heads': { output: 'three heads' },
    'three heads of logits': { output: 'three heads', scores: 'logits' },
    'nine heads': { output: 'nine heads' },
    'nine heads of logits': { output: 'nine heads', scores: 'logits' },
  };
  for (const [what, form] of Object.entries(forms)) {
    it(`finds what a YOLOX with ${what} sees`, async () => findsTheRedSquare(await open(yoloxGraph(form))));
  }

  for (const boxes of ['undecoded', 'decoded'] as const) {
    it(`runs an export with dynamic axes at the size asked for (${boxes})`, async () => {
      const detector = await open(yoloxGraph({ isDynamic: true, boxes }), { input: { width: 64, height: 64 } });
      assert.deepEqual(detector.info.classNames, ['class-0']);
      await findsTheRedSquare(detector);
    });
  }

  it('gives a network of before 0.1.1 RGB, normalised, where that is asked for, and keeps both files apart', async () => {
    const legacy = yoloxGraph({ redOf: LEGACY_RED, redPlane: 0 });
    const detector = await open(legacy, { preprocess: 'legacy' });
    assert.deepEqual(
      [detector.info.family, detector.info.input],
      ['yolox', { width: 64, height: 64, channels: 'rgb' }],
    );
    await findsTheRedSquare(detector);
    // Without the preprocessing, red and blue are swapped and every value is far too large.
    const plain = await open(legacy);
    const { detections } = await plain.detect(squares(plain));
    assert.notDeepEqual(
      detections.map(({ box }) => box),
      [{ x1: 32, y1: 16, x2: 48, y2: 32 }],
    );
  });

  it('refuses a preprocessing that the family does not have, and names those that it has', async () => {
    await assert.rejects(open(yoloxGraph(), { preprocess: 'imagenet' }), {
      name: 'UsageError',
      message:
        /--preprocess is "imagenet".*m\.onnx is of the family yolox, for which it must be one of standard, legacy, rgb, unit, bgr-unit$/,
    });
  });

  it('runs a model whose weights lie in a second file, and another one when these change', async () => {
    const model = yoloxGraph();
    const path = join(folder.path, 'split.onnx');
    const write = (scale: number): void => {
      const data: Buffer[] = [];
      let offset = 0;
      const split = yoloxGraph();
      split.graph.initializer.forEach((weights, i) => {
        if (!weights.name.startsWith('obj_')) return;
        const bytes = Buffer.from(
          Float32Array.from(
            new Float32Array(model.graph.initializer[i].rawData.slice().buffer),
            (value) => value * scale,
          ).buffer,
        );
        weights.rawData = new Uint8Array();
        weights.dataLocation = TensorProto_DataLocation.EXTERNAL;
        weights.externalData = Object.entries({
          location: 'split.onnx.data',
          offset: `${offset}`,
          length: `${bytes.length}`,
        }).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
        offset += bytes.length;
        data.push(bytes);
      });
      writeFileSync(path, serializeOnnx(split));
      writeFileSync(`${path}.data`, Buffer.concat(data));
    };
    write(1);
    const first = await openFile(path);
    await findsTheRedSquare(first);
    const bytes = readFileSync(path);
    write(-1);
    assert.deepEqual(readFileSync(path), bytes, 'the model itself is the same');
    const second = await openFile(path);
    assert.notEqual(second.info.modelSha256, first.info.modelSha256);
    const { detections } = await second.detect(squares(second));
    assert.ok(detections.length > 1, 'now all but the red square is seen');
    assert.equal(basename(second.info.model), 'split.onnx');
  });

  describe('a transformer', () => {
    const SIZE = { width: 640, height: 160 };
    const boxesIn = ({ width, height }: typeof SIZE) =>
      QUERY_BOXES.map(([x1, y1, x2, y2]) => ({ x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height }));

    it('with labels, boxes and scores is given stretched RGB from 0 to 1, and its boxes are of the source', async () => {
      const detector = await open(detrBoxesGraph(), { confThreshold: 0.3 });
      assert.deepEqual(
        [detector.info.family, detector.info.input, detector.info.classNames.length],
        ['detr', { width: 64, height: 32, channels: 'rgb', fit: 'stretch' }, 7],
      );
      const { detections } = await detector.detect(pictureFor(detector, SIZE, () => [204, 102, 51]));
      assert.deepEqual(
        detections.map(({ score, ...found }) => ({ ...found, score: score.toFixed(4) })),
        [
          { box: boxesIn(SIZE)[0], classId: 1, className: 'class-1', score: '0.8000' },
          { box: boxesIn(SIZE)[1], classId: 2, className: 'class-2', score: '0.4000' },
        ],
      );
    });

    it('suppresses nothing, and reports the classes that are asked for', async () => {
      const detector = await open(detrBoxesGraph({ positions: [1, 0, 1] }), {
        confThreshold: 0.1,
        nmsThreshold: 0,
        classIds: [1],
      });
      const { detections } = await detector.detect(pictureFor(detector, SIZE, () => [100, 250, 200]));
      assert.deepEqual(
        detections.map(({ box, classId }) => [box, classId]),
        [
          [boxesIn(SIZE)[2], 1],
          [boxesIn(SIZE)[0], 1],
        ],
      );
    });

    // The made-up network gives its normalised pixels as scores, so the probe would refuse it.
    it("of the same signature that wants ImageNet's mean is given it", async () => {
      const detector = await open(detrBoxesGraph(), { preprocess: 'imagenet', confThreshold: 0.3, probe: false });
      const { detections } = await detector.detect(pictureFor(detector, SIZE, () => [204, 102, 51]));
      assert.deepEqual(
        detections.map(({ score }) => score.toFixed(4)),
        [((0.8 - 0.485) / 0.229).toFixed(4)],
      );
    });

    it("with dets and labels is given stretched RGB with ImageNet's mean, and its classes are COCO's ids", async () => {
      const detector = await open(detrLogitsGraph(), { confThreshold: 0.2 });
      assert.deepEqual(detector.info.input, { width: 64, height: 32, channels: 'rgb', fit: 'stretch' });
      const { detections } = await detector.detect(pictureFor(detector, SIZE, () => [204, 102, 51]));
      const wanted = [
        [0.8, 0.485, 0.229, 0, 3, 'car'],
        [0.4, 0.456, 0.224, 1, 17, 'cat'],
        [0.2, 0.406, 0.225, 2, 90, 'toothbrush'],
      ] as const;
      assert.deepEqual(
        detections.map(({ box, classId, className }) => ({ box, classId, className })),
        wanted.map(([, , , query, classId, className]) => ({ box: boxesIn(SIZE)[query], classId, className })),
      );
      detections.forEach(({ score }, i) => {
        const [value, mean, std] = wanted[i];
        assert.ok(Math.abs(score - 1 / (1 + Math.exp(-(value - mean) / std))) < 1e-5, `query ${i} scores ${score}`);
      });
    });
  });
});
