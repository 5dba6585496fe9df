import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { boxIou } from '../../../src/core/box.js';
import type { Detection } from '../../../src/core/detection.js';
import type { ModelDetector } from '../../../src/core/detector.js';
import { InternalError, ModelError, UsageError } from '../../../src/core/errors.js';
import { letterbox } from '../../../src/core/fit.js';
import type { ProcessDetectorOptions } from '../../../src/model/host/host-plan.js';
import { createProcessDetector, tryProviders } from '../../../src/model/host/process-detector.js';
import { node } from '../../../src/model/onnx/build.js';
import { serializeOnnx } from '../../../src/model/onnx/model-file.js';
import { itNeeds } from '../../helpers/needs.js';
import { readSafetensors } from '../../helpers/safetensors.js';
import { parityCases, readJson, realFile } from '../../helpers/shared.js';
import { pixelModel } from '../pixel-model.js';
import { tempFolder } from '../temp-folder.js';
import { detectorsOf, hasProc } from './child-processes.js';
import { pixelDetectorOptions, pixelPicture } from './pixel-detector.js';

/** Of the reference's `demo_classaware`. */
const THRESHOLD = 0.25;

const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

describe('process detector', function () {
  this.timeout(120_000);
  const folder = tempFolder();
  const opened: ModelDetector[] = [];
  const open = async (changes: Partial<ProcessDetectorOptions> = {}): Promise<ModelDetector> => {
    const detector = await createProcessDetector(pixelDetectorOptions(folder.path, changes));
    opened.push(detector);
    return detector;
  };
  afterEach(() => Promise.all(opened.splice(0).map((detector) => detector.close())));

  it('detects the objects of each picture, in pixels of the source', async () => {
    const detector = await open({ keepsOutside: true });
    for (const [mark, scale] of [
      [3, 1],
      [2, 0.5],
      [0, 0.25],
    ]) {
      const { detections } = await detector.detect(pixelPicture(mark, { scaleX: scale, scaleY: scale }));
      const [x, half] = [(8 * mark) / scale, 4 / scale];
      assert.deepEqual(detections, [
        {
          box: { x1: x - half, y1: -half, x2: x + half, y2: half },
          score: 1,
          classId: 0,
          className: detector.info.classNames[0],
        },
      ]);
    }
  });

  it('gives the part of a box that lies inside the picture, and no box beside it', async () => {
    const detector = await open();
    const [{ box }] = (await detector.detect(pixelPicture(3))).detections;
    assert.deepEqual(box, { x1: 20, y1: 0, x2: 28, y2: 4 });
    assert.deepEqual((await detector.detect(pixelPicture(5))).detections, []);
  });

  it('reads the picture before it returns', async () => {
    const detector = await open();
    const picture = pixelPicture(3);
    const answer = detector.detect(picture);
    picture.image.fill(0);
    assert.equal((await answer).detections[0].box.x1, 20);
  });

  it('takes one picture ahead and returns results in order; one more picture is an error of the caller', async () => {
    const detector = await open();
    const answers = [detector.detect(pixelPicture(1)), detector.detect(pixelPicture(2))];
    await assert.rejects(
      detector.detect(pixelPicture(3)),
      (error: Error) => error instanceof InternalError && error.message.includes('2 frames'),
    );
    assert.deepEqual(
      (await Promise.all(answers)).map(({ detections }) => detections[0].box.x1),
      [4, 12],
    );
  });

  it('refuses a picture of another size and continues', async () => {
    const detector = await open();
    await assert.rejects(detector.detect({ ...pixelPicture(1), image: new Uint8Array(7) }), /7 bytes.* 3072/);
    assert.equal((await detector.detect(pixelPicture(1))).detections.length, 1);
  });

  it('stamps its runs on the clock that both processes share', async () => {
    const detector = await open();
    const beforeMs = nowMs();
    const { times } = await detector.detect(pixelPicture(1));
    const stamps = [beforeMs, times.inferStartMs, times.inferEndMs, times.doneAtMs, nowMs()];
    assert.deepEqual(
      stamps,
      [...stamps].sort((a, b) => a - b),
    );
  });

  it('reports its model, input and provider', async () => {
    const { info, hosts } = await open();
    assert.equal(hosts, 1);
    assert.deepEqual(
      { ...info, modelSha256: '', classNames: info.classNames.length },
      {
        model: 'pixels.onnx',
        modelSha256: '',
        family: 'yolox',
        input: { width: 32, height: 32 },
        pictures: 'BGR, letterboxed, 0 to 255 (standard)',
        classNames: 1,
        classNamesFrom: 'numbers',
        requestedProvider: 'cpu',
        provider: 'cpu',
        threads: 1,
      },
    );
    assert.match(info.modelSha256, /^[0-9a-f]{64}$/);
  });

  it('reports only the requested classes', async () => {
    const detector = await open({ classIds: [5] });
    assert.deepEqual((await detector.detect(pixelPicture(1))).detections, []);
  });

  itNeeds({ 'Linux /proc': hasProc }, 'spreads frames over a pool of hosts', async () => {
    const detector = await open({ hosts: 2 });
    assert.equal(detector.hosts, 2);
    assert.equal(detectorsOf().length, 2);
    const answers = await Promise.all([0, 1, 2, 3].map((mark) => detector.detect(pixelPicture(mark))));
    assert.deepEqual(
      answers.map(({ detections }) => detections[0].box.x2),
      [4, 12, 20, 28],
    );
  });

  describe('that cannot be opened', () => {
    const cases: Record<string, { changes: Partial<ProcessDetectorOptions>; type: typeof ModelError; says: RegExp }> = {
      'a model that is not there': { changes: { model: 'absent.onnx' }, type: ModelError, says: /absent\.onnx/ },
      'labels of another model': { changes: { labels: 'coco' }, type: ModelError, says: /80/ },
      'an unknown provider': {
        changes: { provider: 'abacus' as 'cpu' },
        type: UsageError,
        says: /"abacus".*auto, cpu/,
      },
      'no hosts': { changes: { hosts: 0 }, type: UsageError, says: /hosts .*0/ },
      'half a thread': { changes: { threads: 0.5 }, type: UsageError, says: /threads .*0\.5/ },
      'a provider of another system': {
        changes: { provider: process.platform === 'darwin' ? 'dml' : 'coreml' },
        type: ModelError,
        says: /(dml|coreml).* choose auto or cpu/,
      },
    };
    for (const [what, { changes, type, says }] of Object.entries(cases)) {
      it(`reports it and leaves no process running: ${what}`, async () => {
        await assert.rejects(open(changes), (error: Error) => {
          assert.ok(error instanceof type, String(error));
          assert.match(error.message, says);
          return true;
        });
        if (hasProc) assert.deepEqual(detectorsOf(), []);
      });
    }

    it('forwards the error of the process, with its code and the name of the file of the user', async () => {
      const model = join(folder.path, 'nonsense.onnx');
      const { graph, ...rest } = pixelModel();
      const nodes = [...graph.node, node('Nonsense', ['images'], ['nothing'])];
      writeFileSync(model, serializeOnnx({ ...rest, graph: { ...graph, node: nodes } }));
      await assert.rejects(open({ model }), (error: Error) => {
        assert.ok(error instanceof ModelError && error.code === 'NOWCAST_MODEL', String(error));
        assert.match(error.message, /^nonsense\.onnx: ONNX Runtime cannot open this model/);
        return true;
      });
    });
  });

  describe('auto', () => {
    const choice = (): string => {
      const [name] = readdirSync(join(folder.path, 'cache', 'providers'));
      return join(folder.path, 'cache', 'providers', name);
    };

    it('runs on a provider of this machine, and remembers it', async () => {
      const { info } = await open({ provider: 'auto' });
      assert.equal(info.requestedProvider, 'auto');
      assert.notEqual(info.provider, 'auto');
      assert.equal(readJson<{ provider: string }>(choice()).provider, info.provider);
    });

    it('tries no provider if it remembers one', async () => {
      const log: string[] = [];
      await (await open({ provider: 'auto' })).close();
      await open({ provider: 'auto', onLog: (message) => log.push(message) });
      assert.deepEqual(log, []);
    });

    it('chooses again if the file is damaged, or its provider no longer opens', async () => {
      const { info } = await open({ provider: 'auto' });
      for (const damage of ['{"prov', `{"provider": "${process.platform === 'darwin' ? 'dml' : 'coreml'}"}`]) {
        writeFileSync(choice(), damage);
        assert.equal((await open({ provider: 'auto' })).info.provider, info.provider);
        assert.equal(readJson<{ provider: string }>(choice()).provider, info.provider);
      }
    });

    it('works if it cannot remember its choice, and warns', async () => {
      mkdirSync(join(folder.path, 'cache'));
      writeFileSync(join(folder.path, 'cache', 'providers'), 'in the way');
      const log: string[] = [];
      await open({ provider: 'auto', onLog: (message) => log.push(message) });
      assert.match(log.at(-1)!, /chooses again.*cannot write/);
    });

    it('lists the providers without keeping one open', async () => {
      const statuses = await tryProviders(pixelDetectorOptions(folder.path));
      assert.deepEqual(statuses[0], { provider: 'cpu' });
      if (hasProc) assert.deepEqual(detectorsOf(), []);
    });
  });

  describe('with real weights', () => {
    const weights = realFile('yolox_nano.onnx');
    for (const { name, path } of parityCases('real-yolox-nano')) {
      itNeeds(
        { 'yolox_nano.onnx': weights !== undefined },
        `detects the same objects in real pictures as the reference: ${name}`,
        async () => {
          type Expected = Record<
            string,
            {
              width: number;
              height: number;
              detections: { demo_classaware: { bbox_xyxy: number[]; score: number; cls: number }[] };
            }
          >;
          const tensors = readSafetensors(join(path, 'tensors.safetensors'));
          const detector = await open({ model: weights!, confThreshold: THRESHOLD });
          assert.equal(detector.info.model, basename(weights!));
          let compared = 0;
          for (const [picture, expected] of Object.entries(readJson<Expected>(join(path, 'expected.json')))) {
            const fit = letterbox(expected, detector.info.input);
            const { detections } = await detector.detect({
              size: expected,
              fit,
              image: planar(tensors.get(`input.${picture}`)!.data as Uint8Array),
            });
            const reference = expected.detections.demo_classaware;
            const isOf = (
              found: Detection,
              { bbox_xyxy: [x1, y1, x2, y2], score, cls }: (typeof reference)[number],
            ): boolean =>
              found.classId === cls &&
              Math.abs(found.score - score) < 1e-3 &&
              boxIou(found.box, { x1, y1, x2, y2 }) > 0.99;
            // A detection with a score close to the threshold appears or not, depending on a processor's last bits.
            const isSure = ({ score }: { readonly score: number }): boolean => score > THRESHOLD + 0.01;
            for (const wanted of reference.filter(isSure))
              assert.equal(
                detections.filter((found) => isOf(found, wanted)).length,
                1,
                `${picture}: class ${wanted.cls} with score ${wanted.score}`,
              );
            for (const found of detections.filter(isSure))
              assert.ok(
                reference.some((wanted) => isOf(found, wanted)),
                `${picture}: the reference has none of class ${found.classId} with score ${found.score}`,
              );
            compared += reference.filter(isSure).length;
          }
          assert.ok(compared >= 10, `${compared} were compared`);
        },
      );
    }
  });
});

/** Converts interleaved pixels to planes. */
function planar(pixels: Uint8Array): Uint8Array {
  const area = pixels.length / 3;
  return Uint8Array.from({ length: pixels.length }, (_, i) => pixels[(i % area) * 3 + Math.floor(i / area)]);
}
