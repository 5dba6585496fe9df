import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { serializeOnnx } from '../../src/model/onnx/model-file.js';
import { nowcast } from '../helpers/command.js';
import { readJson } from '../helpers/shared.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { partlyNumbers } from '../model/families/graphs.js';
import { within } from './person-run.js';

const FIELD = resolve('test/fixtures/field');

describe('nowcast run with a model that is not what it looks like', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const run = async (place: string, model: string, ...flags: string[]): ReturnType<typeof nowcast> =>
    nowcast(
      [
        'run',
        join(FIELD, place, 'pics'),
        '--offline',
        '--provider',
        'cpu',
        '--model',
        resolve(FIELD, place, model),
        '--coco',
        'out.json',
        '--log-format',
        'json',
        ...flags,
      ],
      within(folder()),
    );
  const boxes = (): number[][] => readJson<{ bbox: number[] }[]>(join(folder(), 'out.json')).map(({ bbox }) => bbox);

  it("recognises boxes in pixels, as YOLOv6 gives them in YOLOX's shape", async () => {
    const { code, stderr } = await run('yolov6-decoded-accepted', 'yolov6_like.onnx');
    assert.equal(code, 0, stderr);
    assert.deepEqual(boxes(), [[15, 14, 10, 12]]);
    assert.match(stderr, /its boxes are taken as centres and sizes in pixels/);
  });

  it('keeps such boxes inside the picture when it is told to trust the model', async () => {
    const { code, stderr } = await run('yolov6-decoded-accepted', 'yolov6_like.onnx', '--trust-model');
    assert.equal(code, 0, stderr);
    assert.deepEqual(boxes(), [[0, 0, 64, 64]]);
  });

  it('refuses a model that gives NaN alone, and writes no results', async () => {
    const { code, stdout, stderr } = await run('nan-output-silent', 'nan.onnx');
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /nan\.onnx gives NaN or infinity instead of numbers, on each of 2 test pictures/);
  });

  it('fails a trusted one as well, because it detected nothing else', async () => {
    const { code, stderr } = await run('nan-output-silent', 'nan.onnx', '--trust-model');
    assert.equal(code, 1);
    assert.match(
      stderr,
      /nothing was detected: 84 predictions of the network in 1 frame were left out, because they are NaN/,
    );
  });

  it('counts single predictions that are NaN among the problems, and keeps the others', async () => {
    writeFileSync(join(folder(), 'm.onnx'), serializeOnnx(partlyNumbers()));
    const { code, stdout, stderr } = await run('legacy-normalisation-silent', join(folder(), 'm.onnx'), '--json');
    assert.equal(code, 0, stderr);
    assert.deepEqual((JSON.parse(stdout) as { problems: unknown }).problems, [
      '1 prediction of the network in 1 frame were left out, because they are NaN, infinite or of negative size',
    ]);
    assert.equal(boxes().length, 1);
    assert.match(stderr, /"level":"warn".*m\.onnx gave 1 prediction for one picture that cannot be used/);
  });

  it('says which pictures it assumes, and gives others with --preprocess', async () => {
    const assumed = await run('legacy-normalisation-silent', 'legacy.onnx');
    assert.match(
      assumed.stderr,
      /legacy\.onnx at 64x64 .*assuming pictures as BGR, letterboxed, 0 to 255 \(standard\)/,
    );
    assert.deepEqual(boxes(), [[40, 40, 8, 8]]);
    const legacy = await run('legacy-normalisation-silent', 'legacy.onnx', '--preprocess', 'legacy');
    assert.match(legacy.stderr, /assuming pictures as RGB, letterboxed, normalised \(legacy\)/);
    assert.deepEqual(boxes(), [[8, 8, 8, 8]]);
  });

  for (const [place, model] of [
    ['export-dynamic-refused', 'dynamic.onnx'],
    ['export-dynamic-refused', 'fixed.onnx'],
    ['external-data-refused', 'yolox.onnx'],
  ]) {
    it(`runs ${model} of ${place}`, async () => {
      const { code, stderr } = await run(place, model);
      assert.equal(code, 0, stderr);
      assert.deepEqual(boxes(), [[15.114, 14.033, 9.772, 11.934]]);
    });
  }
});
