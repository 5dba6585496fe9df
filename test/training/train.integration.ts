import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckpoint } from '../../training/checkpoint/checkpoint.js';
import type { DataSet } from '../../training/data-set/data-set.js';
import { createNetwork } from '../../training/network/variants.js';
import { initialWeights } from '../../training/network/weights.js';
import { train, type TrainOptions } from '../../training/train.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { drawDataSet, suiteEngines, trainOptions } from './rectangles.js';

describe('train', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  const open = suiteEngines();

  const optionsFor = (
    dataSet: DataSet,
    out: string,
    settings: object,
    over: Partial<TrainOptions> = {},
  ): TrainOptions => trainOptions(dataSet, join(folder(), out), settings, over, open);

  it('memorizes four pictures', async () => {
    const dataSet = await drawDataSet(folder());
    const [losses, found]: [number[], number[]] = [[], []];
    const reached = new AbortController();
    const options = optionsFor(
      dataSet,
      'overfit',
      {
        input: '64x64',
        epochs: 450,
        lr: 0.005,
        closing_epochs: 1,
        mosaic: 0,
        flip: 0,
        colour: 0,
        validate_every: 25,
      },
      {
        val: dataSet,
        signal: reached.signal,
        onStep: ({ loss }) => losses.push(loss),
        onValidation: ({ ap50 }) => {
          found.push(ap50);
          if (ap50 === 1) reached.abort();
        },
      },
    );
    await train(options);
    assert.equal(found.at(-1), 1, `AP50 ${found.join(', ')}`);
    assert.ok(losses.at(-1)! < losses[4] / 2, `${losses[4]} then ${losses.at(-1)}`);
    const log = readFileSync(join(options.out, 'log.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    assert.deepEqual(
      [log.filter(({ type }) => type === 'step').length, log.filter(({ type }) => type === 'validation').length],
      [losses.length, found.length],
    );
    assert.ok(readCheckpoint(join(options.out, 'best.safetensors')).facts.bestAp! > 0);
  });

  it('takes each step at the rate of the steps before it, the first at the start of the warm-up, and logs that rate', async () => {
    const dataSet = await drawDataSet(folder());
    const settings = { epochs: 4, closing_epochs: 1, warmup_epochs: 2, min_lr_ratio: 0.5, lr: 0.01 };
    const rates: number[] = [];
    const options = optionsFor(dataSet, 'rates', settings, { onStep: ({ lr }) => rates.push(lr) });
    await train(options);
    assert.deepEqual(rates, [0, 0.0025, 0.01, 0.005]);

    const once = optionsFor(dataSet, 'once', { ...settings, epochs: 1 });
    await train(once);
    const { parameters } = readCheckpoint(join(once.out, 'last.safetensors')).weights;
    assert.deepEqual(parameters, initialWeights(createNetwork('yolox-nano', 2), 0).parameters);
  });

  it('resumes after a stop, equal to an uninterrupted run to the last bit', async () => {
    const dataSet = await drawDataSet(folder());
    // Two steps an epoch, stopped in the middle of one.
    const settings = {
      epochs: 4,
      closing_epochs: 1,
      warmup_epochs: 1,
      batch_size: 2,
      lr: 0.01,
      mosaic: 1,
      mixup: 0.5,
      multiscale: 1,
    };
    const unbroken = optionsFor(dataSet, 'unbroken', settings);
    assert.ok((await train(unbroken)).isFinished);

    const controller = new AbortController();
    const stopped = optionsFor(dataSet, 'stopped', settings, {
      signal: controller.signal,
      onStep: ({ step }) => {
        if (step === 3) controller.abort();
      },
    });
    assert.deepEqual(await train(stopped).then(({ steps, isFinished }) => ({ steps, isFinished })), {
      steps: 3,
      isFinished: false,
    });
    assert.ok((await train(optionsFor(dataSet, 'stopped', settings, { resume: true }))).isFinished);

    const [first, second] = [unbroken, stopped].map(({ out }) => readCheckpoint(join(out, 'last.safetensors')));
    assert.deepEqual(second, first);
  });

  it('validates at the given interval, and after each closing epoch', async () => {
    const dataSet = await drawDataSet(folder());
    const steps: number[] = [];
    await train(
      optionsFor(
        dataSet,
        'validated',
        { epochs: 7, closing_epochs: 3, batch_size: 2, validate_every: 3 },
        { val: dataSet, onValidation: ({ step }) => steps.push(step) },
      ),
    );
    assert.deepEqual(steps, [6, 10, 12, 14]);
  });

  it('repeats an aborted validation, and ends like an uninterrupted run', async () => {
    const dataSet = await drawDataSet(folder());
    const settings = { epochs: 2, closing_epochs: 1, warmup_epochs: 0, validate_every: 1 };
    const validations = async (name: string, over: Partial<TrainOptions>): Promise<number[]> => {
      const steps: number[] = [];
      await train(
        optionsFor(dataSet, name, settings, { val: dataSet, onValidation: ({ step }) => steps.push(step), ...over }),
      );
      return steps;
    };
    assert.deepEqual(await validations('unbroken', {}), [1, 2]);
    const controller = new AbortController();
    assert.deepEqual(
      await validations('broken', {
        signal: controller.signal,
        onValidating: (done) => {
          if (done === 2) controller.abort();
        },
      }),
      [],
    );
    assert.deepEqual(await validations('broken', { resume: true }), [1, 2]);
    const [first, second] = ['unbroken', 'broken'].map((name) =>
      readCheckpoint(join(folder(), name, 'best.safetensors')),
    );
    assert.deepEqual(second, first);
  });

  it('is finished if it has passed its last step, and refuses to resume a run that never began', async () => {
    const dataSet = await drawDataSet(folder());
    const settings = { closing_epochs: 1, warmup_epochs: 0 };
    await assert.rejects(train(optionsFor(dataSet, 'run', { ...settings, epochs: 2 }, { resume: true })), {
      name: 'UsageError',
      message: /holds no run.*--resume/,
    });
    await train(optionsFor(dataSet, 'run', { ...settings, epochs: 2 }));
    const warnings: string[] = [];
    const { steps, isFinished } = await train(
      optionsFor(
        dataSet,
        'run',
        { ...settings, epochs: 1 },
        { resume: true, onWarning: (message) => warnings.push(message) },
      ),
    );
    assert.deepEqual([steps, isFinished], [2, true]);
    assert.deepEqual(warnings, ['the run continues with other settings: epochs 1 (before: 2)']);
  });

  it('is determined by its seed, for any number of loader threads', async () => {
    const dataSet = await drawDataSet(folder());
    const weightsOf = async (name: string, seed: number, loaders: number): Promise<Float32Array> => {
      const options = optionsFor(
        dataSet,
        name,
        { epochs: 4, closing_epochs: 1, warmup_epochs: 0, mixup: 0.5, seed },
        { loaders },
      );
      await train(options);
      return readCheckpoint(join(options.out, 'last.safetensors')).weights.parameters;
    };
    const first = await weightsOf('first', 7, 1);
    assert.deepEqual(await weightsOf('again', 7, 3), first);
    assert.notDeepEqual(await weightsOf('other', 8, 1), first);
  });

  it("starts from another network's weights with other classes", async () => {
    const dataSet = await drawDataSet(folder());
    const settings = { epochs: 1, lr: 1e-9, warmup_epochs: 0, closing_epochs: 1 };
    const first = optionsFor({ ...dataSet, classNames: ['red', 'blue', 'green'] }, 'three', { ...settings, seed: 5 });
    await train(first);
    const warnings: string[] = [];
    const from = join(first.out, 'last.safetensors');
    const second = optionsFor(dataSet, 'two', settings, { from, onWarning: (message) => warnings.push(message) });
    await train(second);
    assert.deepEqual(warnings, [
      `the classes of ${from} are 3 (red, blue, green), and the data's are 2 (red, blue); class predictions start from random weights`,
    ]);
    const [three, two] = [first, second].map(
      ({ out }) => readCheckpoint(join(out, 'last.safetensors')).weights.parameters,
    );
    for (let i = 0; i < 100; i++) assert.ok(Math.abs(three[i] - two[i]) < 1e-5);
  });

  it('skips a picture that cannot be opened, and names it once', async () => {
    const dataSet = await drawDataSet(folder());
    writeFileSync(join(folder(), '2.png'), 'not a picture');
    const warnings: string[] = [];
    const { isFinished } = await train(
      optionsFor(
        dataSet,
        'broken',
        { epochs: 2, closing_epochs: 0, warmup_epochs: 0 },
        { onWarning: (message) => warnings.push(message) },
      ),
    );
    assert.ok(isFinished);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /2\.png is skipped/);
  });

  it('keeps its state if its pictures vanish in the middle of an epoch, and resumes from there', async () => {
    const { pictures, ...dataSet } = await drawDataSet(folder());
    const settings = { epochs: 1, closing_epochs: 0, batch_size: 1 };
    const long = { ...dataSet, pictures: Array.from({ length: 12 }, (_, i) => pictures[i % 4]) };
    const away = join(folder(), 'away');
    mkdirSync(away);
    const move = (from: string, to: string): void =>
      [0, 1, 2, 3].forEach((i) => renameSync(join(from, `${i}.png`), join(to, `${i}.png`)));
    let reached = 0;
    const warnings: string[] = [];
    const options = optionsFor(long, 'kept', settings, {
      keepBytes: 0,
      onWarning: (message) => warnings.push(message),
      onStep: ({ step }) => {
        reached = step;
        if (step === 2) move(folder(), away);
      },
    });
    await assert.rejects(train(options), { code: 'NOWCAST_DATA', message: /none of the pictures \(12\)/ });
    assert.ok(reached >= 2 && reached < 12, `${reached}`);
    assert.equal(readCheckpoint(join(options.out, 'last.safetensors')).facts.step, reached);
    assert.match(warnings.at(-1)!, new RegExp(`up to step ${reached} is in .*last\\.safetensors.*--resume`));

    move(away, folder());
    const config = { ...options.config, lr: 0.001 };
    assert.ok((await train({ ...options, config, resume: true, onStep: () => undefined })).isFinished);
    assert.match(warnings.at(-1)!, /other settings: lr 0\.001 \(before: 0\.00015625\)/);
    assert.deepEqual(readCheckpoint(join(options.out, 'last.safetensors')).facts.config, config);
  });

  it('leaves its folder usable for another try if it fails before the first step', async () => {
    const dataSet = await drawDataSet(folder());
    const options = optionsFor(dataSet, 'none', { epochs: 1, closing_epochs: 0 }, { onWarning: () => undefined });
    const pictures = dataSet.pictures.map((picture) => ({ ...picture, path: `${picture.path}.gone` }));
    await assert.rejects(train({ ...options, train: { ...dataSet, pictures } }), { code: 'NOWCAST_DATA' });
    assert.ok((await train(options)).isFinished);
  });

  it('stops if the loss becomes NaN or infinite, and names the step and the pictures', async () => {
    const dataSet = await drawDataSet(folder());
    const options = optionsFor(dataSet, 'diverged', { epochs: 30, closing_epochs: 0, warmup_epochs: 0, lr: 1e30 });
    await assert.rejects(train(options), {
      code: 'NOWCAST_DIVERGED',
      message: /step \d+, on .*\.png.*lower lr.*last\.safetensors holds the run up to step \d+/s,
    });
  });
});
