import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { EMPTY } from 'rxjs';
import { BUILT_IN_PARTS, sinkEntry, sourceEntry, type RunParts } from '../../src/app/parts.js';
import { addRunFlags, type RunFlagValues } from '../../src/cli/run-flags.js';
import { readRunConfig } from '../../src/cli/run.js';
import { configJsonSchema } from '../../src/config/json-schema.js';
import { runKeys } from '../../src/config/run-keys.js';
import { UsageError } from '../../src/core/errors.js';
import { fixedKind } from '../../src/core/named-kind.js';
import { opaque, stateless } from '../../src/scheduling/policy.js';
import { sinkKind } from '../../src/streaming/sinks/sink-kind.js';
import { sourceKind } from '../../src/streaming/sources/source-kind.js';
import { temporaryFolder } from '../helpers/temporary.js';

const bagKind = sourceKind({
  name: 'bag',
  is: 'a bag of frames',
  forms: ['a .bag file'],
  examples: [],
  takesPath: (path, what) => what === 'file' && path.endsWith('.bag'),
  keys: {
    topic: { type: 'text', flag: '--topic <name>', description: 'Which of its topics to read.', default: '/camera' },
    index: { type: 'file', flag: '--bag-index <file>', description: 'Its index.' },
  },
  isLive: false,
  pictures: 'gone',
  needsFfmpeg: false,
  open: () => Promise.resolve(EMPTY),
});

const countKind = sinkKind({
  name: 'count',
  section: { name: 'count', description: 'Counts events.' },
  keys: {
    every: { type: 'duration', flag: '--count-every <duration>', description: 'How often to count.', default: '10s' },
  },
  check({ every }, sources) {
    if (every < 1000 && sources.length > 1)
      throw new UsageError('count.every (--count-every) is too short for several sources');
  },
  open: () => Promise.resolve({ write: () => undefined, close: () => Promise.resolve(), files: [] }),
});

const PARTS_AND_MORE: RunParts = {
  sources: [bagKind, ...BUILT_IN_PARTS.sources],
  sinks: [...BUILT_IN_PARTS.sinks, countKind],
  policies: [...BUILT_IN_PARTS.policies, fixedKind(opaque(stateless('never', () => 'wait')), 'Runs nothing.')],
  forecasters: [
    ...BUILT_IN_PARTS.forecasters,
    fixedKind(
      { name: 'still', create: () => ({ observe: (seen) => seen, forecast: () => [], reset: () => undefined }) },
      'Leaves boxes where they are.',
    ),
  ],
};

describe('one more entry in a registry', () => {
  const folder = temporaryFolder();
  const read = async (text: string, flags: RunFlagValues = {}, sources: readonly string[] = []) => {
    const config = join(folder(), 'c.yaml');
    writeFileSync(config, text);
    writeFileSync(join(folder(), 'drive.bag'), '');
    return readRunConfig(sources, { ...flags, config }, { env: {}, secrets: new Set() }, PARTS_AND_MORE);
  };

  it('appears in help', () => {
    const help = addRunFlags(new Command(), PARTS_AND_MORE).helpInformation();
    assert.match(help, /--count-every <duration> +how often to count/);
    assert.match(help, /--topic <name> +which of its topics to read/);
  });

  it('appears in the JSON Schema', () => {
    const { properties } = configJsonSchema(runKeys(PARTS_AND_MORE), 'x') as {
      properties: Record<string, { properties: Record<string, object>; additionalProperties: { properties: object } }>;
    };
    assert.ok('topic' in properties['cameras'].additionalProperties.properties);
    assert.deepEqual(Object.keys(properties['count'].properties), ['every']);
    assert.match(JSON.stringify(properties['detect'].properties['forecast']), /"none","kalman","nowcast","still"/);
  });

  it('is configured with its defaults, by file and by flag', async () => {
    const config = await read(
      'cameras: {a: {source: drive.bag}}\ncount:\n  every: 5s\ndetect: {schedule: never, forecast: still}',
    );
    assert.deepEqual(config.sources, [
      { id: 'a', kind: 'bag', address: join(folder(), 'drive.bag'), settings: { topic: '/camera' } },
    ]);
    assert.deepEqual(
      [config.sinks, config.detect.schedule, config.detect.forecast, config.detect.track],
      [[{ kind: 'count', settings: { every: 5000 } }], 'never', 'still', true],
    );
    const flagged = await read('cameras: {a: {source: drive.bag, topic: /front}}', { countEvery: '2s' });
    assert.deepEqual(
      [flagged.sources[0].settings, flagged.sinks],
      [{ topic: '/front' }, [{ kind: 'count', settings: { every: 2000 } }]],
    );
  });

  it('has its paths in a file begin at the folder of the file', async () => {
    const { sources } = await read('cameras: {a: {source: drive.bag, index: index.db}}');
    assert.equal(sources[0].settings['index'], join(folder(), 'index.db'));
  });

  it('has its flags set what its keys set, over the file, for every source of its kind', async () => {
    const cameras = 'cameras: {a: {source: drive.bag, topic: /front}, b: {source: "demo:"}}';
    const { sources } = await read(cameras, { topic: '/rear', bagIndex: 'index.db' });
    assert.deepEqual(
      sources.map(({ settings }) => settings),
      [{ topic: '/rear', index: resolve('index.db') }, { fps: 30 }],
    );
    const [named] = (await read('', { topic: '/rear' }, [join(folder(), 'drive.bag')])).sources;
    assert.deepEqual(named.settings, { topic: '/rear' });
    await assert.rejects(read(cameras, { topic: '' }), { message: '--topic is ""; it must be a text' });
  });

  it('has its flags refused where no source is of its kind', async () => {
    await assert.rejects(read('', { topic: '/rear' }, ['demo:', 'rtsp://127.0.0.1/cam']), {
      name: 'UsageError',
      message: /^--topic is for a bag of frames, and .*demo.* is .*, 127\.0\.0\.1 is a camera; leave the flag out$/,
    });
  });

  it('has its keys refused beside a source of another kind, with file, line and remedy', async () => {
    await assert.rejects(read('cameras:\n  a:\n    source: rtsp://127.0.0.1/cam\n    topic: /front'), {
      message:
        /c\.yaml:4: cameras\.a\.topic: only a bag of frames has this key, and this source is a camera; remove the key$/,
    });
    await assert.rejects(read('cameras:\n  a:\n    source: drive.bag\n    transport: udp'), {
      message:
        /c\.yaml:4: cameras\.a\.transport: only a camera has this key, and this source is a file or folder; remove the key$/,
    });
    // The disk decides.
    writeFileSync(join(folder(), 'clip.mp4'), '');
    await assert.rejects(read('cameras: {a: {source: clip.mp4, topic: /front}}'), {
      message:
        /c\.yaml:1: cameras\.a\.topic: only a bag of frames has this key, and this source is a video file; remove the key$/,
    });
  });

  it('has its keys checked where the source itself is wrong', async () => {
    await assert.rejects(
      read('cameras: {a: {source: "ftp://x/y", topic: /front}}'),
      /c\.yaml:1: cameras\.a\.source: "ftp/,
    );
  });

  it('is off unless the configuration names it', async () => {
    assert.deepEqual((await read('cameras: {a: {source: drive.bag}}')).sinks, []);
  });

  it('is checked like the others, with its own messages', async () => {
    await assert.rejects(
      read('cameras: {a: {source: drive.bag}}\ncount: {evry: 5s}'),
      /c\.yaml:2: count\.evry is not a key; did you mean every\? \(allowed in count: every\)/,
    );
    await assert.rejects(read('cameras: {a: {source: "ftp://x/y"}}'), /it must be a \.bag file, a picture, /);
    await assert.rejects(
      read('detect: {schedule: nevr}'),
      /choose one of idle-free, .*every, \.\/FILE\.js, never \(N is 1 or more; /,
    );
    await assert.rejects(read('cameras: {a: {source: drive.bag}, b: {source: drive.bag}}\ncount: {every: 5ms}'), {
      message: /c\.yaml:2: count\.every \(--count-every\) is too short for several sources$/,
    });
    await assert.rejects(
      read('output: {save: x.mp4}', {}, [join(folder(), 'drive.bag')]),
      /draws into a video, and drive is a bag of frames/,
    );
  });

  it('is opened by name', () => {
    assert.equal(sourceEntry('bag', PARTS_AND_MORE), bagKind);
    assert.equal(sinkEntry('count', PARTS_AND_MORE), countKind);
    assert.throws(() => sourceEntry('bag', BUILT_IN_PARTS), { code: 'NOWCAST_INTERNAL' });
  });
});
