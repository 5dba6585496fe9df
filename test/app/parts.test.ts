import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  keys: { topic: { type: 'text', description: 'Which of its topics to read.', default: '/camera' } },
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
    return readRunConfig(sources, { ...flags, config }, {}, new Set(), PARTS_AND_MORE);
  };

  it('appears in help', () => {
    const help = addRunFlags(new Command(), PARTS_AND_MORE).helpInformation();
    assert.match(help, /--count-every <duration> +how often to count/);
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
      /choose one of idle-free, .*every, never \(N is 1 or more\)/,
    );
    await assert.rejects(read('cameras: {a: {source: drive.bag}, b: {source: drive.bag}}\ncount: {every: 5ms}'), {
      message: 'count.every (--count-every) is too short for several sources',
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
