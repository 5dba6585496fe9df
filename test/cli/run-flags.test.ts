import assert from 'node:assert/strict';
import { Command } from 'commander';
import { addRunFlags, readRunFlags, type RunFlagValues } from '../../src/cli/run-flags.js';
import type { Settings } from '../../src/config/run-keys.js';
import { UsageError } from '../../src/core/errors.js';

/** Parses them with commander, as a shell would pass them. */
function read(...args: string[]): Settings {
  let flags: RunFlagValues = {};
  addRunFlags(new Command())
    .exitOverride()
    .action((options: RunFlagValues) => {
      flags = options;
    })
    .parse(args, { from: 'user' });
  return readRunFlags(flags);
}

describe('the flags of run', () => {
  it('set the keys of the configuration', () => {
    assert.deepEqual(
      read(
        '--model',
        'm.onnx',
        '--labels',
        'coco',
        '--provider',
        'cpu',
        '--threads',
        '2',
        '--conf',
        '0.3',
        '--nms',
        '.5',
        '--nms-mode',
        'agnostic',
        '--classes',
        'person, traffic light,2',
        '--track',
        '--forecast',
        'kalman',
        '--schedule',
        'stride:3',
        '--budget',
        '80',
        '--pace',
        'source',
        '--record',
        'r.jsonl',
        '--coco',
        'c.json',
        '--save',
        's.mp4',
        '--max-frames',
        '10',
        '--duration',
        '30s',
        '--feed',
        '0.0.0.0:8765',
      ),
      {
        model: { path: 'm.onnx', labels: 'coco', provider: 'cpu', threads: 2 },
        detect: {
          conf: 0.3,
          nms: 0.5,
          nms_mode: 'agnostic',
          classes: ['person', 'traffic light', '2'],
          track: true,
          forecast: 'kalman',
          schedule: 'stride:3',
          budget: 80,
        },
        pace: 'source',
        output: { record: 'r.jsonl', coco: 'c.json', save: 's.mp4' },
        max_frames: 10,
        duration: 30_000,
        feed: { host: '0.0.0.0', port: 8765 },
      },
    );
  });

  it('set no other keys', () => assert.deepEqual(read(), {}));

  it('expand --offline to every frame at maximum pace without a budget', () => {
    const offline: Settings = { pace: 'max', detect: { schedule: 'every', budget: 'none' } };
    assert.deepEqual(read('--offline'), offline);
    assert.deepEqual(read('--offline', '--pace', 'max', '--schedule', 'every'), offline);
  });

  for (const [text, feed] of [
    ['0', { port: 0 }],
    ['localhost:1', { host: 'localhost', port: 1 }],
    ['[::1]:8765', { host: '::1', port: 8765 }],
  ] as const) {
    it(`parse --feed ${text}`, () => assert.deepEqual(read('--feed', text).feed, feed));
  }

  const bad: readonly [string[], string][] = [
    [['--conf', '1.1'], '--conf is "1.1"; it must be a number from 0 to 1'],
    [['--conf', ''], '--conf is ""; it must be a number from 0 to 1'],
    [['--nms', 'x'], '--nms is "x"; it must be a number from 0 to 1'],
    [['--threads', '0'], '--threads is "0"; it must be a whole number of 1 or more'],
    [['--provider', 'gpu'], '--provider is "gpu"; it must be one of auto, cpu, webgpu, cuda, tensorrt, coreml, dml'],
    [
      ['--schedule', 'fast'],
      '--schedule: schedule "fast" is unknown; choose one of idle-free, idle-next, shrinking-tail, threshold, stride:N, every, ./FILE.js (N is 1 or more; FILE.js exports a policy)',
    ],
    [
      ['--budget', 'never'],
      '--budget is "never"; it must be none or a duration above 0 such as 500ms, 30s, 2m or 1h (a bare number is milliseconds), at most 24 days',
    ],
    [['--classes', 'a,,b'], '--classes is "a,,b"; it must be a list of class names or ids, such as person,car'],
    [['--forecast', 'magic'], '--forecast is "magic"; it must be one of none, kalman, nowcast'],
    [['--pace', 'slow'], '--pace is "slow"; it must be one of source, max'],
    [['--max-frames', '-1'], '--max-frames is "-1"; it must be a whole number of 1 or more'],
    [
      ['--duration', '0s'],
      '--duration is "0s"; it must be a duration above 0 such as 500ms, 30s, 2m or 1h (a bare number is milliseconds), at most 24 days',
    ],
    [['--input', '640'], '--input is "640"; it must be WIDTHxHEIGHT in multiples of 32, such as 640x384'],
    [
      ['--feed', 'localhost'],
      '--feed is "localhost"; it must be PORT or HOST:PORT with a port from 0 to 65535, such as 8765, 0.0.0.0:8765 or [::1]:8765',
    ],
    [
      ['--feed', '65536'],
      '--feed is "65536"; it must be PORT or HOST:PORT with a port from 0 to 65535, such as 8765, 0.0.0.0:8765 or [::1]:8765',
    ],
    [['--offline', '--pace', 'source'], '--offline means --pace max, but --pace is source; leave one of them out'],
    [
      ['--offline', '--schedule', 'idle-free'],
      '--offline means --schedule every, but --schedule is idle-free; leave one of them out',
    ],
    [['--offline', '--budget', '50'], '--offline means --budget none, but --budget is 50; leave one of them out'],
    [
      ['--conf', '2', '--pace', 'x'],
      '--conf is "2"; it must be a number from 0 to 1\n--pace is "x"; it must be one of source, max',
    ],
  ];
  for (const [args, message] of bad) {
    it(`refuse ${args.join(' ')}`, () =>
      assert.throws(
        () => read(...args),
        (error: unknown) => error instanceof UsageError && (assert.equal(error.message, message), true),
      ));
  }
});
