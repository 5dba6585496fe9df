import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { readModelSpec } from '../../src/model/spec.js';
import { nowcast } from '../helpers/command.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('nowcast train', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  /** Two grey pictures with a box each, and a config that lies beside them. */
  async function prepare(settings = ''): Promise<string> {
    mkdirSync(join(folder(), 'pictures'));
    for (const i of [0, 1]) {
      await sharp({ create: { width: 64, height: 64, channels: 3, background: { r: 100, g: 100, b: 60 * i } } }).png().toFile(join(folder(), 'pictures', `${i}.png`));
    }
    writeFileSync(join(folder(), 'annotations.json'), JSON.stringify({
      categories: [{ id: 0, name: 'car' }],
      images: [0, 1].map((id) => ({ id, file_name: `${id}.png`, width: 64, height: 64 })),
      annotations: [0, 1].map((id) => ({ id, image_id: id, category_id: 0, bbox: [10, 10, 30, 20] })),
    }));
    const config = join(folder(), 'config.yaml');
    const data = '{ annotations: annotations.json, root: pictures }';
    writeFileSync(config, `train: ${data}\nval: ${data}\ninput: 64x64\nbatch_size: 2\nmultiscale: 0\nwarmup_epochs: 1\nclosing_epochs: 1\n${settings}`);
    return config;
  }

  it('trains, resumes, and leaves what nowcast export takes', async () => {
    const config = await prepare();
    const out = join(folder(), 'run');
    const first = await nowcast(['train', '-c', config, '--out', out, '--set', 'epochs=2', '--json']);
    assert.equal(first.code, 0, first.stderr);
    const summary = JSON.parse(first.stdout) as { steps: number; isFinished: boolean; last: string };
    assert.deepEqual([summary.steps, summary.isFinished], [2, true]);
    assert.equal(readFileSync(join(out, 'log.jsonl'), 'utf8').split('\n').filter((line) => line.includes('"step"')).length, 3);

    const second = await nowcast(['train', '-c', config, '--out', out, '--set', 'epochs=3', '--resume']);
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, /^3 steps/);
    const model = join(folder(), 'm.onnx');
    assert.equal((await nowcast(['export', summary.last, '--out', model])).code, 0);
    assert.equal((await readModelSpec(model)).classCount, 1);
  });

  it('says what is wrong with a config, and writes nothing', async () => {
    const config = await prepare('epoch: 3\n');
    const out = join(folder(), 'run');
    for (const [args, message] of [
      [['-c', config], /Unrecognized key: "epoch"/],
      [['-c', join(folder(), 'absent.yaml')], /cannot read the config .*absent\.yaml/],
      [['-c', config, '--set', 'epochs'], /key=value/],
      [['-c', config, '--set', 'variant=yolox-q', '--set', 'epoch=1'], /variant: .*yolox-nano/],
      [['-c', config, '--engine', 'torch'], /Allowed choices are auto, onnxruntime, tensorflow/],
      [['-c', config, '--resume', '--weights', 'w.safetensors'], /leave one of them out/],
    ] as const) {
      const { code, stderr } = await nowcast(['train', ...args, '--out', out]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
    assert.equal(existsSync(out), false);
  });
});
