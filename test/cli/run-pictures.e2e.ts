import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RunSummary } from '../../src/app/run/summary.js';
import { decodePicture } from '../../src/streaming/pictures/decode-picture.js';
import { formatOfFile } from '../../src/streaming/sources/folder/recognise.js';
import { nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { stampModel } from '../helpers/paced-camera/stamp-model.js';
import { readJson, realFile } from '../helpers/shared.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { eventsOf, within } from './person-run.js';

const FIELD = resolve('test/fixtures/field');
const model = realFile('yolox_nano.onnx');
const dog = realFile('dog.jpg');
const NEEDS = { 'dog.jpg and yolox_nano.onnx': model !== undefined && dog !== undefined };

describe('nowcast run on pictures', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const run = (...args: string[]): ReturnType<typeof nowcast> =>
    nowcast(['run', ...args, '--offline', '--provider', 'cpu', '--log-format', 'json'], within(folder()));

  itNeeds(NEEDS, 'prints what a picture shows, and names it in every result', async () => {
    const { code, stdout, stderr } = await run(dog!, '--model', model!, '--coco', 'c.json', '--record', 'r.jsonl');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^dog\.jpg: .*1 dog 0\.8\d/m);
    assert.match(stdout, /^1 percept of 1 frame in /m);
    assert.match(stderr, /does not name its 80 classes; the names \(person, bicycle, car, …\) are a guess/);
    const [best] = readJson<{ category_id: number; bbox: number[]; file_name: string }[]>(
      join(folder(), 'c.json'),
    ).filter(({ category_id }) => category_id === 18);
    assert.equal(best.file_name, 'dog.jpg');
    // Truth: [133, 207, 325, 542] as x1, y1, x2, y2.
    for (const [i, value] of [133, 207, 192, 335].entries()) assert.ok(Math.abs(best.bbox[i] - value) < 3);
    assert.match(readFileSync(join(folder(), 'r.jsonl'), 'utf8'), /"type":"percept".*"file":"dog\.jpg"/);
  });

  itNeeds(NEEDS, 'gives a picture alone and in a folder the same boxes', async () => {
    mkdirSync(join(folder(), 'd'));
    cpSync(dog!, join(folder(), 'd/dog.jpg'));
    await run(dog!, '--model', model!, '--labels', 'coco', '--coco', 'one.json');
    await run('d', '--model', model!, '--labels', 'coco', '--coco', 'all.json');
    assert.deepEqual(readJson(join(folder(), 'one.json')), readJson(join(folder(), 'all.json')));
  });

  for (const name of ['o6.webp', 'o6.jpg'])
    itNeeds(NEEDS, `reads ${name} upright as its EXIF orientation says, alone and in a folder`, async () => {
      const picture = join(FIELD, 'exif-single-picture', name);
      mkdirSync(join(folder(), 'd'));
      cpSync(picture, join(folder(), 'd', name));
      for (const source of [picture, 'd']) {
        const { code, stderr } = await run(source, '--model', model!, '--labels', 'coco', '--coco', 'c.json');
        assert.equal(code, 0, stderr);
        const dogs = readJson<{ category_id: number; bbox: number[] }[]>(join(folder(), 'c.json')).filter(
          ({ category_id }) => category_id === 18,
        );
        // Truth: [133, 208, 324, 542] as x1, y1, x2, y2.
        for (const [i, value] of [133, 208, 191, 334].entries())
          assert.ok(Math.abs(dogs[0].bbox[i] - value) < 4, `${source}: ${dogs[0].bbox.join(', ')}`);
      }
    });

  it('makes one stream of 150 pictures on the command line, and starts no ffmpeg', async () => {
    const names = Array.from({ length: 150 }, (_, i) => `f${i}.jpg`);
    const sound = readFileSync(join(FIELD, 'jpeg-warnings/1-sound.jpg'));
    for (const name of names) writeFileSync(join(folder(), name), sound);
    writeFileSync(join(folder(), 'stamp.onnx'), stampModel());
    const { code, stdout, stderr } = await nowcast(
      ['run', ...names, '--model', 'stamp.onnx', '--offline', '--provider', 'cpu', '--json', '--record', 'r.jsonl'],
      { ...within(folder()), env: { ...within(folder()).env, NOWCAST_FFMPEG: '/no/ffmpeg' } },
    );
    assert.equal(code, 0, stderr);
    const { streams, total } = JSON.parse(stdout) as RunSummary;
    assert.deepEqual([Object.keys(streams).length, total.percepts], [1, 150]);
    const files = (await eventsOf(join(folder(), 'r.jsonl'))).flatMap((event) =>
      event.type === 'percept' ? [event.file] : [],
    );
    assert.deepEqual(files, names);
  });

  it('takes files with the names of pictures as pictures, and counts those that it cannot read', async () => {
    for (const [name, content] of [
      ['a.jpg', readFileSync(join(FIELD, 'jpeg-warnings/1-sound.jpg'))],
      ['b.jpg', ''],
      ['c.jpg', 'text'],
    ] as const)
      writeFileSync(join(folder(), name), content);
    const { code, stdout, stderr } = await run('a.jpg', 'b.jpg', 'c.jpg', '--json');
    assert.equal(code, 0, stderr);
    const { streams, total, problems } = JSON.parse(stdout) as RunSummary;
    assert.deepEqual([Object.keys(streams).length, total.percepts], [1, 1]);
    assert.match(problems.join(), /^[^,]+: 2 pictures of 3 cannot be read: b\.jpg, c\.jpg$/);
    const { code: alone, stderr: why } = await run('b.jpg');
    assert.equal(alone, 1);
    assert.match(why, /b\.jpg cannot be read: it is empty \(0 bytes\)/);
  });

  it('refuses a damaged picture by name, with exit code 1', async () => {
    const { code, stderr } = await run(join(FIELD, 'damaged-picture-exit-0/cut_half.jpg'));
    assert.equal(code, 1);
    assert.match(stderr, /cut_half\.jpg/);
    assert.match(stderr, /cut off: 6\d % of its rows are missing/);
  });

  it('counts pictures that it cannot read among the problems, and reads the others', async () => {
    const { code, stdout, stderr } = await run(join(FIELD, 'folder-skips'), '--json');
    assert.equal(code, 0, stderr);
    const { total, problems } = JSON.parse(stdout) as { total: { percepts: number }; problems: string[] };
    assert.equal(total.percepts, 4);
    assert.deepEqual(problems, [
      'folder-skips: 2 pictures left out, because the format is not supported: e.pgm, f.jp2',
    ]);
  });

  it('fails with --strict if it cannot read a picture', async () => {
    const { code, stderr } = await run(join(FIELD, 'folder-skips'), '--strict');
    assert.equal(code, 1);
    assert.match(stderr, /2 pictures left out.*; without --strict the run accepts that/);
  });

  it('gives the same number of detections with and without alpha', async () => {
    const counts = [];
    for (const name of ['rgb', 'rgba']) {
      await run(join(FIELD, 'alpha', name), '--coco', `${name}.json`);
      counts.push(readJson<unknown[]>(join(folder(), `${name}.json`)).length);
    }
    assert.deepEqual(counts, [16, 16]);
  });

  it('says that the bundled model knows the synthetic town only', async () => {
    const { stderr } = await run(join(FIELD, 'alpha/rgb'));
    assert.match(stderr, /nowcast-nano knows the synthetic town only; .*models pull yolox-nano/);
  });

  it('says that the names of any 8 classes are a guess', async () => {
    const { stderr } = await run(join(FIELD, 'alpha/rgb'), '--model', join(FIELD, 'fruit8/fruit8.onnx'));
    assert.match(stderr, /fruit8\.onnx does not name its 8 classes; .* are a guess from their number\. Give --labels/);
  });

  describe('--save', () => {
    /** Pixels of the two pictures that differ by more than a JPEG's losses. */
    const differing = async (one: string, other: string): Promise<number> => {
      const [a, b] = await Promise.all([one, other].map(async (path) => decodePicture(readFileSync(path))));
      assert.deepEqual([a.width, a.height], [b.width, b.height]);
      return a.pixels.filter((value, i) => Math.abs(value - b.pixels[i]) > 60).length;
    };

    itNeeds(NEEDS, 'draws into the picture at its own size, in the format of the name, without ffmpeg', async () => {
      const formats = ['jpg', 'png', 'webp'];
      for (const [i, format] of formats.entries()) {
        const out = join(folder(), `found.${format}`);
        const { code, stdout, stderr } = await nowcast(
          ['run', dog!, '--model', model!, '--labels', 'coco', '--offline', '--provider', 'cpu', '--save', out],
          { ...within(folder()), env: { ...within(folder()).env, NOWCAST_FFMPEG: '/no/ffmpeg' } },
        );
        assert.equal(code, 0, stderr);
        assert.ok(stdout.includes(`wrote ${out}`), stdout);
        assert.equal(formatOfFile(out)?.name, ['JPEG', 'PNG', 'WebP'][i]);
        const changed = await differing(dog!, out);
        assert.ok(changed > 5_000 && changed < 100_000, `${changed} of 1327104 values differ in ${format}`);
      }
      assert.deepEqual(
        readdirSync(folder()).filter((name) => name.includes('.tmp')),
        [],
      );
    });

    it('writes each picture of a folder under its own name, and as PNG where it cannot write its format', async () => {
      const { code, stderr } = await run(join(FIELD, 'folder-skips'), '--save', 'drawn/');
      assert.equal(code, 0, stderr);
      assert.deepEqual(readdirSync(join(folder(), 'drawn')).sort(), ['a.JPG', 'b.jfif.png', 'i.heic.png', 'j.mpo.png']);
    });

    const refused: [what: string, source: string, save: string, message: RegExp][] = [
      [
        'one name for several pictures',
        'pics',
        'one.jpg',
        /the name of one picture, but pics is several; name a folder/,
      ],
      ['the folder of its pictures', 'pics', 'pics', /pics, which is the source pics too/],
      ['the folder of its picture', 'pics/a.png', 'pics/', /pics, the folder of the source's own pictures/],
      ['its picture', 'pics/a.png', 'pics/a.png', /a\.png, which is the source a too/],
      [
        'a video of pictures',
        'pics',
        'a.mp4',
        /pics is a source of pictures; choose a name that ends in \.jpg, .*, or a folder/,
      ],
    ];
    for (const [what, source, save, message] of refused) {
      it(`refuses ${what}, and leaves everything as it was`, async () => {
        cpSync(join(FIELD, 'alpha/rgb'), join(folder(), 'pics'), { recursive: true });
        const before = readFileSync(join(folder(), 'pics/a.png'));
        const { code, stdout, stderr } = await run(source, '--save', save);
        assert.deepEqual([code, stdout], [2, '']);
        assert.match(stderr, message);
        assert.deepEqual(readdirSync(join(folder(), 'pics')), ['a.png']);
        assert.deepEqual(readFileSync(join(folder(), 'pics/a.png')), before);
      });
    }
  });
});
