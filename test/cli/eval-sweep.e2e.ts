import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SweepResult } from '../../src/app/evaluate/sweep.js';
import { drawScene } from '../evaluation/scene.js';
import { nowcast, type CommandResult } from '../helpers/command.js';
import { temporaryFolder } from '../helpers/temporary.js';

const POLICY = `export default {
  name: 'first-half',
  initial: undefined,
  decide: ({ seq }, memory) =>
    seq < 15 ? { decision: 'run', memory } : { decision: 'drop', reason: 'second half', memory },
};
export const second = { name: 'none', initial: 0, decide: (state, memory) => ({ decision: 'wait', memory }) };
`;

describe('nowcast eval with many settings', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const write = (name: string, value: unknown): string => {
    const path = join(folder(), name);
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
    return path;
  };
  let data: { annotations: string; strong: string; weak: string; slow: string; fast: string };
  const evaluate = (...args: string[]): Promise<CommandResult> =>
    nowcast(['eval', ...args, '--annotations', data.annotations], { cwd: folder() });
  const json = async <T>(...args: string[]): Promise<T> => {
    const { code, stdout, stderr } = await evaluate(...args, '--json');
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as T;
  };
  beforeEach(() => {
    const { annotations, results } = drawScene(3, { sequences: 2 });
    data = {
      annotations: write('annotations.json', annotations),
      strong: write('strong.json', results),
      weak: write(
        'weak.json',
        results.filter((_, i) => i % 3 !== 0),
      ),
      slow: write('slow.json', { type: 'empirical', unit: 'ms', samples: [90, 100, 110] }),
      fast: write('fast.json', { type: 'empirical', unit: 'ms', samples: [20, 30] }),
    };
  });
  const both = (): string[] => [
    '--detections',
    `${data.strong},${data.weak}`,
    '--runtime',
    data.slow,
    '--runtime',
    data.fast,
  ];

  it('sweep gives every combination the score of eval simulate', async () => {
    const args = [...both(), '--schedule', 'idle-free,stride:2', '--forecast', 'none,kalman', '--perf-factor', '1,2'];
    const { rows, best, about } = await json<SweepResult>('sweep', ...args);
    assert.equal(rows.length, 16);
    assert.equal(best!.stats.AP, Math.max(...rows.map(({ stats }) => stats.AP!)));
    assert.equal((about.data['detections'] as unknown[]).length, 2);
    for (const { detector, schedule, forecast, perfFactor, stats, pairing, offlineAP, runs } of [
      rows[0],
      rows[7],
      rows[13],
    ]) {
      const alone = await json<{ stats: unknown; pairing: unknown; runs: number; attribution: { offlineAP: number } }>(
        'simulate',
        ...['--detections', detector === 'strong' ? data.strong : data.weak],
        ...['--runtime', detector === 'strong' ? data.slow : data.fast],
        ...['--schedule', schedule, '--forecast', forecast, '--perf-factor', String(perfFactor)],
      );
      assert.deepEqual([alone.stats, alone.pairing, alone.runs], [stats, pairing, runs]);
      assert.equal(alone.attribution.offlineAP, offlineAP);
    }
  });

  it('sweep writes its table on the terminal, as CSV and for LaTeX, and draws it', async () => {
    const names = ['--names', 'big_&_slow,=1+1'];
    const files = ['--csv', 's.csv', '--latex', 's.tex', '--report', 's.html'];
    const { rows } = await json<SweepResult>('sweep', ...both(), ...names, ...files, '--perf-factor', '1,2');
    const text = await evaluate('sweep', ...both(), ...names, '--perf-factor', '1,2');
    assert.match(text.stdout, /^ detector +schedule +forecast +perf +sAP /);
    assert.match(text.stdout, / best: .*, speed [12]: sAP 0\.\d{3}\n$/);

    const csv = readFileSync(join(folder(), 's.csv'), 'utf8').trimEnd().split('\r\n');
    assert.equal(csv.length, 1 + rows.length);
    assert.match(csv[0], /^detector,schedule,forecast,perf_factor,sap,/);
    rows.forEach(({ stats, schedule }, i) =>
      assert.ok(csv[i + 1].includes(`,${schedule},none,`) && csv[i + 1].includes(`,${stats.AP},`)),
    );
    assert.ok(csv[7].startsWith("'=1+1,"), csv[7]);

    const latex = readFileSync(join(folder(), 's.tex'), 'utf8');
    assert.equal(latex.match(/ \\\\$/gm)!.length, 1 + rows.length);
    assert.ok(latex.includes('big\\_\\&\\_slow & idle-free & none & 1 & 0.'));
    assert.equal(new Set(latex.match(/\\textbf\{[^}]*/g)).size > 0, true);

    const html = readFileSync(join(folder(), 's.html'), 'utf8');
    assert.equal(html.match(/<svg /g)!.length, 2);
    assert.doesNotMatch(html, /\b(src|href)=|url\(|@import|https?:/);
  });

  it("sweep and simulate take a schedule of one's own, and count its drops by their reason", async () => {
    write('mine.mjs', POLICY);
    const one = ['--detections', data.strong, '--runtime', data.fast];
    const alone = await json<{ dropReasons: Record<string, number> }>('simulate', ...one, '--schedule', './mine.mjs');
    assert.equal(alone.dropReasons['policy:second half'], 30);
    const { rows } = await json<SweepResult>('sweep', ...one, '--schedule', './mine.mjs,./mine.mjs#second');
    assert.deepEqual(
      rows.map(({ schedule, runs }) => [schedule, runs > 0]),
      [
        ['./mine.mjs', true],
        ['./mine.mjs#second', false],
      ],
    );
  });

  it('refuses lists that do not fit, and schedules that are none, by their name', async () => {
    write('empty.mjs', 'export const other = 1;');
    write('wrong.mjs', "export default { name: 'wrong' };");
    write('broken.mjs', 'throw new Error("no");');
    write('awaits.mjs', 'await 0; export default {};');
    const one = ['--detections', data.strong, '--runtime', data.fast];
    const cases: [string[], RegExp][] = [
      [
        ['--detections', data.strong, '--runtime', `${data.fast},${data.slow}`],
        /--runtime names 2 profiles, but --detections 1 file/,
      ],
      [[...one, '--names', 'a,b'], /--names has 2 names, but --detections 1 file/],
      [
        ['--detections', `${data.strong},${data.strong}`, '--runtime', `${data.fast},${data.slow}`],
        /hold "strong" twice/,
      ],
      [[...one, '--perf-factor', '1,0'], /--perf-factor is "1,0"; it must be numbers above 0/],
      [[...one, '--forecast', 'magic'], /--forecast is "magic"; it must be some of none, kalman/],
      [[...one, '--schedule', 'every'], /--schedule every detects on every frame/],
      [[...one, '--schedule', './none.mjs'], /schedule \.\/none\.mjs cannot be loaded: Cannot find module/],
      [[...one, '--schedule', './empty.mjs'], /schedule \.\/empty\.mjs has no default export/],
      [[...one, '--schedule', './empty.mjs#that'], /schedule \.\/empty\.mjs has no export "that"; it has other/],
      [
        [...one, '--schedule', './wrong.mjs'],
        /schedule \.\/wrong\.mjs, export "default": policy "wrong": decide must be a function/,
      ],
      [[...one, '--schedule', './broken.mjs'], /schedule \.\/broken\.mjs cannot be loaded: no/],
      [[...one, '--schedule', './awaits.mjs'], /awaits at its top level/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await evaluate('sweep', ...args);
      assert.match(stderr, message);
      assert.equal(code, 2, stderr);
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
  });
});
