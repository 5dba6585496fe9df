import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelDetector } from '../../../src/core/detector.js';
import type { ProcessDetectorOptions } from '../../../src/model/host/host-plan.js';
import { DataType, node } from '../../../src/model/onnx/build.js';
import { serializeOnnx } from '../../../src/model/onnx/model-file.js';
import { createProcessDetector, tryProviders } from '../../../src/model/host/process-detector.js';
import { itNeeds } from '../../helpers/needs.js';
import { readJson } from '../../helpers/shared.js';
import { swiftshaderIcd, useSoftwareGpu } from '../../helpers/software-gpu.js';
import { pixelModel } from '../pixel-model.js';
import { tempFolder } from '../temp-folder.js';
import { detectorsOf, hasProc } from './child-processes.js';
import { pixelDetectorOptions, pixelPicture } from './pixel-detector.js';

const NEEDS = {
  'SwiftShader of chromium': swiftshaderIcd !== undefined && process.platform === 'linux' && process.arch === 'x64',
};

/** The choice between providers that both load: the CPU and, on a software adapter, WebGPU. */
describe('two real providers', function () {
  this.timeout(120_000);
  useSoftwareGpu();
  const folder = tempFolder();
  const opened: ModelDetector[] = [];
  const open = async (changes: Partial<ProcessDetectorOptions>): Promise<ModelDetector> => {
    const detector = await createProcessDetector(pixelDetectorOptions(folder.path, changes));
    opened.push(detector);
    return detector;
  };
  /** The pixels' way through an operation in half precision, which changes nothing. */
  const halfModel = (): string => {
    const model = pixelModel();
    const { graph } = model;
    graph.node[0].input[0] = 'again';
    graph.node.unshift(
      node('Cast', ['images'], ['half'], { to: { int: DataType.FLOAT16 } }),
      node('Abs', ['half'], ['same']),
      node('Cast', ['same'], ['again'], { to: { int: DataType.FLOAT } }),
    );
    const path = join(folder.path, 'half.onnx');
    writeFileSync(path, serializeOnnx(model));
    return path;
  };
  afterEach(() => Promise.all(opened.splice(0).map((detector) => detector.close())));

  itNeeds(NEEDS, 'both load', async () => {
    const statuses = await tryProviders(pixelDetectorOptions(folder.path));
    for (const wanted of ['cpu', 'webgpu'])
      assert.deepEqual(
        statuses.find(({ provider }) => provider === wanted),
        { provider: wanted },
      );
  });

  itNeeds(NEEDS, 'runs on webgpu by name, with the detections of the CPU', async () => {
    const webgpu = await open({ provider: 'webgpu' });
    const cpu = await open({ provider: 'cpu' });
    assert.deepEqual([webgpu.info.requestedProvider, webgpu.info.provider], ['webgpu', 'webgpu']);
    for (const mark of [0, 2, 3]) {
      assert.deepEqual(
        (await webgpu.detect(pixelPicture(mark))).detections,
        (await cpu.detect(pixelPicture(mark))).detections,
      );
    }
  });

  itNeeds(
    NEEDS,
    'runs a model of half precision in single precision where webgpu has no half, and says so',
    async () => {
      const model = halfModel();
      const warnings: string[] = [];
      const detector = await open({ provider: 'webgpu', onWarning: (text) => warnings.push(text), model });
      assert.equal(detector.info.provider, 'webgpu');
      assert.match(warnings.join('\n'), /half\.onnx computes in half precision, which webgpu cannot do.*shader-f16/);
      const cpu = await open({ provider: 'cpu', model });
      assert.deepEqual(
        (await detector.detect(pixelPicture(2))).detections,
        (await cpu.detect(pixelPicture(2))).detections,
      );
    },
  );

  itNeeds(NEEDS, 'states how many nodes run on the CPU', async () => {
    const { info } = await open({ provider: 'webgpu', findsPlacement: true });
    assert.ok(info.placement!.nodes > 0);
    assert.deepEqual(info.placement!.onCpu, []);
    assert.equal((await open({ provider: 'cpu', findsPlacement: true })).info.placement, undefined);
  });

  itNeeds(NEEDS, 'measures both for auto, takes and remembers the faster, and leaves only its process', async () => {
    const log: string[] = [];
    const { info } = await open({ provider: 'auto', onLog: (message) => log.push(message) });
    const measured = log.flatMap((line) => /^auto: (\w+) takes [\d.]+ ms per run$/.exec(line)?.[1] ?? []);
    for (const wanted of ['cpu', 'webgpu']) assert.ok(measured.includes(wanted), log.join('\n'));
    const providers = join(folder.path, 'cache', 'providers');
    const { provider, medianMs } = readJson<{ provider: string; medianMs: Record<string, number> }>(
      join(providers, readdirSync(providers)[0]),
    );
    assert.equal(medianMs[provider], Math.min(...Object.values(medianMs)));
    assert.equal(info.provider, provider);
    if (hasProc) assert.equal(detectorsOf().length, 1);
  });
});
