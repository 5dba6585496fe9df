import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { readModelSpec } from '../../src/model/model-spec.js';
import { readCheckpoint } from '../../training/checkpoint/checkpoint.js';
import { COMMAND, nowcast } from '../helpers/command.js';
import { hasProgram, itNeeds } from '../helpers/needs.js';
import { suiteFolder, temporaryFolder } from '../helpers/temporary.js';

describe('nowcast train', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const shared = suiteFolder();

  /** With one replica, because each takes seconds to open. */
  const train = (...args: readonly string[]): ReturnType<typeof nowcast> =>
    nowcast(['train', '--replicas', '1', ...args]);

  /** Runs one epoch, whose folder the tests copy. */
  before(async () => {
    const config = await prepare('', shared());
    const { code, stderr } = await train('-c', config, '--out', join(shared(), 'run'), '--set', 'epochs=1');
    assert.equal(code, 0, stderr);
  });

  /** A config, and the folder of its run of one epoch. */
  function trained(): { readonly config: string; readonly out: string } {
    cpSync(shared(), folder(), { recursive: true });
    return { config: join(folder(), 'config.yaml'), out: join(folder(), 'run') };
  }

  /** Two grey pictures with a box each, and a config beside them. */
  async function prepare(settings = '', into = folder()): Promise<string> {
    mkdirSync(join(into, 'pictures'));
    for (const i of [0, 1]) {
      await sharp({ create: { width: 64, height: 64, channels: 3, background: { r: 100, g: 100, b: 60 * i } } })
        .png()
        .toFile(join(into, 'pictures', `${i}.png`));
    }
    writeFileSync(
      join(into, 'annotations.json'),
      JSON.stringify({
        categories: [{ id: 0, name: 'car' }],
        images: [0, 1].map((id) => ({ id, file_name: `${id}.png`, width: 64, height: 64 })),
        annotations: [0, 1].map((id) => ({ id, image_id: id, category_id: 0, bbox: [10, 10, 30, 20] })),
      }),
    );
    const config = join(into, 'config.yaml');
    const data = '{ annotations: annotations.json, root: pictures }';
    writeFileSync(
      config,
      `train: ${data}\nval: ${data}\ninput: 64x64\nbatch_size: 2\nmultiscale: 0\nwarmup_epochs: 1\nclosing_epochs: 1\n${settings}`,
    );
    return config;
  }

  it('trains, resumes, and writes a checkpoint that nowcast export reads', async () => {
    const config = await prepare('validate_every: 100\n');
    const out = join(folder(), 'run');
    const first = await nowcast([
      'train',
      '-c',
      config,
      '--out',
      out,
      '--set',
      'epochs=49',
      '--engine',
      'onnxruntime',
      '--json',
    ]);
    assert.equal(first.code, 0, first.stderr);
    const summary = JSON.parse(first.stdout) as { engine: string; steps: number; isFinished: boolean; last: string };
    assert.deepEqual([summary.engine, summary.steps, summary.isFinished], ['onnxruntime', 49, true]);
    assert.match(first.stderr, /"engine":"onnxruntime".*training yolox-nano on 2 pictures, 1 class/);
    assert.equal(
      readFileSync(join(out, 'log.jsonl'), 'utf8')
        .split('\n')
        .filter((line) => line.includes('"step"')).length,
      50,
    );

    const second = await train('-c', config, '--out', out, '--set', 'epochs=50', '--resume');
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, /^50 steps/);
    assert.match(second.stderr, /other settings: epochs 50 \(before: 49\)/);
    // The duration of its first step is unknown.
    assert.doesNotMatch(second.stderr, /"minutesLeft":null/);
    const model = join(folder(), 'm.onnx');
    assert.equal((await nowcast(['export', summary.last, '--out', model])).code, 0);
    assert.equal((await readModelSpec(model)).classCount, 1);
  });

  for (const [name, code, message] of [
    [
      'plain',
      0,
      /plain\.json: 2 pictures, 38 boxes of 8 classes: car 16, person 10, .*2 classes of 8 have no annotation/s,
    ],
    ['normalized-boxes', 1, /normalized-boxes\.yaml:\d+: train: .*every box lies within the first pixel/],
    ['swapped-size', 1, /swaps width and height/],
    ['unknown-images', 1, /nothing to learn.*its image_id is no id of "images"/s],
  ] as const) {
    it(`reports contents and problems of a data set at the start: ${name}`, async () => {
      const out = join(folder(), 'run');
      const config = `test/fixtures/field/train-set/${name}.yaml`;
      const { code: found, stderr } = await train('-c', config, '--out', out);
      assert.equal(found, code, stderr);
      assert.match(stderr, message);
      assert.equal(existsSync(out), code === 0);
    });
  }

  itNeeds(
    { bash: hasProgram('bash', '--version') },
    'keeps its checkpoint if the next one does not fit on the disk, and reports it',
    async () => {
      const { config, out } = trained();
      const last = join(out, 'last.safetensors');
      const before = readFileSync(last);
      // A write fails half-way, as on a full disk: no file may exceed a megabyte.
      const { status, stderr } = spawnSync(
        'bash',
        [
          '-c',
          'ulimit -f 1024; exec "$@"',
          'bash',
          process.execPath,
          COMMAND,
          'train',
          '--replicas',
          '1',
          '-c',
          config,
          '--out',
          out,
          '--set',
          'epochs=2',
          '--resume',
        ],
        { encoding: 'utf8' },
      );
      assert.equal(status, 1, stderr);
      assert.match(stderr, /cannot write .*(best|last)\.safetensors/);
      assert.deepEqual(readFileSync(last), before);
      assert.deepEqual(readdirSync(out).sort(), ['best.safetensors', 'curves.html', 'last.safetensors', 'log.jsonl']);
      const resumed = await train('-c', config, '--out', out, '--set', 'epochs=2', '--resume');
      assert.match(resumed.stdout, /^2 steps/, resumed.stderr);
    },
  );

  it('stops on Ctrl-C with a checkpoint, and resumes from it', async () => {
    const config = await prepare();
    const out = join(folder(), 'run');
    const settings = ['--set', 'epochs=500', '--set', 'validate_every=500'];
    const { code, stdout } = await nowcast(
      ['train', '--replicas', '1', '-c', config, '--out', out, ...settings, '--json', '--verbose'],
      {
        onStart: (child) =>
          child.stderr!.on('data', (chunk) => {
            if (String(chunk).includes('step 50 of 500')) child.kill('SIGINT');
          }),
      },
    );
    assert.equal(code, 130);
    const { steps, isFinished } = JSON.parse(stdout) as { steps: number; isFinished: boolean };
    assert.ok(steps >= 50 && steps < 500 && !isFinished, `${steps} steps`);
    assert.equal(readCheckpoint(join(out, 'last.safetensors')).facts.step, steps);
    const last = ['--set', `epochs=${steps + 1}`, '--set', 'validate_every=500'];
    const resumed = await train('-c', config, '--out', out, '--resume', ...last);
    assert.match(resumed.stdout, new RegExp(`^${steps + 1} steps`), resumed.stderr);
    assert.match(
      readFileSync(join(out, 'curves.html'), 'utf8'),
      new RegExp(`${steps + 1} of ${steps + 1} steps, finished`),
    );
  });

  it('refuses a new run in a folder that holds one', async () => {
    const { config, out } = trained();
    const { code, stderr } = await train('-c', config, '--out', out, '--set', 'epochs=1');
    assert.equal(code, 2);
    assert.match(stderr, /holds a run already .*--resume/);
  });

  it('resumes a moved data set, and neither another batch nor other boxes', async () => {
    const { config, out } = trained();
    const resume = (...args: readonly string[]): ReturnType<typeof nowcast> =>
      train('-c', config, '--out', out, '--set', 'epochs=1', '--resume', ...args);
    const refused = async (message: RegExp, ...args: readonly string[]): Promise<void> => {
      const { code, stderr } = await resume(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    };
    await refused(/with batch_size 2, and now it is 1\. .*--weights/, '--set', 'batch_size=1');
    const annotations = join(folder(), 'annotations.json');
    const text = readFileSync(annotations, 'utf8');
    writeFileSync(annotations, text.replace('[10,10,30,20]', '[10,10,30,21]'));
    await refused(/another data set: 2 pictures with 2 boxes \(\w+\), and now 2 pictures with 2 boxes/);
    writeFileSync(annotations, text);
    renameSync(join(folder(), 'pictures'), join(folder(), 'moved'));
    writeFileSync(config, readFileSync(config, 'utf8').replaceAll('root: pictures', 'root: moved'));
    const { code, stderr } = await resume('--set', 'lr=0.001');
    assert.equal(code, 0, stderr);
    assert.match(stderr, /other settings: lr 0\.001 \(before: 0\.0003125\)"?/);
  });

  it('reports problems of a config, and writes no file', async () => {
    const config = await prepare('epoch: 3\n');
    const out = join(folder(), 'run');
    for (const [args, message] of [
      [['-c', config], /config\.yaml:\d+: epoch is not a key; did you mean epochs\?/],
      [['-c', join(folder(), 'absent.yaml')], /the config .*absent\.yaml does not exist/],
      [['-c', config, '--set', 'epochs'], /key=value/],
      [
        ['-c', config, '--set', 'variant=yolox-q', '--set', 'epoch=1'],
        /--set variant is "yolox-q"; it must be one of yolox-nano/,
      ],
      [['-c', config, '--keep-mb', '99999999'], /from 0 to \d+, the most that this machine/],
      [['-c', config, '--engine', 'torch'], /--engine is "torch"; it must be auto, onnxruntime or tensorflow/],
      [['-c', config, '--resume', '--weights', 'w.safetensors'], /leave one of them out/],
    ] as const) {
      const { code, stderr } = await nowcast(['train', ...args, '--out', out]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
    assert.equal(existsSync(out), false);
  });
});
