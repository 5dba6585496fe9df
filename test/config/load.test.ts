import assert from 'node:assert/strict';
import { RUN_KEYS } from '../../src/app/parts.js';
import { parseConfig } from '../../src/config/load.js';
import { NowcastError } from '../../src/core/errors.js';

function problemsOf(text: string, env = {}): string[] {
  try {
    parseConfig(RUN_KEYS, text, 'c.yaml', env);
  } catch (error) {
    assert.ok(error instanceof NowcastError);
    assert.equal(error.code, 'NOWCAST_CONFIG');
    return error.message.split('\n');
  }
  throw new assert.AssertionError({ message: 'the config was accepted' });
}

describe('a configuration file', () => {
  it('is parsed into checked values', () => {
    const { settings, secrets } = parseConfig(
      RUN_KEYS,
      [
        'cameras:',
        '  front: {source: "rtsp://h/1", timeout: 2s}',
        'model: {path: m.onnx, threads: 2}',
        'detect: {conf: 0.3, classes: "person, car", budget: none}',
        'feed:',
        'duration: 1m',
      ].join('\n'),
      'c.yaml',
      {},
    );
    assert.deepEqual(settings, {
      cameras: { front: { source: 'rtsp://h/1', timeout: 2000 } },
      model: { path: 'm.onnx', threads: 2 },
      detect: { conf: 0.3, classes: ['person', 'car'], budget: 'none' },
      duration: 60_000,
    });
    assert.deepEqual(secrets, []);
  });

  it('may be empty', () => assert.deepEqual(parseConfig(RUN_KEYS, '# nothing\n', 'c.yaml', {}).settings, {}));

  const bad: readonly [string, string, string[]][] = [
    [
      'a wrong key',
      'detect:\n  confidence: 0.3\n',
      [
        'c.yaml:2: detect.confidence is not a key; did you mean conf? (allowed in detect: conf, nms, nms_mode, classes, schedule, budget, track, min_consecutive_frames, min_track_score, lost_track, forecast)',
      ],
    ],
    [
      'a wrong key at the top',
      '\nmodell: {}\n',
      [
        'c.yaml:2: modell is not a key; did you mean model? (allowed at the top: cameras, model, detectors, detect, ffmpeg, http, metrics, snapshots, clips, record, feed, output, webhook, mqtt, pace, max_frames, duration, wait, state, strict)',
      ],
    ],
    [
      'a wrong key in a camera',
      'cameras:\n  a:\n    source: x.mp4\n    fsp: 5\n',
      [
        'c.yaml:4: cameras.a.fsp is not a key; did you mean fps? (allowed in cameras.a: source, enabled, detect, zones, lines, masks, objects, snapshots, fps, aspect, rotate, crop, stream, hwaccel, start, transport, timeout, max_behind, poll)',
      ],
    ],
    ['a score above 1', 'detect:\n\n  conf: 25\n', ['c.yaml:3: detect.conf is 25; it must be a number from 0 to 1']],
    ['a score in words', 'detect: {conf: high}', ['c.yaml:1: detect.conf is "high"; it must be a number from 0 to 1']],
    [
      'an unknown provider',
      'model:\n  provider: gpu',
      ['c.yaml:2: model.provider is "gpu"; it must be one of auto, cpu, webgpu, cuda, tensorrt, coreml, dml'],
    ],
    [
      'an unknown schedule',
      'detect:\n  schedule: stride:0',
      [
        'c.yaml:2: detect.schedule: schedule "stride:0" is unknown; choose one of idle-free, idle-next, shrinking-tail, threshold, stride:N, every, ./FILE.js (N is 1 or more; FILE.js exports a policy)',
      ],
    ],
    [
      'a bad duration',
      'duration: soon',
      [
        'c.yaml:1: duration is "soon"; it must be a duration above 0 such as 500ms, 30s, 2m or 1h (a bare number is milliseconds), at most 24 days',
      ],
    ],
    [
      'a missing source',
      'cameras:\n  a:\n    transport: udp',
      [
        'c.yaml:2: cameras.a.source is missing; it must be a picture, a folder of pictures, a pattern such as "frames/*.jpg", "-" for standard input, an .sdp file, rtp://, a video file, rtsp://, rtsps://, http://, https://, udp://, tcp://, srt://, rtmp://, /dev/videoN, N for /dev/videoN, or demo: for a synthetic drive (demo:SEED for another); or a section with the keys detect and record',
      ],
    ],
    ['an empty value', 'detect:\n  conf:\n', ['c.yaml:2: detect.conf is empty; it must be a number from 0 to 1']],
    [
      'a camera with a bad name',
      'cameras:\n  "back yard": {source: a.mp4}',
      ['c.yaml:2: cameras.back yard is no name for a camera; use letters, digits, - and _'],
    ],
    [
      'a port out of range',
      'feed: {port: 70000}',
      ['c.yaml:1: feed.port is 70000; it must be a whole number from 0 to 65535'],
    ],
    [
      'a fraction of a thread',
      'model: {threads: 1.5}',
      ['c.yaml:1: model.threads is 1.5; it must be a whole number of 1 or more'],
    ],
    ['a section that is none', 'model: yolox-nano', ['c.yaml:1: model is "yolox-nano"; it must be a section of keys']],
    ['a list', '- a', ['c.yaml holds a list; it must hold keys such as cameras, model and detectors']],
    ['no number', 'max_frames: .nan', ['c.yaml:1: max_frames is NaN; it must be a whole number of 1 or more']],
    [
      'several problems at once',
      'pace: fast\nmax_frames: 0',
      [
        'c.yaml:1: pace is "fast"; it must be one of source, max',
        'c.yaml:2: max_frames is 0; it must be a whole number of 1 or more',
      ],
    ],
  ];
  for (const [what, text, lines] of bad)
    it(`refuses ${what}, naming line, key, value and allowed values`, () => assert.deepEqual(problemsOf(text), lines));

  it('refuses text that is not YAML, naming the line', () => {
    assert.match(problemsOf('model:\n  path: [a\npace: max\n')[0], /^c\.yaml:3: not YAML: /);
    assert.deepEqual(problemsOf('pace: max\n---\npace: source\n'), [
      'c.yaml:2: a second document begins here (---); put each into a file',
    ]);
    assert.match(problemsOf('pace: !fast max\n')[0], /^c\.yaml:1: Unresolved tag: !fast; put a value .* in quotes$/);
    assert.deepEqual(problemsOf('pace: max\n? [1, 2]\n: 3\n'), [
      'c.yaml:2: a list or a section stands where a key must be',
    ]);
  });

  it('names ten problems of a text, and counts the others', () => {
    const problems = problemsOf('['.repeat(500));
    assert.equal(problems.length, 11);
    assert.match(problems[10], /^c\.yaml: \d+ more problems$/);
  });

  for (const [what, text, message] of [
    [
      'to nothing',
      'pace: max\nmodel:\n  path: *secret\n',
      /^c\.yaml:3: "\*secret" refers to "&secret", which is not before it; put .* in quotes$/,
    ],
    ['to their own section', 'model: &m\n  path: *m\n', /^c\.yaml:2: "\*m" stands inside what it refers to/],
    [
      'that multiply the document',
      ['a0: &a0 [1]', ...[1, 2, 3, 4, 5, 6].map((i) => `a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}]`)].join('\n'),
      /^c\.yaml repeats its sections too often by references/,
    ],
  ] as const)
    it(`refuses references ${what}`, () => assert.match(problemsOf(text)[0], message));

  it('follows a reference to a section before it', () =>
    assert.deepEqual(
      parseConfig(RUN_KEYS, 'model: {path: &p a.onnx, labels: *p}', 'c.yaml', {}).settings.model,
      parseConfig(RUN_KEYS, 'model: {path: a.onnx, labels: a.onnx}', 'c.yaml', {}).settings.model,
    ));

  it('takes a key by its former name, with a warning that gives the new one', () => {
    const { settings, warnings } = parseConfig(RUN_KEYS, 'pace: max\nmodel:\n  hosts: 2\n', 'c.yaml', {});
    assert.deepEqual(settings.detectors, { count: 2 });
    assert.deepEqual(settings.model, {});
    assert.deepEqual(warnings, ['c.yaml:3: model.hosts is now called detectors.count; please rename it']);
    assert.deepEqual(problemsOf('model: {hosts: 0}'), [
      'c.yaml:1: model.hosts is 0; it must be auto or a whole number of 1 or more',
    ]);
    assert.deepEqual(problemsOf('model: {hosts: 1}\ndetectors: {count: 2}'), [
      'c.yaml:1: model.hosts is the former name of detectors.count, which is set too; remove model.hosts',
    ]);
  });

  it('refuses a wrong key in the detect of a camera, naming the keys that it may have', () =>
    assert.deepEqual(problemsOf('cameras:\n  a:\n    source: rtsp://h/x\n    detect: {nms: 0.5, priority: 0}'), [
      'c.yaml:4: cameras.a.detect.priority is 0; it must be a number above 0 and at most 1000',
      'c.yaml:4: cameras.a.detect.nms is not a key (allowed in cameras.a.detect: enabled, model, conf, classes, schedule, budget, track, min_consecutive_frames, min_track_score, lost_track, forecast, priority)',
    ]));

  it('refuses a repeated key', () =>
    assert.match(problemsOf('pace: max\npace: source\n')[0], /^c\.yaml:2: not YAML: Map keys must be unique/));
});

describe('an environment variable in a configuration', () => {
  const read = (text: string, env: Record<string, string>) => parseConfig(RUN_KEYS, text, 'c.yaml', env);

  it('is replaced by its value, of any type of key', () => {
    const { settings, secrets } = read(
      'feed: {port: "${PORT}", token: "${TOKEN}"}\ncameras: {a: {source: "rtsp://u:${PW}@h/1", enabled: "${ON}"}}',
      { PORT: '8765', TOKEN: '12345', PW: 'p@ss', ON: 'false' },
    );
    assert.deepEqual(settings, {
      feed: { port: 8765, token: '12345' },
      cameras: { a: { source: 'rtsp://u:p@ss@h/1', enabled: false } },
    });
    assert.deepEqual(secrets, ['8765', '12345', 'p@ss', 'false']);
  });

  it('is replaced by its default if it is unset or empty; a default is not a secret', () => {
    for (const env of [{}, { NAME: '' }]) {
      const { settings, secrets } = read('model: {path: "${NAME:-yolox-nano}"}', env);
      assert.deepEqual(settings, { model: { path: 'yolox-nano' } });
      assert.deepEqual(secrets, []);
    }
  });

  it('is escaped by a second dollar sign', () => {
    assert.deepEqual(read('model: {path: "$${X} and $5"}', {}).settings, { model: { path: '${X} and $5' } });
  });

  it('is refused if it is not set', () => {
    assert.deepEqual(problemsOf('model:\n  path: ${MODEL}\n'), [
      'c.yaml:2: model.path needs the environment variable MODEL, which is not set; set it, or write ${MODEL:-default}',
    ]);
  });

  it('is refused if its form is invalid', () => {
    assert.match(problemsOf('model: {path: "${NO-PE}"}')[0], /^c\.yaml:1: model\.path has "\$\{" without a name/);
  });

  it('never shows its value in a message', () => {
    assert.deepEqual(problemsOf('model: {provider: "${SECRET}"}', { SECRET: 'hunter2' }), [
      'c.yaml:1: model.provider is "***"; it must be one of auto, cpu, webgpu, cuda, tensorrt, coreml, dml',
    ]);
    for (const value of ['{a: hunter2}', '[[hunter2]]', '[{a: hunter2}]', '[]'])
      assert.deepEqual(problemsOf(`feed: {token: ${value}}`), [
        'c.yaml:1: feed.token is of another form; it must be a text or a list of texts',
      ]);
  });
});
