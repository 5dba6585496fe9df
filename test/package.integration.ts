import assert from 'node:assert/strict';
import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { NEEDS_FFMPEG } from './helpers/clips.js';
import { firstMissing, itNeeds } from './helpers/needs.js';
import { realFile } from './helpers/shared.js';

const MODEL = realFile('yolox_nano.onnx');
const CLIP = realFile('one-by-one-person-detection.mp4');

/** The README's program, unchanged except for the names of its files and an end after some frames. */
function readmeProgram(): string {
  const program = /## In a program\n\n```js\n([^]*?)```/.exec(readFileSync('README.md', 'utf8'))?.[1];
  assert.ok(program !== undefined, 'the README has a program under "In a program"');
  return program;
}

describe('the package as npm packs it', function () {
  this.timeout(300_000);
  let folder = '';

  const needs = {
    ...NEEDS_FFMPEG,
    'the npm registry': spawnSync('npm', ['view', 'rxjs', 'version'], { stdio: 'ignore' }).status === 0,
    'yolox_nano.onnx': MODEL !== undefined,
    'the person clip': CLIP !== undefined,
  };

  before(() => {
    if (firstMissing(needs) !== undefined) return;
    folder = mkdtempSync(join(tmpdir(), 'nowcast-package-'));
    const npm = (...args: string[]): string =>
      execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const [{ filename }] = JSON.parse(npm('pack', resolve('.'), '--json')) as { filename: string }[];
    writeFileSync(join(folder, 'package.json'), '{ "name": "somebody", "type": "module", "private": true }');
    npm(
      'install',
      '--ignore-scripts',
      `./${filename}`,
      '@napi-rs/canvas',
      '--no-package-lock',
      '--no-fund',
      '--no-audit',
    );
  });
  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });
  const runProgram = (program: string): SpawnSyncReturns<string> => {
    writeFileSync(join(folder, 'program.mjs'), program.replace('yolox_nano.onnx', MODEL ?? ''));
    return spawnSync(process.execPath, ['program.mjs'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NOWCAST_CACHE: join(folder, 'cache') },
    });
  };

  itNeeds(needs, "runs the README's program of ten lines in an empty folder", () => {
    const program = readmeProgram();
    assert.ok(program.trim().split('\n').length <= 11, 'ten lines and a blank one');
    const clip = join(folder, 'street.mp4');
    execFileSync('ffmpeg', ['-v', 'error', '-t', '2', '-i', CLIP ?? '', '-c', 'copy', clip]);
    const { status, stdout, stderr } = runProgram(program);
    assert.equal(status, 0, stderr);
    assert.ok(stdout.split('\n').filter((line) => line.startsWith('percept')).length >= 15, stdout.slice(0, 400));
  });

  itNeeds(needs, 'ends that program with a message if its video is not a video', () => {
    writeFileSync(join(folder, 'text.mp4'), 'not a video');
    const { status, stderr } = runProgram(readmeProgram().replace('street.mp4', 'text.mp4'));
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^".*text\.mp4" is not a video/);
  });

  itNeeds(needs, 'contains types that a strict program compiles against', () => {
    writeFileSync(
      join(folder, 'typed.ts'),
      [
        "import { openDetector, openSource, perceive, monotonicClock as clock, type PipelineEvent } from 'nowcast';",
        "const detector = await openDetector('m.onnx');",
        "const frames = await openSource('a.mp4', { input: detector.info.input });",
        'frames.pipe(perceive(detector, { clock })).subscribe((event: PipelineEvent) => {',
        "  if (event.type === 'drop') { const reason: 'late' | string = event.reason; void reason; }",
        '});',
      ].join('\n'),
    );
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        resolve('node_modules/typescript/bin/tsc'),
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--skipLibCheck',
        'typed.ts',
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    assert.equal(status, 0, stdout);
  });

  itNeeds(needs, 'contains the command', () => {
    const printed = execFileSync(join(folder, 'node_modules/.bin/nowcast'), ['--help'], { encoding: 'utf8' });
    assert.match(printed, /run.*\n/);
  });

  itNeeds(
    needs,
    'writes configurations that lead editors to its schema, by a path that other checkouts have too',
    () => {
      const command = join(folder, 'node_modules/.bin/nowcast');
      const run = (...args: string[]): string => execFileSync(command, args, { cwd: folder, encoding: 'utf8' });
      run('init', 'demo:', '--untried', '--yes');
      writeFileSync(join(folder, 'mine.yaml'), run('train', '--example'));
      for (const [file, schema] of [
        ['cameras.yaml', './node_modules/nowcast/configs/nowcast.schema.json'],
        ['mine.yaml', './node_modules/nowcast/configs/train/nowcast-train.schema.json'],
      ]) {
        assert.ok(
          readFileSync(join(folder, file), 'utf8').startsWith(`# yaml-language-server: $schema=${schema}\n`),
          file,
        );
        assert.ok(existsSync(join(folder, schema)), schema);
      }
      assert.match(run('run', '-c', 'cameras.yaml', '--validate'), /^valid: 1 stream/);
    },
  );

  itNeeds(needs, 'contains the demo with its page', () => {
    const { status, stdout, stderr } = spawnSync(
      join(folder, 'node_modules/.bin/nowcast'),
      ['demo', '--model', MODEL ?? '', '--port', '0', '--max-frames', '5', '--json'],
      {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, NOWCAST_CACHE: join(folder, 'cache') },
      },
    );
    assert.equal(status, 0, stderr);
    assert.equal((JSON.parse(stdout) as { total: { received: number } }).total.received, 5);
    const page = readdirSync(join(folder, 'node_modules/nowcast/dist/src/streaming/live-page/page'));
    for (const name of ['index.html', 'style.css', 'main.js']) assert.ok(page.includes(name), name);
  });
});
