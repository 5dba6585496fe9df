import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { COMMAND, nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** The file to which the first line of a configuration sends an editor. */
function schemaOf(text: string): string {
  const [, path] = /^# yaml-language-server: \$schema=(.+)$/m.exec(text) ?? [];
  assert.ok(path !== undefined, text);
  return path;
}

describe('nowcast init', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  it('tries each source, writes a commented file that passes --validate, and keeps secrets out of it', async () => {
    const { code, stdout, stderr } = await nowcast(
      ['init', 'demo:3', 'rtsp://viewer:hunter2222@127.0.0.1:1/stream1', '--yes', '--feed', '0', '--json'],
      { cwd: folder() },
    );
    assert.equal(code, 0, stderr);
    const path = join(folder(), 'cameras.yaml');
    assert.deepEqual(JSON.parse(stdout), {
      path,
      cameras: ['demo', '127-0-0-1'],
      variables: { CAMERA_127_0_0_1_PASSWORD: 'the password of 127-0-0-1, as in its address' },
    });
    const text = readFileSync(path, 'utf8');
    assert.match(text, /^ {2}# 720x450, 30 fps, .*pictures a second, \d+ detections?$/m);
    assert.ok(!`${text}${stdout}${stderr}`.includes('hunter2222'), 'the password is nowhere');
    assert.match(stderr, /it fails: .*connection refused/);
    assert.ok(existsSync(schemaOf(text)), 'the schema is where the editor looks');
    const env = { CAMERA_127_0_0_1_PASSWORD: 'hunter2222' };
    const checked = await nowcast(['run', '-c', 'cameras.yaml', '--validate'], { cwd: folder(), env });
    assert.equal(checked.code, 0, checked.stderr);

    const again = await nowcast(['init', 'demo:3', '--yes', '--untried'], { cwd: folder() });
    assert.deepEqual([again.code, readFileSync(path, 'utf8')], [2, text]);
    assert.match(again.stderr, /cameras\.yaml exists; give another file with --out, or replace it with --overwrite/);
    const replaced = await nowcast(['init', 'demo:4', '--yes', '--untried', '--overwrite'], { cwd: folder() });
    assert.equal(replaced.code, 0, replaced.stderr);
    assert.match(readFileSync(path, 'utf8'), /source: "demo:4"/);
  });

  it('without a terminal and without a source says what to give', async () => {
    const { code, stderr } = await nowcast(['init'], { cwd: folder() });
    assert.equal(code, 2);
    assert.match(stderr, /init has no terminal to ask on and no SOURCE; name the cameras/);
  });

  it('prints examples that editors can follow and that --validate accepts', async () => {
    mkdirSync(join(folder(), 'sub'));
    const { code, stdout } = await nowcast(['init', '--example'], { cwd: join(folder(), 'sub') });
    assert.equal(code, 0);
    assert.ok(existsSync(schemaOf(stdout)));
    writeFileSync(join(folder(), 'sub', 'c.yaml'), stdout.replace('yolox-nano', 'nowcast-nano').replace(', dog', ''));
    const checked = await nowcast(['run', '-c', 'sub/c.yaml', '--validate'], {
      cwd: folder(),
      env: { CAMERA_PASSWORD: 'hunter2222' },
    });
    assert.equal(checked.code, 0, checked.stderr);
    const training = await nowcast(['train', '--example'], { cwd: folder() });
    assert.equal(training.code, 0);
    assert.ok(existsSync(schemaOf(training.stdout)));
    writeFileSync(join(folder(), 'mine.yaml'), training.stdout);
    const missing = await nowcast(['train', '-c', 'mine.yaml', '--validate'], { cwd: folder() });
    assert.equal(missing.code, 2, missing.stderr);
    assert.match(missing.stderr, new RegExp(join(folder(), 'data', 'train.json')));
  });

  /** Answers the questions of `nowcast init --untried` on a terminal, in their order. */
  async function answer(answers: readonly (readonly [RegExp, string])[]): Promise<{ code: number; screen: string }> {
    const line = `'${process.execPath}' '${COMMAND}' init --untried`;
    const child = spawn('/usr/bin/script', ['-qec', line, '/dev/null'], {
      cwd: folder(),
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: 60_000,
    });
    const waiting = [...answers];
    let screen = '';
    let seen = 0;
    child.stdout.on('data', (data: Buffer) => {
      screen += data.toString();
      const [next] = waiting;
      if (next === undefined || !next[0].test(screen.slice(seen))) return;
      waiting.shift();
      seen = screen.length;
      child.stdin.write(next[1]);
    });
    const [code] = (await once(child, 'close')) as [number];
    return { code, screen };
  }

  const script = existsSync('/usr/bin/script');

  itNeeds({ script }, 'asks on a terminal for cameras, names and the feed', async () => {
    const { code, screen } = await answer([
      [/Model [^:]*:/, '\n'],
      [/Camera \(/, 'demo:5\n'],
      [/Name [^:]*:/, 'front door\n'],
      [/is taken or no name[^]*Name [^:]*:/, 'front\n'],
      [/Another camera/, '\n'],
      [/Port of/, 'http\n'],
      [/a port is[^]*Port of/, '8765\n'],
    ]);
    assert.equal(code, 0, screen);
    const text = readFileSync(join(folder(), 'cameras.yaml'), 'utf8');
    assert.match(text, /^ {2}front:\n {4}source: "demo:5"$/m);
    assert.match(text, /^feed: .*\n {2}port: 8765$/m);
  });

  itNeeds({ script }, 'ends at Ctrl-C and at the end of the input, and keeps a file that exists', async () => {
    const interrupted = await answer([
      [/Model [^:]*:/, '\n'],
      [/Camera \(/, '\x03'],
    ]);
    assert.equal(interrupted.code, 130, interrupted.screen);
    assert.doesNotMatch(interrupted.screen, /nowcast:/);
    const ended = await answer([[/Model [^:]*:/, '\x04']]);
    assert.equal(ended.code, 2, ended.screen);
    assert.match(ended.screen, /nowcast: the answers ended before the questions; nothing is written\r?\n$/);
    assert.ok(!existsSync(join(folder(), 'cameras.yaml')));
    writeFileSync(join(folder(), 'cameras.yaml'), 'mine');
    const kept = await answer([[/exists\. Replace it\?/, 'n\n']]);
    assert.equal(kept.code, 2, kept.screen);
    assert.equal(readFileSync(join(folder(), 'cameras.yaml'), 'utf8'), 'mine');
  });
});
