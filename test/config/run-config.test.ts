import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BUILT_IN_PARTS, RUN_KEYS } from '../../src/app/parts.js';
import { anchoredRun, resolveRun as resolve, type RunConfig } from '../../src/config/run-config.js';
import type { Settings } from '../../src/config/run-keys.js';
import { checkSettings, dotted } from '../../src/config/problems.js';
import { mergeSettings } from '../../src/config/settings.js';
import { SourceError, UsageError } from '../../src/core/errors.js';
import { temporaryFolder } from '../helpers/temporary.js';

const resolveRun = (settings: Settings, named: readonly string[] = []): RunConfig =>
  resolve(settings, named, BUILT_IN_PARTS);

const CAMERA = 'rtsp://127.0.0.1:8554/cam';

describe('a run configuration', () => {
  const folder = temporaryFolder();
  const file = (name: string): string => {
    writeFileSync(join(folder(), name), '');
    return join(folder(), name);
  };

  it('refuses to read a pipe twice', () => {
    const fifo = join(folder(), 'fifo');
    execFileSync('mkfifo', [fifo]);
    const save = join(folder(), 'out.mp4');
    for (const source of ['-', fifo]) {
      assert.throws(() => resolveRun({}, [source, source]), /are the same pipe, which can be read only once/);
      assert.throws(() => resolveRun({ output: { save } }, [source]), /is a pipe, which can be read only once/);
    }
    assert.throws(() => resolveRun({ output: { record: fifo } }, [fifo]), /which is the source fifo too/);
    assert.deepEqual(
      resolveRun({}, ['-', fifo]).sources.map(({ id, kind }) => [id, kind]),
      [
        ['stdin', 'pipe'],
        ['fifo', 'pipe'],
      ],
    );
  });

  describe('of a camera with two streams', () => {
    const record = 'rtsp://127.0.0.1:8554/main';
    const of = (source: { detect: string; record: string }): RunConfig['sources'][number] =>
      resolve({ cameras: { front: { source } } }, [], BUILT_IN_PARTS).sources[0];

    it('has both addresses, and one if they are equal', () => {
      const { address, record: other } = of({ detect: CAMERA, record });
      assert.deepEqual([address, other], [CAMERA, record]);
      assert.ok(!('record' in of({ detect: CAMERA, record: ` ${CAMERA}` })));
      const anchored = anchoredRun(
        { cameras: { front: { source: { detect: CAMERA, record } } } },
        '/x',
        BUILT_IN_PARTS,
      );
      assert.deepEqual(anchored.cameras?.['front'].source, { detect: CAMERA, record });
    });

    it('refuses the second one for what is no camera, and one that Nowcast cannot read by itself', () => {
      assert.throws(
        () => of({ detect: file('clip.mp4'), record }),
        /cameras\.front\.source\.record is for a camera, and source\.detect is a video file; write source\.detect alone/,
      );
      const check = (source: unknown): unknown => checkSettings(RUN_KEYS, { cameras: { front: { source } } }, dotted);
      assert.throws(
        () => check({ detect: 'rtsp:///a', record: 'srt://u:secret9@h/b' }),
        (error: Error) =>
          /front\.source\.detect: .* has no host/.test(error.message) &&
          /front\.source\.record: .*cannot be recorded as it is coded; it must be rtsp:\/\/,/.test(error.message) &&
          !error.message.includes('secret9'),
      );
      assert.throws(
        () => check({ detect: CAMERA, record: 'https://u:secret9@h/live/index.m3u8?x=1' }),
        (error: Error) =>
          /front\.source\.record: .*index\.m3u8.* cannot be recorded as it is coded: it is HLS.*; give the RTSP address/.test(
            error.message,
          ) && !error.message.includes('secret9'),
      );
      assert.throws(
        () => check({ detect: CAMERA, recrod: record }),
        /source\.recrod is not a key; did you mean record\? \(allowed in cameras\.front\.source: detect, record\)/,
      );
      assert.throws(
        () => check([CAMERA]),
        /front\.source is .*; it must be .*; or a section with the keys detect and record/,
      );
    });
  });

  it('takes the kind of an address by its content, with the keys and rules of that kind', () => {
    const address = 'http://h/clip.cgi?id=5';
    const found = (settings: Settings): RunConfig =>
      resolve(
        settings,
        [],
        BUILT_IN_PARTS,
        new Map([[address, { kind: 'video', isPlayable: true, found: 'it gives a video file' }]]),
      );
    const offline: Settings = { pace: 'max', detect: { schedule: 'every' } };
    assert.deepEqual(found({ ...offline, cameras: { a: { source: address } } }).sources, [
      { id: 'a', kind: 'video', address, settings: {} },
    ]);
    assert.throws(
      () => found({ cameras: { a: { source: address, transport: 'udp' } } }),
      /cameras\.a\.transport: only a camera has this key, and this source is a video file/,
    );
    assert.throws(() => resolveRun({ ...offline, cameras: { a: { source: address } } }), /a is a camera, which/);
    const live = new Map([[address, { isPlayable: true, found: 'it gives single pictures' }]]);
    assert.throws(
      () => resolve({ ...offline, cameras: { a: { source: address } } }, [], BUILT_IN_PARTS, live),
      /a is a camera, which does not wait for the detector \(it gives single pictures\); choose idle-free/,
    );
  });

  it('gives the reason if a file is needed, and its address gives nothing to play', () => {
    const address = 'http://h/clip.mp4';
    const page = new Map([[address, { isPlayable: false, found: 'it gives a web page' }]]);
    for (const settings of [{ pace: 'max', detect: { schedule: 'every' } }, { sources: { start: 1000 } }])
      assert.throws(
        () => resolve(settings as Settings, [address], BUILT_IN_PARTS, page),
        (error: Error) =>
          error instanceof SourceError && error.message === 'h gives no video: it gives a web page; check the address',
      );
    // A camera may come back.
    assert.equal(resolve({}, [address], BUILT_IN_PARTS, page).sources[0].kind, 'camera');
  });

  it('refuses numbers of frames as ids of images from a start on', () => {
    const output = { coco: '/x/c.json', annotations: '/x/a.json' };
    const clip = join(folder(), 'clip.mp4');
    writeFileSync(clip, 'x');
    assert.throws(
      () => resolveRun({ output, sources: { start: 2000 } }, [clip]),
      /--annotations\) finds the images of clip by the numbers of its frames, which are not known from start/,
    );
    assert.doesNotThrow(() => resolveRun({ output }, [clip]));
  });

  it('fills in the defaults of a live run', () => {
    assert.deepEqual(resolveRun({}, [CAMERA]), {
      sources: [
        {
          id: '127.0.0.1',
          kind: 'camera',
          address: CAMERA,
          settings: { transport: 'auto', timeout: 5000, max_behind: 2000, poll: 1000 },
        },
      ],
      model: {
        path: 'nowcast-nano',
        labels: undefined,
        provider: 'auto',
        threads: undefined,
        hosts: 1,
        preprocess: undefined,
        isTrusted: false,
        input: undefined,
      },
      detect: {
        conf: 0.25,
        nms: 0.45,
        nmsMode: 'per-class',
        classes: undefined,
        schedule: 'idle-free',
        budgetMs: 100,
        track: false,
        trackLife: { minConsecutiveFrames: 3, minTrackScore: 0.5, lostTrackMs: 1000 },
        forecast: 'none',
      },
      pace: 'source',
      maxFrames: undefined,
      durationMs: undefined,
      waits: false,
      isStrict: false,
      sandbox: undefined,
      sinks: [],
    });
  });

  it('distinguishes a video from a folder of pictures and names both', () => {
    const clip = file('clip.mp4');
    mkdirSync(join(folder(), 'frames'));
    assert.deepEqual(resolveRun({}, [clip, join(folder(), 'frames')]).sources, [
      { id: 'clip', kind: 'video', address: clip, settings: {} },
      { id: 'frames', kind: 'pictures', address: join(folder(), 'frames'), settings: { fps: 30 } },
    ]);
  });

  it('gives the number of a stream to files, and refuses it for others', () => {
    const clip = file('clip.mp4');
    const [first, camera] = resolveRun({ sources: { stream: 1 } }, [clip, CAMERA]).sources;
    assert.deepEqual([first.settings['stream'], camera.settings['stream']], [1, undefined]);
    assert.throws(() => resolveRun({ sources: { stream: 1 } }, [CAMERA]), {
      message: '--stream is for a pipe or a video file, and 127.0.0.1 is a camera; leave the flag out',
    });
  });

  it('makes one stream of all pictures that are named', () => {
    const pictures = ['1.jpg', '2.jpg', '3.jpg'].map((name) => {
      const path = file(name);
      cpSync('test/fixtures/field/folder-skips/a.JPG', path);
      return path;
    });
    const [stream, clip, ...more] = resolveRun({}, [pictures[0], file('clip.mp4'), ...pictures.slice(1)]).sources;
    assert.deepEqual(more, []);
    assert.equal(clip.kind, 'video');
    assert.deepEqual(stream, {
      id: basename(folder()),
      kind: 'pictures',
      address: pictures[0],
      more: pictures.slice(1),
      settings: { fps: 30 },
    });
  });

  it('gives sources of the same name different ids', () => {
    assert.deepEqual(
      resolveRun({}, [CAMERA, 'rtsp://127.0.0.1/other', CAMERA]).sources.map(({ id }) => id),
      ['127.0.0.1', '127.0.0.1-2', '127.0.0.1-3'],
    );
  });

  it('takes the enabled cameras of the file, unless sources are named', () => {
    const settings: Settings = {
      cameras: {
        a: { source: CAMERA, transport: 'udp', timeout: 900, max_behind: 1500 },
        b: { source: CAMERA, enabled: false },
      },
    };
    assert.deepEqual(resolveRun(settings).sources, [
      {
        id: 'a',
        kind: 'camera',
        address: CAMERA,
        settings: { transport: 'udp', timeout: 900, max_behind: 1500, poll: 1000 },
      },
    ]);
    assert.deepEqual(
      resolveRun(settings, ['0']).sources.map(({ id }) => id),
      ['video0'],
    );
  });

  it('has no budget with a schedule that detects on every frame', () => {
    assert.equal(resolveRun({ detect: { schedule: 'every' } }, [file('a.mp4')]).detect.budgetMs, undefined);
    assert.equal(resolveRun({ detect: { budget: 'none' } }, [CAMERA]).detect.budgetMs, undefined);
  });

  it('turns tracking on with a forecaster', () => {
    assert.equal(resolveRun({ detect: { forecast: 'kalman' } }, [CAMERA]).detect.track, true);
  });

  const bad: readonly [string, Settings, readonly string[], RegExp][] = [
    ['no source', {}, [], /^the run has no source; name a SOURCE/],
    [
      'only disabled cameras',
      { cameras: { a: { source: CAMERA, enabled: false } } },
      [],
      /^every camera of the config has enabled: false/,
    ],
    [
      'every frame of a camera',
      { detect: { schedule: 'every' } },
      [CAMERA],
      /^detect\.schedule \(--schedule\) every works with files only, and 127\.0\.0\.1 is a camera/,
    ],
    ['a camera at maximum pace', { pace: 'max' }, [CAMERA], /^pace \(--pace\) max works with files only/],
    [
      'every frame within a budget',
      { detect: { schedule: 'every', budget: 50 } },
      [CAMERA],
      /^detect\.budget \(--budget\) is 50 ms, but detect\.schedule \(--schedule\) every/,
    ],
    [
      'forecasts without tracking',
      { detect: { forecast: 'nowcast', track: false } },
      [CAMERA],
      /^detect\.forecast \(--forecast\) is nowcast, which needs tracking/,
    ],
    [
      'a rule for tracks without tracking',
      { detect: { lost_track: 500 } },
      [CAMERA],
      /^detect\.lost_track \(--lost-track\) is about tracks, and detect\.track \(--track\) is off; set it to true/,
    ],
    [
      'a rule for the tracks of a forecaster with its own',
      { detect: { forecast: 'kalman', min_consecutive_frames: 5 } },
      [CAMERA],
      /^detect\.min_consecutive_frames \(--min-consecutive-frames\) has no effect on the forecaster kalman/,
    ],
    [
      'one annotated video of two sources',
      { output: { save: '/tmp/a.mp4' } },
      [CAMERA, '0'],
      /^output\.save \(--save\) takes the results of one source, but the run has 2/,
    ],
    [
      'two outputs in one file',
      { output: { record: '/tmp/a', coco: '/tmp/a' } },
      [CAMERA],
      /^output\.coco \(--coco\) is \/tmp\/a, which is output\.record \(--record\) too/,
    ],
    ['a feed without a port', { feed: { host: '0.0.0.0' } }, [CAMERA], /^feed\.port is missing/],
    [
      'an input that is no multiple of 32',
      { model: { input: '640x360' } },
      [CAMERA],
      /^model\.input \(--input\) is "640x360"; it must be WIDTHxHEIGHT in multiples of 32/,
    ],
  ];
  for (const [what, settings, sources, message] of bad) {
    it(`refuses ${what}`, () =>
      assert.throws(
        () => resolveRun(settings, sources),
        (error: unknown) => error instanceof UsageError && message.test(error.message),
      ));
  }

  it('refuses to overwrite its inputs, under any name', () => {
    const [clip, model, labels] = ['clip.mp4', 'm.onnx', 'names.txt'].map(file);
    const link = join(folder(), 'link.mp4');
    symlinkSync(clip, link);
    assert.throws(
      () => resolveRun({ output: { save: clip } }, [clip]),
      /which is the source clip too; choose another file/,
    );
    assert.throws(() => resolveRun({ output: { save: clip } }, [link]), /which is the source link too/);
    assert.throws(() => resolveRun({ output: { record: link } }, [clip]), /which is the source clip too/);
    assert.throws(
      () => resolveRun({ model: { path: model }, output: { record: model } }, [clip]),
      /which is the model too/,
    );
    assert.throws(
      () => resolveRun({ model: { path: model, labels }, output: { coco: labels } }, [clip]),
      /which is the file of labels too/,
    );
  });

  it('names the absolute path of a missing source and the file that is likely meant', () => {
    file('drive.mp4');
    assert.throws(
      () => resolveRun({}, [join(folder(), 'drve.mp4')]),
      (error: unknown) =>
        error instanceof UsageError &&
        error.message === `the source ${join(folder(), 'drve.mp4')} does not exist; did you mean drive.mp4?`,
    );
  });
});

describe('settings', () => {
  it('of flags override those of the file, key by key', () => {
    const file: Settings = { model: { path: 'a', threads: 2 }, feed: { port: 1, token: 't' }, pace: 'max' };
    assert.deepEqual(
      mergeSettings<Settings>(file, {
        model: { path: 'b' },
        feed: { port: 2, host: 'h' },
        pace: 'source',
        output: { save: undefined },
      }),
      {
        model: { path: 'b', threads: 2 },
        feed: { port: 2, token: 't', host: 'h' },
        output: { save: undefined },
        pace: 'source',
      },
    );
  });

  const folder = temporaryFolder();

  it('resolve paths of a file in its folder, and leave names unchanged', () => {
    const settings = anchoredRun(
      {
        cameras: { a: { source: 'clips/a.mp4' }, b: { source: CAMERA }, c: { source: '0' } },
        model: { path: 'yolox-nano', labels: './names.txt' },
        output: { record: 'run.jsonl' },
      },
      '/etc/nowcast',
      BUILT_IN_PARTS,
    );
    assert.deepEqual(settings.cameras, {
      a: { source: '/etc/nowcast/clips/a.mp4' },
      b: { source: CAMERA },
      c: { source: '0' },
    });
    assert.deepEqual(settings.model, { path: 'yolox-nano', labels: '/etc/nowcast/names.txt' });
    assert.deepEqual(settings['output'], { record: '/etc/nowcast/run.jsonl' });
  });

  it('read a bare name as a file if the folder has that file, but not as a folder', () => {
    writeFileSync(join(folder(), 'm.onnx'), '');
    mkdirSync(join(folder(), 'coco'));
    assert.deepEqual(anchoredRun({ model: { path: 'm.onnx', labels: 'coco' } }, folder(), BUILT_IN_PARTS).model, {
      path: join(folder(), 'm.onnx'),
      labels: 'coco',
    });
  });
});
