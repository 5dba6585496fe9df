import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { clipFolder, NEEDS_FFMPEG, pattern } from './helpers/clips.js';
import { itNeeds } from './helpers/needs.js';
import { installPacked, type PackedPackage } from './helpers/packed-package.js';

const PICTURE = resolve('test/fixtures/field/alpha/rgb');

describe('the package without the packages that a user may leave out', function () {
  this.timeout(120_000);
  const clips = clipFolder();
  let packed: PackedPackage;
  before(() => {
    packed = installPacked(['@napi-rs', '@ffmpeg-installer', 'ffmpeg-static']);
  });
  after(() => packed.remove());

  /** @param path of programs; by default there is no ffmpeg on it */
  function nowcast(args: readonly string[], path = ''): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(process.execPath, [join(packed.folder, 'node_modules/nowcast/dist/src/cli/main.js'), ...args], {
      cwd: packed.folder,
      encoding: 'utf8',
      env: { HOME: process.env['HOME'], PATH: path, NOWCAST_CACHE: join(packed.folder, 'cache') },
    });
  }

  it('detects on pictures', () => {
    const { status, stdout, stderr } = nowcast(['run', PICTURE, '--offline', '--provider', 'cpu', '--json']);
    assert.equal(status, 0, stderr);
    assert.equal((JSON.parse(stdout) as { total: { percepts: number } }).total.percepts > 0, true);
  });

  for (const [what, args] of Object.entries({
    '--save': ['run', PICTURE, '--offline', '--provider', 'cpu', '--save', 'out'],
    'the demo': ['demo', '--port', '0', '--max-frames', '2'],
    'a synthetic drive': ['run', 'demo:', '--provider', 'cpu', '--max-frames', '2'],
    'nowcast synth': ['synth', '--out', 'world', '--frames', '1'],
  }))
    it(`names the package that ${what} draws with, and how to install it`, () => {
      const { status, stderr } = nowcast(args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, /needs the npm package @napi-rs\/canvas, which is not installed; run: npm install/);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });

  it('says how to install ffmpeg where a video needs it', () => {
    writeFileSync(join(packed.folder, 'a.mp4'), 'not read');
    const { status, stderr } = nowcast(['run', 'a.mp4', '--provider', 'cpu']);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /there is no ffmpeg on PATH; install ffmpeg 4\.4 or later/);
  });

  itNeeds(NEEDS_FFMPEG, 'takes the ffmpeg of ffmpeg-static if that package is installed, for files and URLs', () => {
    const clip = clips.make(...pattern('320x240', 10, 1), '-c:v', 'libx264', 'a.mp4');
    const where = join(packed.folder, 'node_modules/ffmpeg-static');
    mkdirSync(where, { recursive: true });
    const ffmpeg = spawnSync('sh', ['-c', 'command -v ffmpeg'], { encoding: 'utf8' }).stdout.trim();
    writeFileSync(join(where, 'package.json'), '{ "name": "ffmpeg-static", "main": "index.js" }');
    writeFileSync(join(where, 'index.js'), `module.exports = ${JSON.stringify(ffmpeg)};`);
    const { status, stdout, stderr } = nowcast(['run', clip, '--offline', '--provider', 'cpu', '--json']);
    assert.equal(status, 0, stderr);
    assert.equal((JSON.parse(stdout) as { total: { percepts: number } }).total.percepts, 10);
    const { findings } = JSON.parse(nowcast(['doctor', '--json']).stdout) as {
      findings: { name: string; state: string; found: string }[];
    };
    const { state, found } = findings.find(({ name }) => name === 'ffmpeg')!;
    assert.equal(state, 'ok');
    assert.match(found, /, of an npm package$/);
  });
});
