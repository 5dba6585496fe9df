import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NEEDS_FFMPEG } from '../helpers/clips.js';
import { nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { readJson, realFile } from '../helpers/shared.js';
import { temporaryFolder } from '../helpers/temporary.js';

const MODEL = realFile('yolox_nano.onnx');
const DOG = realFile('dog.jpg');
const NEEDS = { ...NEEDS_FFMPEG, 'yolox_nano.onnx': MODEL !== undefined, 'dog.jpg': DOG !== undefined };
const FRAMES = 12;

type Result = { image_id: number; category_id: number; bbox: [number, number, number, number]; score: number };

describe('nowcast eval offline', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder(), name);
  const write = (name: string, value: unknown): string => {
    writeFileSync(at(name), JSON.stringify(value));
    return at(name);
  };
  const offline = (...args: string[]) =>
    nowcast(['eval', 'offline', '--model', MODEL ?? '', '--labels', 'coco', '--provider', 'cpu', '--json', ...args], {
      env: { NOWCAST_CACHE: at('cache') },
      cwd: folder(),
    });

  /** Annotations whose objects are the detector's own confident detections. */
  function annotations(results: readonly Result[], width = 640, height = 480): unknown {
    return {
      categories: [
        { id: 2, name: 'bicycle' },
        { id: 18, name: 'dog' },
      ],
      images: Array.from({ length: FRAMES }, (_, i) => ({
        id: 100 + i,
        file_name: `${String(i).padStart(3, '0')}.png`,
        width,
        height,
      })),
      annotations: results
        .filter(({ score }) => score > 0.4)
        .map(({ image_id, category_id, bbox }, i) => ({
          id: i + 1,
          image_id,
          category_id,
          bbox,
          area: bbox[2] * bbox[3],
          iscrowd: 0,
        })),
    };
  }

  /** The picture of a dog and a bicycle moves a little from frame to frame. */
  const moving = [
    '-v',
    'error',
    '-loop',
    '1',
    '-i',
    DOG ?? '',
    '-vf',
    'scale=720:540,crop=640:480:n*4:n*2',
    '-frames:v',
    String(FRAMES),
    '-r',
    '25',
  ];

  function pictures(): string {
    mkdirSync(at('pictures'));
    execFileSync('ffmpeg', [...moving, '-start_number', '0', join(at('pictures'), '%03d.png')]);
    return at('pictures');
  }

  function video(): string {
    execFileSync('ffmpeg', [...moving, '-c:v', 'ffv1', at('clip.mkv')]);
    return at('clip.mkv');
  }

  for (const [what, dataRoot] of [
    ['a folder of pictures', pictures],
    ['a video', video],
  ] as const) {
    itNeeds(NEEDS, `scores the detector on every frame of ${what}, and writes its detections`, async () => {
      const root = dataRoot();
      const first = await offline(
        '--annotations',
        write('empty.json', annotations([])),
        '--data-root',
        root,
        '--coco',
        at('found.json'),
      );
      assert.equal(first.code, 0, first.stderr);
      const found = readJson<Result[]>(at('found.json'));
      assert.deepEqual(new Set(found.map(({ category_id }) => category_id)), new Set([2, 18]));
      assert.equal(new Set(found.filter(({ score }) => score > 0.4).map(({ image_id }) => image_id)).size, FRAMES);

      const truth = write('truth.json', annotations(found));
      const again = await offline('--annotations', truth, '--data-root', root, '--report', at('report.html'));
      const { stats } = JSON.parse(again.stdout) as { stats: { AP: number } };
      assert.ok(stats.AP > 0.99, `AP is ${stats.AP}`);
      const coco = await nowcast(['eval', 'coco', '--annotations', truth, '--detections', at('found.json'), '--json']);
      const scoreOf = (text: string): unknown => ({ ...(JSON.parse(text) as object), about: undefined });
      assert.deepEqual(scoreOf(coco.stdout), scoreOf(again.stdout));
    });
  }

  itNeeds(NEEDS, 'reports inputs that do not fit', async () => {
    const truth = write('truth.json', annotations([]));
    const clip = video();
    const cases: [string[], number, RegExp][] = [
      [['--annotations', truth, '--data-root', at('nowhere')], 2, /--data-root .*nowhere does not exist/],
      [['--annotations', truth, '--data-root', folder()], 1, /the picture .*00[01]\.png cannot be read/],
      [
        ['--annotations', write('other.json', annotations([], 768, 432)), '--data-root', clip],
        1,
        /has 640x480 pixels, but 768x432 in the annotations/,
      ],
      [['--annotations', truth, '--data-root', clip, '--conf', '7'], 2, /--conf/],
    ];
    for (const [args, code, message] of cases) {
      const result = await offline(...args);
      assert.match(result.stderr, message);
      assert.equal(result.code, code, result.stderr);
    }
  });
});
