import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nowcast, type CommandResult } from '../helpers/command.js';
import { temporaryFolder } from '../helpers/temporary.js';

const SET = resolve('test/fixtures/field/eval-offline');
const PICTURES = join(SET, 'pics');
const ON_CPU = ['--offline', '--provider', 'cpu', '--json'];

describe('outputs of commands', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder(), name);
  const run = (...args: string[]): Promise<CommandResult> => nowcast(args, { cwd: folder() });

  it('leave an older file alone, and no other, where the command fails', async () => {
    const data = ['--annotations', join(SET, 'plain.json'), '--data-root', PICTURES];
    const commands: string[][] = [
      ['eval', 'offline', ...data, '--model', 'typo.onnx', '--coco', 'out'],
      ['eval', 'offline', '--annotations', 'gone.json', '--data-root', PICTURES, '--coco', 'out'],
      ['eval', 'offline', ...data, '--model', 'typo.onnx', '--report', 'out'],
      ['profile', '--model', 'typo.onnx', '--out', 'out'],
      ['export', '--weights', 'typo.safetensors', '--out', 'out'],
      ['run', 'noise.mp4', '--provider', 'cpu', '--coco', 'out'],
    ];
    for (const older of [true, false]) {
      for (const args of commands) {
        writeFileSync(at('noise.mp4'), 'no video');
        if (older) writeFileSync(at('out'), 'older');
        const { code, stderr } = await run(...args);
        assert.ok(code !== 0, args.join(' '));
        assert.doesNotMatch(stderr, /\n\s+at /);
        assert.deepEqual(readdirSync(folder()).sort(), older ? ['noise.mp4', 'out'] : ['noise.mp4'], args.join(' '));
        if (older) assert.equal(readFileSync(at('out'), 'utf8'), 'older');
      }
      rmSync(at('out'), { force: true });
    }
  });

  it('that no path leads to are refused before the run, with the remedy', async () => {
    writeFileSync(at('file'), 'older');
    symlinkSync(at('absent/x'), at('broken'));
    symlinkSync('loop', at('loop'));
    const none = ['file/out', 'loop', 'broken'];
    const outputs = [
      ...none.flatMap((path) => [
        ['--coco', path],
        ['--record', path],
        ['--save', path],
      ]),
      ['--save', 'file/x.png'],
      ['--save', 'file'],
    ];
    for (const output of outputs) {
      const { code, stdout, stderr } = await run('run', PICTURES, ...ON_CPU, ...output);
      assert.equal(code, 1, output.join(' '));
      assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, 'NOWCAST_OUTPUT', output.join(' '));
      assert.match(
        stderr,
        /nowcast: (output\.(coco|record) \(--(coco|record)\): )?cannot write .*(a part of its path is a file|its links lead|its folder does not exist).*\n$/,
      );
      assert.doesNotMatch(stderr, /\n\s+at /);
    }
    assert.deepEqual(readdirSync(folder()).sort(), ['broken', 'file', 'loop']);
    assert.equal(readFileSync(at('file'), 'utf8'), 'older');
  });

  it('that are recordings go behind those of earlier runs, and readers take the last', async () => {
    for (const conf of ['0.01', '1']) {
      const { code, stderr } = await run('run', PICTURES, ...ON_CPU, '--conf', conf, '--record', 'run.jsonl');
      assert.equal(code, 0, stderr);
    }
    const headers = readFileSync(at('run.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"type":"header"'))
      .map((line) => (JSON.parse(line) as { runId: string }).runId);
    assert.equal(new Set(headers).size, 2);

    const score = ['eval', 'stream', 'run.jsonl', '--annotations', join(SET, 'images-from-0.json'), '--json'];
    const last = await run(...score);
    assert.match(last.stderr, new RegExp(`run\\.jsonl holds 2 runs; run 2 is read \\(id ${headers[1]}\\)`));
    assert.equal((JSON.parse(last.stdout) as { runs: number }).runs, 2);
    assert.match((await run(...score, '--run', '1')).stderr, new RegExp(`run 1 is read \\(id ${headers[0]}\\)`));
    const none = await run(...score, '--run', '3');
    assert.equal(none.code, 1);
    assert.match(none.stderr, /holds 2 runs, so there is no run 3/);
  });

  it('that are recordings never replace another kind of file', async () => {
    writeFileSync(at('notes.txt'), 'mine');
    const { code, stderr } = await run('run', PICTURES, ...ON_CPU, '--record', 'notes.txt');
    assert.equal(code, 1);
    assert.match(stderr, /notes\.txt: it exists and is no recording, so it is left alone/);
    assert.equal(readFileSync(at('notes.txt'), 'utf8'), 'mine');
  });

  it('that are COCO results take the ids of --annotations', async () => {
    const annotations = join(SET, 'images-from-0.json');
    const thresholds = ['--conf', '0.01', '--nms', '0.65'];
    const found = await run(
      'run',
      PICTURES,
      ...ON_CPU,
      ...thresholds,
      '--coco',
      'r.json',
      '--annotations',
      annotations,
    );
    assert.equal(found.code, 0, found.stderr);
    const { stdout } = await run('eval', 'coco', '--annotations', annotations, '--detections', 'r.json', '--json');
    const { AP } = (JSON.parse(stdout) as { stats: { AP: number } }).stats;
    assert.ok(Math.abs(AP - 0.5071) < 0.005, `AP is ${AP}`);

    const without = await run('run', PICTURES, ...ON_CPU, '--annotations', annotations);
    assert.equal(without.code, 2);
    assert.match(without.stderr, /output\.coco \(--coco\) names no file/);
  });
});
