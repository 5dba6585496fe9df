import assert from 'node:assert/strict';
import { readPlan } from '../../src/cli/demo.js';
import { SlowedDetector } from '../../src/app/demo/slowed-detector.js';
import { DEFAULT_DEMO_SEED } from '../../src/app/demo/kind.js';
import type { RunConfig } from '../../src/config/run-config.js';
import { UsageError } from '../../src/core/errors.js';
import { FakeDetector } from '../helpers/fake-detector.js';
import { FrameLedger } from '../helpers/frames.js';

const feedOf = ({ sinks }: RunConfig) => sinks.find(({ kind }) => kind === 'feed')?.settings;

describe('the plan of a demo', () => {
  it('forecasts the default drive, keeps unlikely boxes for AP, and may move its port', () => {
    const { run, page, seed, extraMs } = readPlan({});
    assert.deepEqual(run.sources, [
      { id: 'demo', kind: 'demo', address: `demo:${DEFAULT_DEMO_SEED}`, settings: { fps: 30 } },
    ]);
    assert.deepEqual(
      [run.detect.forecast, run.detect.conf, run.detect.nms, run.detect.schedule, run.detect.budgetMs],
      ['nowcast', 0.01, 0.5, 'idle-free', 100],
    );
    assert.deepEqual(
      [run.model.path, feedOf(run)?.['host'], feedOf(run)?.['port'], page, seed, extraMs],
      ['nowcast-nano', '127.0.0.1', 8765, { mayMove: true }, DEFAULT_DEMO_SEED, 0],
    );
  });

  it('follows the flags', () => {
    const { run, page, seed, extraMs } = readPlan({
      seed: '7',
      port: '9000',
      conf: '0.1',
      forecast: 'none',
      schedule: 'stride:2',
      budget: 'none',
      duration: '10s',
      slower: '150ms',
    });
    assert.deepEqual(
      [
        seed,
        feedOf(run)?.['port'],
        page,
        run.detect.conf,
        run.detect.forecast,
        run.detect.schedule,
        run.detect.budgetMs,
        run.durationMs,
        extraMs,
      ],
      [7, 9000, { mayMove: false }, 0.1, 'none', 'stride:2', undefined, 10_000, 150],
    );
    assert.deepEqual(
      [feedOf(readPlan({ headless: true }).run), readPlan({ headless: true }).page],
      [undefined, undefined],
    );
  });

  for (const [flags, message] of [
    [{ seed: '-1' }, /--seed is "-1"/],
    [{ port: '70000' }, /--port is "70000"/],
    [{ headless: true, port: '80' }, /--headless serves no page/],
    [{ schedule: 'every' }, /--schedule every detects on each frame however late/],
    [{ slower: 'much' }, /--slower is "much"/],
    [{ slower: '2s' }, /1000 ms at most/],
    [{ conf: '2' }, /--conf/],
  ] as const) {
    it(`refuses ${JSON.stringify(flags)}`, () =>
      assert.throws(
        () => readPlan(flags),
        (error: unknown) => error instanceof UsageError && message.test(error.message),
      ));
  }
});

describe('a slowed detector', () => {
  it('returns results later, and reports the longer runtime', async () => {
    const fast = new FakeDetector();
    const frames = new FrameLedger();
    const slowed = new SlowedDetector(fast, 20);
    const result = slowed.detect(frames.frame('a', 0).picture);
    fast.jobs[0].finish([], 5, 9);
    assert.deepEqual((await result).times, { inferStartMs: 5, inferEndMs: 29, doneAtMs: 29 });
    slowed.extraMs = 0;
    const quick = slowed.detect(frames.frame('a', 1).picture);
    fast.jobs[1].finish([], 5, 9);
    assert.equal((await quick).times.doneAtMs, 9);
  });
});
