import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { StreamingJson } from '../../evaluation/score.js';
import type { PassedOverJson } from '../../src/app/evaluate/passed-over.js';
import { NEEDS_FFMPEG } from '../helpers/clips.js';
import { nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { readJson, realFile } from '../helpers/shared.js';
import { temporaryFolder } from '../helpers/temporary.js';

const MODEL = realFile('yolox_nano.onnx');
const DOG = realFile('dog.jpg');
const NEEDS = { ...NEEDS_FFMPEG, 'yolox_nano.onnx': MODEL !== undefined, 'dog.jpg': DOG !== undefined };
const FRAMES = 16;
const SEQUENCES = ['left-to-right', 'top-down'];
/** The picture of a dog and a bicycle moves from frame to frame. */
const PATHS = ['n*10:0', '0:n*8'];

type Result = { image_id: number; category_id: number; bbox: [number, number, number, number]; score: number };

describe('nowcast eval realtime', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder(), name);
  const write = (name: string, value: unknown): string => {
    writeFileSync(at(name), JSON.stringify(value));
    return at(name);
  };
  const evaluate = (mode: string, ...args: string[]) =>
    nowcast(['eval', mode, ...args], { env: { NOWCAST_CACHE: at('cache') }, cwd: folder() });
  const detector = ['--model', MODEL ?? '', '--labels', 'coco', '--provider', 'cpu'];

  /** Argoverse-HD annotations whose objects are the detector's own confident detections. */
  function annotations(results: readonly Result[]): unknown {
    return {
      categories: [
        { id: 2, name: 'bicycle' },
        { id: 18, name: 'dog' },
      ],
      sequences: SEQUENCES,
      seq_dirs: SEQUENCES.map((name) => `${name}/front`),
      images: SEQUENCES.flatMap((_, sid) =>
        Array.from({ length: FRAMES }, (__, fid) => ({
          id: sid * 100 + fid + 1,
          sid,
          fid,
          name: `${String(fid).padStart(3, '0')}.png`,
          width: 640,
          height: 480,
        })),
      ),
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

  /** Draws the pictures and has the detector annotate them: offline it is then perfect. */
  async function dataSet(): Promise<string[]> {
    SEQUENCES.forEach((name, s) => {
      mkdirSync(join(at('data'), name, 'front'), { recursive: true });
      execFileSync('ffmpeg', [
        '-v',
        'error',
        '-loop',
        '1',
        '-i',
        DOG ?? '',
        '-vf',
        `scale=800:600,crop=640:480:${PATHS[s]}`,
        '-frames:v',
        String(FRAMES),
        '-start_number',
        '0',
        join(at('data'), name, 'front', '%03d.png'),
      ]);
    });
    const { code, stderr } = await evaluate(
      'offline',
      ...detector,
      '--annotations',
      write('empty.json', annotations([])),
      '--data-root',
      at('data'),
      '--coco',
      at('found.json'),
    );
    assert.equal(code, 0, stderr);
    return [
      '--annotations',
      write('truth.json', annotations(readJson<Result[]>(at('found.json')))),
      '--data-root',
      at('data'),
    ];
  }

  itNeeds(NEEDS, 'plays every sequence in real time, and its recording has the same score', async () => {
    const data = await dataSet();
    const live = await evaluate(
      'realtime',
      ...detector,
      ...data,
      '--fps',
      '15',
      '--record',
      at('run.jsonl'),
      '--report',
      at('report.html'),
      '--json',
    );
    assert.equal(live.code, 0, live.stderr);
    const result = JSON.parse(live.stdout) as StreamingJson;
    assert.equal(result.runs + result.drops, SEQUENCES.length * FRAMES);
    const header = JSON.parse(readFileSync(at('run.jsonl'), 'utf8').split('\n')[0]) as { config: object };
    assert.ok(!('budgetMs' in header.config), 'no latency budget unless one is given');
    assert.equal(result.pairing.frames, SEQUENCES.length * FRAMES);
    // If detection takes time, a frame is never paired with its own detections.
    assert.equal(result.pairing.inTime, 0);
    assert.ok(result.pairing.miss >= SEQUENCES.length);
    const { attribution } = result;
    assert.ok(
      attribution !== null && attribution.offlineAP > 0.99,
      `offline AP is ${attribution?.offlineAP ?? 'unknown'}`,
    );
    assert.ok(result.stats.AP! < attribution.offlineAP - 0.05, `streaming AP is ${result.stats.AP ?? 'undefined'}`);
    const { oneFrameFloor, latency, jitter, drops, forecasting, gap } = attribution;
    assert.ok(Math.abs(oneFrameFloor + latency + jitter + drops + forecasting - gap) < 1e-9);
    assert.match(readFileSync(at('report.html'), 'utf8'), /Realtime streaming AP/);

    const later = await evaluate(
      'stream',
      at('run.jsonl'),
      ...data.slice(0, 2),
      '--detections',
      at('found.json'),
      '--json',
    );
    assert.equal(later.code, 0, later.stderr);
    const { attribution: ofRecording, ...recorded } = JSON.parse(later.stdout) as StreamingJson;
    const { attribution: _, ...played } = result;
    assert.deepEqual({ ...recorded, about: undefined }, { ...played, about: undefined });
    assert.equal(ofRecording?.sAP, attribution.sAP);
  });

  itNeeds(NEEDS, 'scores the forecast with --forecast, and reads --detections', async () => {
    const data = await dataSet();
    const given = ['--detections', at('found.json')];
    const live = await evaluate(
      'realtime',
      ...detector,
      ...data,
      ...given,
      '--fps',
      '15',
      '--schedule',
      'shrinking-tail',
      '--budget',
      '500ms',
      '--forecast',
      'kalman',
      '--record',
      at('run.jsonl'),
      '--json',
    );
    assert.equal(live.code, 0, live.stderr);
    const later = await evaluate(
      'stream',
      at('run.jsonl'),
      ...data.slice(0, 2),
      ...given,
      '--fps',
      '15',
      '--forecast',
      'kalman',
      '--json',
    );
    const scoreOf = (text: string): unknown => ({ ...(JSON.parse(text) as object), about: undefined });
    assert.deepEqual(scoreOf(later.stdout), scoreOf(live.stdout));
  });

  itNeeds(NEEDS, 'plays an annotated video, and prints tables', async () => {
    const clip = at('clip.mkv');
    execFileSync('ffmpeg', [
      '-v',
      'error',
      '-loop',
      '1',
      '-i',
      DOG ?? '',
      '-vf',
      'scale=800:600,crop=640:480:n*10:0',
      '-frames:v',
      '8',
      '-c:v',
      'ffv1',
      clip,
    ]);
    const truth = write('truth.json', {
      categories: [{ id: 18, name: 'dog' }],
      images: Array.from({ length: 8 }, (_, i) => ({ id: i + 1, file_name: `${i}.png`, width: 640, height: 480 })),
      annotations: [{ id: 1, image_id: 5, category_id: 18, bbox: [50, 200, 200, 250], area: 50_000, iscrowd: 0 }],
    });
    const { code, stdout, stderr } = await evaluate(
      'realtime',
      ...detector,
      '--annotations',
      truth,
      '--data-root',
      clip,
      '--fps',
      '10',
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^ Average Precision {2}\(AP\)/);
    assert.match(stdout, / frames {4}8: \d+ detected on, \d+ dropped/);
    assert.match(stdout, / offline AP +\d/);
  });

  itNeeds(NEEDS, 'reports inputs that do not fit', async () => {
    const truth = write('truth.json', annotations([]));
    const data = ['--annotations', truth, '--data-root', folder()];
    const cases: [string[], number, RegExp][] = [
      [['--annotations', truth, '--data-root', at('nowhere')], 2, /--data-root .*nowhere does not exist/],
      [
        [...data, '--schedule', 'every'],
        2,
        /--schedule every detects on every frame however late, so it has no streaming AP; eval offline scores every frame/,
      ],
      [[...data, '--schedule', 'sometimes'], 2, /--schedule.*sometimes/],
      [[...data, '--budget', 'soon'], 2, /--budget/],
      [[...data, '--fps', '0'], 2, /--fps is "0"/],
      [data, 1, /the picture .*00[01]\.png cannot be read/],
      [[...data, '--record', at('no/such/folder/run.jsonl')], 1, /no\/such\/folder\/run\.jsonl/],
    ];
    for (const [args, code, message] of cases) {
      const result = await evaluate('realtime', ...detector, ...args);
      assert.match(result.stderr, message);
      assert.equal(result.code, code, result.stderr);
    }
  });

  it('plays the frames around a missing picture, and names it', async () => {
    const set = resolve('test/fixtures/field/eval-offline');
    const args = ['--annotations', join(set, 'one-picture-missing.json'), '--data-root', join(set, 'pics')];
    const result = await evaluate('realtime', ...args, '--provider', 'cpu', '--fps', '5', '--json');
    assert.equal(result.code, 0, result.stderr);
    const { passedOver, drops, dropReasons } = JSON.parse(result.stdout) as StreamingJson & PassedOverJson;
    assert.deepEqual(
      passedOver?.map(({ file }) => file),
      ['gone.jpg'],
    );
    assert.deepEqual([drops, dropReasons], [1, { corrupt: 1 }]);
    const strict = await evaluate('realtime', ...args, '--provider', 'cpu', '--strict');
    assert.equal(strict.code, 1);
    assert.match(strict.stderr, /gone\.jpg cannot be read/);
  });
});
