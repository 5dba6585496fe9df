import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NEEDS_FFMPEG } from '../helpers/clips.js';
import { nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { PacedCamera } from '../helpers/paced-camera/index.js';
import { NEEDS_SANDBOX, NO_NAMESPACES } from '../helpers/sandbox.js';
import { temporaryFolder } from '../helpers/temporary.js';

type Finding = { name: string; state: string; found: string; remedy?: string };
type Report = { ok: boolean; findings: Finding[] };

describe('nowcast doctor', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const report = async (env: Record<string, string>) => {
    const { code, stdout, stderr } = await nowcast(['doctor', '--json'], {
      env: { NOWCAST_CACHE: join(folder(), 'cache'), ...env },
    });
    const { ok, findings } = JSON.parse(stdout) as Report;
    return { code, stderr, ok, of: (name: string) => findings.find((finding) => finding.name === name) };
  };

  it('finds a complete machine ready', async () => {
    // Its own, because another test may run a doctor at the same time.
    const temporary = join(folder(), 'tmp');
    mkdirSync(temporary);
    const { code, ok, of } = await report({ TMPDIR: temporary });
    assert.equal(of('Node')?.state, 'ok');
    assert.equal(of('provider cpu')?.state, 'ok');
    assert.equal(of('cache folder')?.found, join(folder(), 'cache'));
    assert.equal(of('models')?.remedy, 'nowcast models pull yolox-nano, or pass your own ONNX file with --model');
    assert.deepEqual([code, ok], [0, true]);
    assert.deepEqual(readdirSync(join(folder(), 'cache')), []);
    assert.deepEqual(
      readdirSync(temporary).filter((name) => name.startsWith('nowcast-doctor-')),
      [],
    );
  });

  it('names the ffmpeg in use, and the limits of that of an npm package', async function () {
    const { of } = await report({ PATH: '' });
    const ffmpeg = of('ffmpeg');
    assert.equal(ffmpeg?.state, 'limited');
    if (ffmpeg.found.startsWith('no video files')) this.skip();
    assert.match(ffmpeg.found, /, of an npm package: reads video files, no cameras$/);
    assert.match(ffmpeg.remedy ?? '', /^install ffmpeg 4\.4 or later/);
  });

  it('finds a machine without ffmpeg ready for pictures and the demo', async () => {
    const { code, stderr, ok, of } = await report({ NOWCAST_FFMPEG: '/no/ffmpeg' });
    assert.deepEqual([code, ok, stderr], [0, true, '']);
    const { state, found, remedy } = of('ffmpeg')!;
    assert.equal(state, 'limited');
    assert.match(
      found,
      /^no video files, no cameras, no --save of videos; pictures and demo: run without it \(NOWCAST_FFMPEG is "\/no\/ffmpeg"/,
    );
    assert.match(remedy ?? '', /^install ffmpeg 4\.4 or later/);
  });

  itNeeds(NEEDS_SANDBOX, 'prints the limits of ffmpeg, and the remedy if the system refuses one', async () => {
    const confinement = async (inside: readonly string[], env = {}): Promise<Finding | undefined> => {
      const { stdout } = await nowcast(['doctor', '--json'], {
        inside,
        env: { NOWCAST_CACHE: join(folder(), 'cache'), ...env },
      });
      return (JSON.parse(stdout) as Report).findings.find(({ name }) => name === 'ffmpeg is confined');
    };
    const limits = "no files for cameras, no network for files, by ffmpeg's options";
    assert.deepEqual(await confinement([]), {
      name: 'ffmpeg is confined',
      state: 'ok',
      found: `${limits} and a sandbox; it ends with Nowcast`,
    });
    const off = await confinement([], { NOWCAST_FFMPEG_SANDBOX: 'off' });
    assert.equal(off?.found, `${limits} alone: its sandbox is off; it ends with Nowcast`);
    const refused = await confinement(NO_NAMESPACES);
    assert.equal(refused?.state, 'limited');
    assert.match(
      refused.found,
      /; a part of its sandbox is missing: files cannot be hidden from \S+ \(unshare: unshare failed: No space left on device\)$/,
    );
    assert.match(refused.remedy ?? '', /user\.max_user_namespaces above 0/);
  });

  it('exits with 1 and a remedy if a part that every run needs is missing', async () => {
    writeFileSync(join(folder(), 'file'), '');
    const { code, stderr, ok, of } = await report({ NOWCAST_CACHE: join(folder(), 'file', 'cache') });
    assert.deepEqual([code, ok], [1, false]);
    assert.equal(stderr, 'nowcast: cache folder: no run works without it; follow the advice in the lines above\n');
    assert.equal(of('cache folder')?.remedy, 'set NOWCAST_CACHE to a writable folder');
    assert.ok(!existsSync(join(folder(), 'cache')));
  });

  it('prints one line per finding, with the remedy below', async () => {
    const { stdout } = await nowcast(['doctor'], { env: { NOWCAST_CACHE: join(folder(), 'cache') } });
    assert.match(stdout, /^ok {7}Node {14}\d+\.\d+\.\d+$/m);
    assert.match(stdout, /^limited {2}models .*\n {27}-> nowcast models pull yolox-nano/m);
  });

  itNeeds(NEEDS_FFMPEG, 'opens the cameras of a configuration, and says what to change', async () => {
    const camera = await PacedCamera.start({ width: 640, height: 360, gop: 150, loopSeconds: 18 });
    try {
      writeFileSync(
        join(folder(), 'cameras.yaml'),
        [
          'cameras:',
          `  front: { source: "${camera.url}", hwaccel: magic }`,
          '  gone: { source: "rtsp://user:tooth-fairy@127.0.0.1:9/x" }',
          '  off: { source: "rtsp://127.0.0.1:9/y", enabled: false }',
        ].join('\n'),
      );
      const { code, stdout, stderr } = await nowcast(['doctor', '-c', join(folder(), 'cameras.yaml'), '--json'], {
        env: { NOWCAST_CACHE: join(folder(), 'cache') },
      });
      const { findings } = JSON.parse(stdout) as Report;
      const of = (wanted: string): Finding[] => findings.filter(({ name }) => name === wanted);
      assert.equal(code, 1);
      assert.match(stderr, /nowcast: no picture from .*gone; follow the advice in the lines above\n$/);
      assert.ok(!`${stdout}${stderr}`.includes('tooth-fairy'));
      assert.deepEqual(of('off'), [
        {
          name: 'off',
          state: 'ok',
          found: 'not opened: the configuration has enabled: false',
          remedy: 'to open it all the same, name it: nowcast doctor -c FILE off',
        },
      ]);
      assert.deepEqual(
        of('gone').map(({ state }) => state),
        ['missing'],
      );
      assert.match(of('hwaccel magic')[0].found, /^this ffmpeg does not know magic; it knows /);
    } finally {
      await camera.kill();
    }
  });

  it('takes a configuration as the service does: with several models, and with all cameras off', async () => {
    writeFileSync(
      join(folder(), 'cameras.yaml'),
      [
        'cameras:',
        '  front: { source: "demo:1", enabled: false }',
        '  yard: { source: "demo:2", enabled: false, detect: { model: other.onnx } }',
      ].join('\n'),
    );
    const { code, stdout, stderr } = await nowcast(['doctor', '-c', join(folder(), 'cameras.yaml'), '--json'], {
      env: { NOWCAST_CACHE: join(folder(), 'cache') },
    });
    assert.equal(code, 0, stderr);
    const names = (JSON.parse(stdout) as Report).findings.map(({ name }) => name);
    assert.deepEqual(names.slice(-2), ['front', 'yard']);
  });

  itNeeds(NEEDS_FFMPEG, 'measures the rate and the key pictures of a camera', async () => {
    const camera = await PacedCamera.start({ width: 640, height: 360, gop: 150, loopSeconds: 18 });
    try {
      const { code, stdout } = await nowcast(['doctor', camera.url, '--json'], {
        env: { NOWCAST_CACHE: join(folder(), 'cache') },
      });
      const about = (JSON.parse(stdout) as Report).findings.filter(({ found }) => /640x360|key pictures/.test(found));
      assert.deepEqual([code, about.map(({ state }) => state)], [0, ['ok', 'limited']]);
      assert.match(
        about[0].found,
        /^640x360 h264, [23]\d(\.\d)? pictures a second, .* Mbit\/s, times of the camera's clock/,
      );
      assert.match(about[1].found, /^key pictures are \d\.\d s apart$/);
    } finally {
      await camera.kill();
    }
  });

  it('names a file that is not the model of its name, as the list and a run do', async () => {
    const cache = join(folder(), 'cache');
    const path = join(cache, 'yolox_nano.onnx');
    mkdirSync(cache);
    writeFileSync(path, 'cut');
    const problem = `${path} is not yolox-nano: it has 3 bytes instead of 3659407; it may be cut off`;
    const { of } = await report({});
    assert.equal(of('models')?.state, 'limited');
    assert.ok(of('models')?.found.endsWith(problem), of('models')?.found);
    assert.match(of('models')?.remedy ?? '', /^remove that file, then pull the model again/);

    const env = { NOWCAST_CACHE: cache };
    const list = await nowcast(['models', 'list'], { env });
    assert.match(list.stdout, /^yolox-nano .* another file$/m);
    assert.ok(list.stderr.includes(problem), list.stderr);
    const run = await nowcast(['run', 'demo:', '--model', 'yolox-nano'], { env });
    assert.deepEqual([run.code, run.stdout], [1, '']);
    assert.ok(run.stderr.includes(problem), run.stderr);
  });
});
