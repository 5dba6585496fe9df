import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { DemoSummary } from '../../src/app/demo/summary.js';
import { DROP_REASONS } from '../../src/core/events.js';
import { nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { children as childrenOf, HAS_PROC } from '../helpers/processes.js';
import { suiteFolder, temporaryFolder } from '../helpers/temporary.js';

describe('nowcast demo', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  const shared = suiteFolder();
  const model = (): string => join(shared(), 'm.onnx');
  before(async () => {
    const flags = ['--variant', 'yolox-nano', '--classes', '8', '--input', '160x96'];
    assert.equal((await nowcast(['export', ...flags, '--out', model()])).code, 0);
  });
  /** A small untrained network, and a machine without ffmpeg. */
  const setUp = (): { args: string[]; env: Record<string, string> } => ({
    args: ['demo', '--model', model(), '--provider', 'cpu', '--conf', '0.0001'],
    env: { PATH: folder(), NOWCAST_CACHE: join(folder(), 'cache') },
  });

  it('plays without a page and without ffmpeg, accounts for every frame, and its cost terms add up', async () => {
    const { args, env } = setUp();
    const { code, stdout, stderr } = await nowcast(
      [...args, '--headless', '--max-frames', '90', '--json', '--seed', '4'],
      { env },
    );
    assert.equal(code, 0, stderr);
    const { seed, total, streams, score, forecast } = JSON.parse(stdout) as DemoSummary;
    assert.deepEqual([seed, streams['demo'].source, forecast, total.inFlight], [4, 'demo:4', 'nowcast', 0]);
    assert.ok(total.percepts > 0);
    assert.equal(total.received, total.percepts + DROP_REASONS.reduce((sum, reason) => sum + total.drops[reason], 0));
    assert.ok(score !== null && score.attribution !== null);
    assert.equal(total.received, 90);
    assert.equal(score.pairing.frames, 90);
    const { offlineAP, sAP, gap, oneFrameFloor, latency, jitter, drops, forecasting } = score.attribution;
    assert.ok(Math.abs(oneFrameFloor + latency + jitter + drops + forecasting - gap) < 1e-9);
    assert.ok(Math.abs(offlineAP - sAP - gap) < 1e-9);
  });

  itNeeds(
    { '/proc': HAS_PROC },
    'a detector that cannot recover ends it with 1 and a summary of its results, without a score',
    async () => {
      const { args, env } = setUp();
      let isKilled = false;
      const { code, stdout, stderr } = await nowcast([...args, '--headless', '--json'], {
        env,
        onStart: (child) =>
          child.stderr!.on('data', (data: Buffer) => {
            if (isKilled || !data.includes('streaming')) return;
            isKilled = true;
            for (const name of readdirSync(env['NOWCAST_CACHE']).filter((file) => file.endsWith('.onnx')))
              rmSync(join(env['NOWCAST_CACHE'], name));
            process.kill(childrenOf(child.pid)[0], 'SIGKILL');
          }),
      });
      assert.equal(code, 1, stderr);
      const { score, problems } = JSON.parse(stdout) as DemoSummary;
      assert.equal(score, null);
      assert.match(problems.join(), /failed to start 8 times/);
    },
  );

  itNeeds({ '/proc': HAS_PROC }, 'Ctrl-C ends it with 130, scored, and nothing is left running', async () => {
    const { args, env } = setUp();
    let pid = 0;
    let children: number[] = [];
    const { code, stdout, stderr } = await nowcast([...args, '--port', '0'], {
      env,
      onStart: (child) => {
        pid = child.pid!;
        let log = '';
        child.stderr!.on('data', (data: Buffer) => {
          log += data.toString();
          if (!log.includes('streaming') || children.length > 0) return;
          children = childrenOf(pid);
          child.kill('SIGINT');
        });
      },
    });
    assert.equal(code, 130, stderr);
    assert.match(stderr, /page: http:\/\/127\.0\.0\.1:\d+\//);
    assert.match(stdout, /percepts of \d+ frames/);
    assert.ok(children.length > 0);
    for (const child of children) assert.throws(() => process.kill(child, 0), `process ${child} is gone`);
  });

  itNeeds({ '/proc': HAS_PROC }, 'Ctrl-C while the detector opens ends it before the first frame', async () => {
    const { args, env } = setUp();
    const { code, stdout, stderr } = await nowcast([...args, '--headless', '--duration', '20s', '--json'], {
      env,
      onStart: (child) => {
        const watch = setInterval(() => {
          if (childrenOf(child.pid).length === 0) return;
          clearInterval(watch);
          child.kill('SIGINT');
        }, 5);
        child.on('close', () => clearInterval(watch));
      },
    });
    assert.equal(code, 130, stderr);
    assert.equal((JSON.parse(stdout) as DemoSummary).total.received, 0);
  });

  it('fails on a taken --port, and takes the next one without --port', async () => {
    const { args, env } = setUp();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    try {
      const { code, stderr } = await nowcast([...args, '--port', String(port)], { env });
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`port ${port}: another program`));
    } finally {
      other.close();
    }
    const usual = createServer().listen(8765, '127.0.0.1');
    // A program that already uses the port does as well.
    await Promise.race([once(usual, 'listening'), once(usual, 'error')]);
    try {
      const { code, stderr } = await nowcast([...args, '--max-frames', '3'], { env });
      assert.equal(code, 0, stderr);
      const page = /page: http:\/\/127\.0\.0\.1:(\d+)\//.exec(stderr);
      assert.ok(page !== null && Number(page[1]) > 8765, stderr);
    } finally {
      usual.close();
    }
  });

  it('runs demo: as a source of nowcast run', async () => {
    const {
      args: [, ...args],
      env,
    } = setUp();
    const { code, stdout, stderr } = await nowcast(['run', 'demo:9', ...args, '--max-frames', '30', '--json'], { env });
    assert.equal(code, 0, stderr);
    const { total, streams } = JSON.parse(stdout) as DemoSummary;
    assert.deepEqual([total.received, streams['demo'].source], [30, 'demo:9']);
  });
});
