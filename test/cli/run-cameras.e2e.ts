import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunPlan } from '../../src/app/run/plan.js';
import type { RunSummary } from '../../src/app/run/summary.js';
import { nowcast } from '../helpers/command.js';
import { hasProgram, itNeeds } from '../helpers/needs.js';
import { stampModel } from '../helpers/paced-camera/stamp-model.js';
import { hasRtspServer, RtspServer } from '../helpers/rtsp-server.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { LoggedRun } from './logged-run.js';

const NEEDS_CAMERA = { "GStreamer's RTSP server": hasRtspServer(), ffmpeg: hasProgram('ffmpeg') };

describe('nowcast run of several cameras', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const configure = (text: string): void => {
    writeFileSync(join(folder(), 'stamp.onnx'), stampModel());
    writeFileSync(join(folder(), 'cameras.yaml'), `model: {path: stamp.onnx, provider: cpu}\n${text}`);
  };

  it('--validate prints what would run, opens nothing, and ends with 0; with a problem, with 2', async () => {
    configure(`
detect: {conf: 0.3}
feed: {port: 8765, token: "s3cret-token"}
output: {record: run.jsonl}
cameras:
  front: {source: "rtsp://viewer:\${PW}@127.0.0.1:1/x", detect: {schedule: "stride:2", budget: none, priority: 2}}
  garden: {source: "http://127.0.0.1:1/x"}
  shed: {source: "rtsp://127.0.0.1:1/x", enabled: false}
`);
    const run = (...args: string[]) =>
      nowcast(['run', '-c', 'cameras.yaml', '--validate', ...args], { cwd: folder(), env: { PW: 'hunter2222' } });
    const { code, stdout, stderr } = await run();
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      [
        `valid: 2 streams, 1 detector of ${join(folder(), 'stamp.onnx')}`,
        'front   a camera: rtsp://***@127.0.0.1:1/x',
        '        stride:2; no budget; score 0.3 or more; all classes; priority 2',
        'garden  a camera: http://127.0.0.1:1/x',
        '        idle-free; budget 100 ms; score 0.3 or more; all classes',
        'feed: port 8765, token ***, host 127.0.0.1, max_clients 256, max_connections 1024, max_connections_per_address 512, max_requests_per_second 500',
        `recording: record ${join(folder(), 'run.jsonl')}`,
        '',
      ].join('\n'),
    );
    assert.ok(!existsSync(join(folder(), 'run.jsonl')));
    const plan = JSON.parse((await run('shed', '--json')).stdout) as RunPlan;
    assert.deepEqual([plan.isValid, plan.streams.map(({ id }) => id)], [true, ['shed']]);
    for (const [args, message] of [
      [['--classes', 'unicorn'], /detect\.classes \(--classes\) has "unicorn"/],
      [['--model', './missing.onnx'], /missing\.onnx/],
      [['fornt'], /"fornt" is no camera of the config; did you mean front\?/],
    ] as const) {
      const wrong = await run(...args);
      assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
      assert.match(wrong.stderr, message);
    }
  });

  it('runs each stream by rules of its own, and the summary states them', async () => {
    configure(`
detect: {conf: 0.5, forecast: none, budget: 10s}
cameras:
  one: {source: "demo:1", detect: {schedule: "stride:2", forecast: kalman, conf: 0.9}}
  two: {source: "demo:2"}
`);
    const { code, stdout, stderr } = await nowcast(
      ['run', '-c', 'cameras.yaml', '--max-frames', '40', '--record', 'run.jsonl', '--json'],
      { cwd: folder() },
    );
    assert.equal(code, 0, stderr);
    const { streams, total } = JSON.parse(stdout) as RunSummary;
    assert.deepEqual(streams['one'].detect, {
      schedule: 'stride:2',
      latencyBudgetMs: 10_000,
      forecast: 'kalman',
      conf: 0.9,
      classes: null,
      priority: 1,
    });
    assert.equal(streams['two'].detect, undefined);
    assert.ok(streams['one'].drops.stride > 0, 'the stride holds for one stream');
    assert.equal(streams['two'].drops.stride, 0, 'and for no other');
    assert.equal(total.inFlight, 0);
  });

  itNeeds(NEEDS_CAMERA, 'without --wait, one camera that does not answer ends it with 1 and the remedy', async () => {
    configure('cameras: {front: {source: "rtsp://127.0.0.1:1/x"}}');
    const { code, stderr } = await nowcast(['run', '-c', 'cameras.yaml'], { cwd: folder() });
    assert.equal(code, 1);
    assert.match(stderr, /connection refused: .*; with --wait, the run tries the camera until it answers\n$/);
  });

  itNeeds(
    NEEDS_CAMERA,
    '--wait waits for a camera; its loss and its return are one line each, whatever it takes',
    async () => {
      const first = await RtspServer.start();
      const { port, url } = first;
      await first.kill();
      configure(`cameras: {front: {source: "${url}"}}`);
      const run = new LoggedRun(['run', '-c', 'cameras.yaml', '--wait', '--log-format', 'text'], folder());
      await run.says('reconnecting');
      let server = await RtspServer.start({ port });
      try {
        await run.says('here after');
        await server.kill();
        await run.says('reconnecting', 2);
        // The ladder's first steps are a second long; several attempts fail meanwhile.
        await new Promise((resolve) => {
          setTimeout(resolve, 4_000);
        });
        server = await RtspServer.start({ port });
        await run.says('back after');
        const { code, stderr } = await run.interrupt();
        assert.equal(code, 130, stderr);
        const count = (text: string): number => stderr.split(text).length - 1;
        assert.deepEqual(
          ['reconnecting', ' connecting: ', 'here after', 'back after'].map(count),
          [2, 1, 1, 1],
          stderr,
        );
        assert.match(stderr, /back after \d+(\.\d)? s without frames: 320x240 h264/);
      } finally {
        await server.kill();
      }
    },
  );
});
