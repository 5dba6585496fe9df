import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageVersion } from '../../src/app/paths.js';
import { COMMAND, nowcast } from '../helpers/command.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('nowcast', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  it('prints its version', async () => {
    assert.deepEqual(await nowcast(['--version']), { code: 0, stdout: `${packageVersion()}\n`, stderr: '' });
  });

  it('lists its commands', async () => {
    const { code, stdout } = await nowcast(['--help']);
    assert.equal(code, 0);
    for (const name of ['run', 'models', 'doctor']) assert.match(stdout, new RegExp(`^  ${name}\\b`, 'm'));
  });

  it('explains the flags of a command', async () => {
    for (const args of [
      ['run', '--help'],
      ['help', 'run'],
    ]) {
      const { code, stdout } = await nowcast(args);
      assert.equal(code, 0);
      assert.match(stdout, /--schedule <name>/);
    }
  });

  const usage: readonly [string, readonly string[], RegExp][] = [
    ['no command', [], /^Usage: nowcast/m],
    ['an unknown command', ['rn'], /unknown command 'rn'\n\(Did you mean run\?\)/],
    ['a mistyped command', ['evl'], /unknown command 'evl'\n\(Did you mean eval\?\)/],
    ['an unknown flag', ['run', 'x', '--scedule', 'y'], /unknown option '--scedule'\n\(Did you mean --schedule\?\)/],
    ['a flag without its value', ['run', '--conf'], /option '--conf <score>' argument missing/],
    ['a wrong value', ['run', 'x', '--conf', '7'], /^nowcast: --conf is "7"; it must be a number from 0 to 1\n$/],
    [
      'an unknown log format',
      ['doctor', '--log-format', 'xml'],
      /^nowcast: --log-format is "xml"; it must be one of text, json\n$/,
    ],
    ['no source', ['run'], /^nowcast: the run has no source; name a SOURCE/],
    [
      'a missing config',
      ['run', '-c', 'no.yaml'],
      /^nowcast: the config \/.*\/no\.yaml does not exist; name a YAML file with -c\n$/,
    ],
    ['a folder as config', ['run', '-c', '.'], /^nowcast: the config .* is a folder; name a YAML file with -c\n$/],
    ['a missing source', ['run', 'no.mp4'], /^nowcast: the source \/.*\/no\.mp4 does not exist; check the path\n$/],
  ];
  for (const [what, args, message] of usage) {
    it(`exits with 2 for ${what}`, async () => {
      const { code, stdout, stderr } = await nowcast(args, { cwd: folder() });
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, message);
    });
  }

  for (const [what, args, code, message] of [
    ['an unknown flag', ['run', 'x', '--scedule', 'y'], 'NOWCAST_USAGE', /^unknown option '--scedule'/],
    [
      'a wrong value',
      ['run', 'x', '--conf', '7'],
      'NOWCAST_CONFIG',
      /^--conf is "7"; it must be a number from 0 to 1$/,
    ],
    ['a missing source', ['run', 'no.mp4'], 'NOWCAST_USAGE', /no\.mp4 does not exist; check the path$/],
  ] as const)
    it(`prints the error of ${what} as one JSON object with --json, for people too`, async () => {
      const { code: exitCode, stdout, stderr } = await nowcast([...args, '--json'], { cwd: folder() });
      const { error } = JSON.parse(stdout) as { error: { code: string; message: string; exitCode: number } };
      assert.deepEqual([error.code, error.exitCode, exitCode], [code, 2, 2]);
      assert.match(error.message, message);
      assert.ok(stderr.includes(error.message.split('\n')[0]), stderr);
    });

  it('hides passwords in an error as JSON', async () => {
    const { stdout } = await nowcast(['run', 'rtsp://viewer:hunter2hunter2@h:99999/x', '--json'], { cwd: folder() });
    assert.match(stdout, /^\{"error":/);
    assert.doesNotMatch(stdout, /hunter2/);
  });

  it('opens no debugger on SIGUSR1, in no process', async () => {
    let asked = false;
    const { code, stderr } = await nowcast(['run', 'demo:', '--provider', 'cpu', '--max-frames', '60', '-v'], {
      cwd: folder(),
      env: { NOWCAST_CACHE: join(folder(), 'cache') },
      onStart: (child) =>
        child.stderr!.once('data', () => {
          asked = true;
          const children = execFileSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' })
            .trim()
            .split('\n');
          for (const pid of [child.pid!, ...children.map(Number)]) process.kill(pid, 'SIGUSR1');
        }),
    });
    assert.deepEqual([code, asked], [0, true], stderr);
    assert.doesNotMatch(stderr, /[Dd]ebugger/);
  });

  it('names file, line, key, value and allowed values of an invalid config, without its secrets', async () => {
    writeFileSync(
      join(folder(), 'c.yaml'),
      'cameras:\n  a:\n    source: rtsp://u:${PW}@h/x\n    speed: 2\nmodel:\n  provider: ${PW}\n',
    );
    const { code, stderr } = await nowcast(['run', '-c', 'c.yaml'], { cwd: folder(), env: { PW: 'hunter2' } });
    assert.equal(code, 2);
    assert.equal(
      stderr,
      [
        'nowcast: c.yaml:4: cameras.a.speed is not a key (allowed in cameras.a: source, enabled, detect, zones, lines, masks, objects, snapshots, fps, aspect, rotate, crop, stream, hwaccel, start, transport, timeout, max_behind, poll)\n',
        'nowcast: c.yaml:6: model.provider is "***"; it must be one of auto, cpu, webgpu, cuda, tensorrt, coreml, dml\n',
      ].join(''),
    );
  });

  it('prints the stack trace of an error with --verbose', async () => {
    for (const [args, env] of [
      [['run', 'no.mp4', '--verbose'], {}],
      [['run', 'no.mp4'], { NOWCAST_DEBUG: '1' }],
    ] as const) {
      const { code, stderr } = await nowcast(args, { cwd: folder(), env });
      assert.equal(code, 2);
      assert.match(stderr, /UsageError[\s\S]*\n {4}at .*missingSource/);
      assert.match(stderr, /caused by Error: ENOENT/);
    }
  });

  it('succeeds if a pipe is closed early', async () => {
    const child = spawn(process.execPath, [COMMAND, 'run', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    child.stderr.resume();
    const [code] = (await once(child, 'close')) as [number | null];
    assert.equal(code, 0);
  });
});
