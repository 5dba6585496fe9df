import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import type { About } from '../../src/app/evaluate/about.js';
import { drawScene } from '../evaluation/scene.js';

/** Runs `nowcast eval …` and returns its output. */
function nowcastEval(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['dist/src/cli/main.js', 'eval', ...args], { encoding: 'utf8' });
}

type Result = {
  readonly about: About;
  readonly stats: Record<string, number>;
  readonly maxDets: readonly number[];
  readonly perClass: Record<string, { objects: number; detections: number; AP: number }>;
  readonly confusion: { names: readonly string[]; counts: readonly (readonly number[])[] };
};

function resultOf({ status, stdout, stderr }: { status: number | null; stdout: string; stderr: string }): Result {
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Result;
}

describe('nowcast eval', function () {
  this.timeout(120_000);
  let dir: string;
  const at = (name: string): string => join(dir, name);
  const write = (name: string, value: unknown): string => {
    writeFileSync(at(name), JSON.stringify(value));
    return at(name);
  };
  let data: string[];
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'nowcast-test-'));
    const { annotations, results } = drawScene(3, { sequences: 3 });
    data = ['--annotations', write('annotations.json', annotations), '--detections', write('detections.json', results)];
    write('runtime.json', { type: 'empirical', unit: 'ms', samples: [40, 50, 60, 70] });
    write(
      'trace.json',
      Array.from({ length: 90 }, () => 0.05),
    );
  });
  after(() => rmSync(dir, { recursive: true }));

  const simulate = (...args: string[]) => nowcastEval('simulate', ...data, ...args);

  it('coco prints the table of pycocotools, or JSON with --json', () => {
    const table = nowcastEval('coco', ...data);
    assert.equal(table.status, 0, table.stderr);
    assert.match(
      table.stdout,
      /^ Average Precision {2}\(AP\) @\[ IoU=0\.50:0\.95 \| area= {3}all \| maxDets=100 \] = 0\.\d{3}\n/,
    );
    const json = JSON.parse(nowcastEval('coco', ...data, '--json').stdout) as { stats: object; perClass: object };
    assert.deepEqual(Object.keys(json.stats), [
      'AP',
      'AP50',
      'AP75',
      'APs',
      'APm',
      'APl',
      'AR1',
      'AR10',
      'AR100',
      'ARs',
      'ARm',
      'ARl',
    ]);
    assert.deepEqual(Object.keys(json.perClass), ['person', 'car', 'bus']);
  });

  it('simulate writes a recording to which stream gives the same score', () => {
    const live = simulate(
      '--runtime',
      at('runtime.json'),
      '--schedule',
      'shrinking-tail',
      '--perf-factor',
      '1.5',
      '--record',
      at('run.jsonl'),
      '--json',
    );
    assert.equal(live.status, 0, live.stderr);
    const later = nowcastEval('stream', at('run.jsonl'), ...data, '--json');
    assert.equal(later.status, 0, later.stderr);
    const [a, b] = [live, later].map(
      ({ stdout }) =>
        JSON.parse(stdout) as {
          stats: unknown;
          pairing: unknown;
          attribution: { sAP: number };
          runs: number;
          drops: number;
        },
    );
    assert.deepEqual(b.stats, a.stats);
    assert.deepEqual(b.pairing, a.pairing);
    assert.equal(b.attribution.sAP, a.attribution.sAP);
    assert.equal(a.runs + a.drops, 90);
  });

  it('simulate replays a trace unchanged, for any perf factor', () => {
    const plain = simulate('--runtime-trace', at('trace.json'), '--json');
    assert.equal(plain.status, 0, plain.stderr);
    const other = simulate(
      '--runtime-trace',
      at('trace.json'),
      '--runtime',
      at('runtime.json'),
      '--perf-factor',
      '3',
      '--json',
    );
    assert.deepEqual({ ...resultOf(other), about: undefined }, { ...resultOf(plain), about: undefined });
  });

  it('simulate supports infinite workers and forecasts', () => {
    const [one, many, forecast] = [['1'], ['infinite'], ['infinite', '--forecast', 'kalman']].map(
      (workers) =>
        JSON.parse(simulate('--runtime', at('runtime.json'), '--json', '--workers', ...workers).stdout) as {
          stats: { AP: number };
          drops: number;
        },
    );
    assert.ok(one.drops > 0);
    assert.equal(many.drops, 0);
    assert.ok(one.stats.AP < many.stats.AP && many.stats.AP < forecast.stats.AP);
  });

  it('stream scores the timestamped outputs of another program', () => {
    const outputs = write('outputs.json', {
      sequences: Object.fromEntries(
        [0, 1, 2].map((s) => [`drive-${s}`, { timestamps: [0.1, 0.5], inputFrames: [0, 12] }]),
      ),
    });
    const { status, stdout, stderr } = nowcastEval('stream', '--recording', outputs, ...data, '--json');
    assert.equal(status, 0, stderr);
    assert.deepEqual((JSON.parse(stdout) as { pairing: unknown }).pairing, {
      frames: 90,
      miss: 9,
      inTime: 0,
      mismatch:
        3 *
        (3 +
          4 +
          5 +
          6 +
          7 +
          8 +
          9 +
          10 +
          11 +
          12 +
          13 +
          14 +
          3 +
          4 +
          5 +
          6 +
          7 +
          8 +
          9 +
          10 +
          11 +
          12 +
          13 +
          14 +
          15 +
          16 +
          17),
    });
  });

  it('diff compares two recordings', () => {
    simulate('--runtime', at('runtime.json'), '--record', at('a.jsonl'));
    simulate('--runtime', at('runtime.json'), '--perf-factor', '3', '--record', at('b.jsonl'));
    const args = ['diff', at('a.jsonl'), at('b.jsonl'), '--annotations', at('annotations.json')];
    const { stdout, stderr } = nowcastEval(...args, '--json');
    const { difference, interval } = JSON.parse(stdout) as {
      difference: number;
      interval: { low: number; resamples: number };
    };
    assert.ok(difference > 0 && interval.low > 0, stderr);
    assert.equal(interval.resamples, 1000);
    assert.match(nowcastEval(...args).stdout, / B - A is \+0\.\d{4}, 95 % interval/);
  });

  it('diff compares one recording with itself and a forecaster, and draws the difference', () => {
    simulate('--runtime', at('runtime.json'), '--record', at('one.jsonl'));
    const args = ['diff', at('one.jsonl'), '--annotations', at('annotations.json')];
    const forecast = nowcastEval(...args, '--forecast', 'kalman', '--report', at('difference.html'), '--json');
    assert.equal(forecast.status, 0, forecast.stderr);
    const { difference, b } = JSON.parse(forecast.stdout) as { difference: number; b: { stats: { AP: number } } };
    const scored = resultOf(nowcastEval('stream', at('one.jsonl'), ...data, '--forecast', 'kalman', '--json'));
    assert.equal(b.stats.AP, scored.stats['AP']);
    assert.ok(difference > 0);
    const html = readFileSync(at('difference.html'), 'utf8');
    assert.ok(html.includes(`<b>+${difference.toFixed(3)}</b>`));
    assert.match(html, /<dt>forecast<\/dt><dd>none, kalman<\/dd>/);
    const itself = nowcastEval(...args);
    assert.equal(itself.status, 2);
    assert.match(itself.stderr, /would compare .*one\.jsonl with itself; name a second run, or a forecaster/);
  });

  it('describes every result in --json: command, settings, version, machine, date, model and data', () => {
    simulate('--runtime', at('runtime.json'), '--record', at('a.jsonl'));
    const profile = { type: 'empirical', unit: 'ms', samples: [40], model: 'm.onnx', modelSha256: 'ab' };
    write('named.json', { ...profile, input: { width: 64, height: 32 }, provider: 'cpu' });
    const commands: [string, string[]][] = [
      ['eval coco', ['coco', ...data]],
      ['eval stream', ['stream', at('a.jsonl'), ...data]],
      ['eval simulate', ['simulate', ...data, '--runtime', at('named.json'), '--schedule', 'stride:2']],
      ['eval diff', ['diff', at('a.jsonl'), '--forecast', 'nowcast', ...data]],
    ];
    const sha256 = createHash('sha256')
      .update(readFileSync(at('annotations.json')))
      .digest('hex');
    for (const [name, args] of commands) {
      const { about } = resultOf(nowcastEval(...args, '--json'));
      assert.equal(about.command, name);
      assert.equal(about.nowcast, (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
      assert.ok(Math.abs(Date.parse(about.date) - Date.now()) < 600_000, about.date);
      assert.equal(about.host.node, process.version);
      assert.deepEqual(about.data['annotations'], { file: 'annotations.json', sha256 });
      assert.deepEqual(about.settings['maxDets'], [1, 10, 100]);
      assert.equal(about.settings['classes'], null);
    }
    const { about } = resultOf(nowcastEval(...commands[2][1], '--json'));
    assert.deepEqual(about.model, {
      name: 'm.onnx',
      sha256: 'ab',
      input: { width: 64, height: 32 },
      provider: 'cpu',
    });
    assert.equal(about.settings['schedule'], 'stride:2');
    assert.equal(about.settings['seed'], 0);
    assert.equal(about.settings['workers'], 1);
  });

  it('--max-dets limits the detections of an image, in the numbers and in the table', () => {
    const few = nowcastEval('coco', ...data, '--max-dets', '1,2,3');
    assert.match(few.stdout, /\| maxDets= {2}3 \] = 0\.\d{3}\n/);
    const json = resultOf(nowcastEval('coco', ...data, '--max-dets', '1,2,3', '--json'));
    const all = resultOf(nowcastEval('coco', ...data, '--json'));
    assert.deepEqual(
      [json.maxDets, all.maxDets],
      [
        [1, 2, 3],
        [1, 10, 100],
      ],
    );
    assert.ok(json.stats['AR100'] < all.stats['AR100']);
    assert.deepEqual(resultOf(nowcastEval('coco', ...data, '--max-dets', '300', '--json')).maxDets, [1, 10, 300]);
    for (const wrong of ['5', '3,2,1', '1,2', '0,1,2', 'many']) {
      const refused = nowcastEval('coco', ...data, '--max-dets', wrong);
      assert.equal(refused.status, 2, wrong);
      assert.match(refused.stderr, /--max-dets is ".*"; it must be a whole number above 10, or three ascending ones/);
    }
  });

  it('prints the scores of classes and the confusion matrix, the same as in --json', () => {
    const { stdout } = nowcastEval('coco', ...data, '--per-class', '--confusion', '--confusion-score', '0.5');
    const { perClass, confusion } = resultOf(nowcastEval('coco', ...data, '--confusion-score', '0.5', '--json'));
    for (const [name, { objects, detections, AP }] of Object.entries(perClass))
      assert.match(stdout, new RegExp(`^ ${name} +${objects} +${detections} +${AP.toFixed(3)} `, 'm'));
    assert.match(stdout, /confusion at IoU 0\.5 and score 0\.5: rows annotated as, columns detected as/);
    confusion.counts.forEach((row, k) => {
      assert.match(stdout, new RegExp(`^ ${confusion.names[k]} +${row.join(' +')}$`, 'm'));
    });
    assert.doesNotMatch(nowcastEval('coco', ...data).stdout, /confusion|detections/);
  });

  it('writes a report of any evaluation', () => {
    const reports: [string[], RegExp][] = [
      [['coco', ...data], /<title>COCO AP<\/title>/],
      [
        ['simulate', ...data, '--runtime', at('runtime.json'), '--schedule', 'threshold', '--record', at('told.jsonl')],
        /<dt>schedule<\/dt><dd>threshold<\/dd>/,
      ],
      [['stream', at('told.jsonl'), ...data], /<dt>recording<\/dt><dd>told\.jsonl<\/dd>/],
    ];
    for (const [args, expected] of reports) {
      const { status, stderr } = nowcastEval(...args, '--report', at('report.html'));
      assert.equal(status, 0, stderr);
      assert.match(readFileSync(at('report.html'), 'utf8'), expected);
    }
  });

  it('fails with exit code 1 below --min-sap, and still prints the result', () => {
    const low = simulate('--runtime', at('runtime.json'), '--min-sap', '0.99', '--json');
    assert.equal(low.status, 1);
    assert.match(low.stderr, /AP is 0\.\d{4}, below the 0\.99 that --min-sap demands/);
    assert.ok(JSON.parse(low.stdout));
    assert.equal(simulate('--runtime', at('runtime.json'), '--min-sap', '0.01').status, 0);
  });

  it('reports invalid flags and files', () => {
    const cases: [string[], number, RegExp][] = [
      [['coco', '--annotations', at('annotations.json')], 2, /required option '--detections/],
      [['coco', ...data.slice(0, 2), '--detections', at('none.json')], 2, /cannot read .*none\.json/],
      [
        ['coco', ...data.slice(0, 2), '--detections', at('runtime.json')],
        1,
        /runtime\.json: detections: expected an array/,
      ],
      [['coco', ...data, '--min-sap', '35'], 2, /--min-sap is "35"; it must be a number from 0 to 1/],
      [['stream', '--annotations', at('annotations.json')], 2, /needs a recording or timestamped outputs/],
      [
        ['stream', at('annotations.json'), '--annotations', at('annotations.json')],
        1,
        /annotations\.json: outputs: expected/,
      ],
      [['simulate', ...data], 2, /needs runtimes; pass a profile with --runtime/],
      [
        ['simulate', ...data, '--runtime', at('runtime.json'), '--workers', '0'],
        2,
        /--workers is "0"; it must be a whole number of 1 or more, or infinite/,
      ],
      [
        ['simulate', ...data, '--runtime', at('runtime.json'), '--schedule', 'fifo'],
        2,
        /schedule "fifo" is unknown; choose one of/,
      ],
      [
        ['simulate', ...data, '--runtime', at('runtime.json'), '--forecast', 'magic'],
        2,
        /--forecast is "magic"; it must be one of none, kalman, nowcast/,
      ],
      [
        ['simulate', ...data, '--runtime', at('runtime.json'), '--record', join(dir, 'no', 'run.jsonl')],
        1,
        /cannot write/,
      ],
      [['simulate', ...data, '--runtime-trace', write('short.json', [0.05])], 1, /the runtime trace ends after 1 run,/],
    ];
    for (const [args, status, message] of cases) {
      const result = nowcastEval(...args);
      assert.match(result.stderr, message);
      assert.equal(result.status, status, result.stderr);
    }
  });

  it('writes a recording that shows the decisions of the schedule', () => {
    simulate('--runtime', at('runtime.json'), '--record', at('held.jsonl'));
    const lines = readFileSync(at('held.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { type: string; schema?: string; captureClock?: string; uncertaintyUs?: number },
      );
    assert.equal(lines[0].schema, 'nowcast.recording/1');
    const outcomes = lines.filter(({ type }) => type === 'percept' || type === 'drop');
    assert.equal(outcomes.length, 90);
    for (const { captureClock, uncertaintyUs } of outcomes)
      assert.deepEqual([captureClock, uncertaintyUs], ['sender', 0]);
  });
});
