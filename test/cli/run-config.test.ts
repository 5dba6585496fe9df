import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRunConfig } from '../../src/cli/run.js';
import type { RunConfig } from '../../src/config/run-config.js';
import type { RunFlagValues } from '../../src/cli/run-flags.js';
import { temporaryFolder } from '../helpers/temporary.js';

const tokenOf = ({ sinks }: RunConfig) => sinks.find(({ kind }) => kind === 'feed')?.settings['token'];

describe('the configuration of a run', () => {
  const folder = temporaryFolder();
  const read = async (
    text: string,
    sources: readonly string[] = [],
    flags: RunFlagValues = {},
    env: Record<string, string> = {},
  ) => {
    const config = join(folder(), 'c.yaml');
    writeFileSync(config, text);
    const secrets = new Set<string>();
    return { config: await readRunConfig(sources, { ...flags, config }, { env, secrets }), secrets: [...secrets] };
  };

  it('is the file, overridden by flags', async () => {
    const { config } = await read('model: {path: a, threads: 2}\ndetect: {conf: 0.5}\npace: source\n', ['rtsp://h/x'], {
      model: 'b',
      conf: '0.1',
    });
    assert.deepEqual([config.model.path, config.model.threads, config.detect.conf], ['b', 2, 0.1]);
  });

  it('resolves paths of the file in its folder, and paths of flags in the current folder', async () => {
    const { config } = await read('output: {record: r.jsonl, coco: c.json}', ['rtsp://h/x'], { coco: 'mine.json' });
    assert.deepEqual(config.sinks, [
      { kind: 'recording', settings: { record: join(folder(), 'r.jsonl') } },
      { kind: 'coco', settings: { coco: join(process.cwd(), 'mine.json') } },
    ]);
  });

  it("resolves a schedule of one's own in the folder of the file, for a camera too, and that of a flag in the current one", async () => {
    const rule = "export default { name: 'mine', initial: 0, decide: () => ({ decision: 'run', memory: 0 }) };";
    for (const name of ['all.mjs', 'own.mjs']) writeFileSync(join(folder(), name), rule);
    const cameras =
      'cameras: {a: {source: "rtsp://h/a"}, b: {source: "rtsp://h/b", detect: {schedule: own.mjs#default}}}';
    const text = `${cameras}\ndetect: {schedule: ./all.mjs}`;
    const { config } = await read(text);
    assert.equal(config.detect.schedule, join(folder(), 'all.mjs'));
    assert.equal(config.sources[1].detect?.schedule, `${join(folder(), 'own.mjs')}#default`);
    await assert.rejects(
      read(text, [], { schedule: './all.mjs' }),
      /^UsageError: --schedule: schedule \.\/all\.mjs cannot be/,
    );
    await assert.rejects(read('detect:\n  schedule: ./none.mjs'), {
      message: new RegExp(`c\\.yaml:2: detect\\.schedule: schedule ${join(folder(), 'none.mjs')} cannot be loaded`),
    });
  });

  it("resolves a camera's own model in the folder of the file", async () => {
    writeFileSync(join(folder(), 'own.onnx'), '');
    const camera = (model: string): string => `cameras: {a: {source: "rtsp://h/a", detect: {model: ${model}}}}`;
    for (const name of ['own.onnx', './other.onnx'])
      assert.equal((await read(camera(name))).config.model.path, join(folder(), name));
    assert.equal((await read(camera('nowcast-nano'))).config.model.path, 'nowcast-nano');
  });

  it("takes the feed's token from the environment unless the file has one, and keeps both secret", async () => {
    const env = { NOWCAST_FEED_TOKEN: 'from-env' };
    const fromEnv = await read('feed: {port: 1}', ['0'], {}, env);
    assert.deepEqual([tokenOf(fromEnv.config), fromEnv.secrets], ['from-env', ['from-env']]);
    const fromFile = await read('feed: {port: 1, token: from-file}', ['0'], {}, env);
    assert.deepEqual([tokenOf(fromFile.config), fromFile.secrets], ['from-file', ['from-file']]);
  });

  it('opens no feed just because a token is set', async () => {
    assert.deepEqual((await read('', ['0'], {}, { NOWCAST_FEED_TOKEN: 't' })).config.sinks, []);
  });

  it('keeps the passwords of all sources secret, and values from the environment', async () => {
    const { secrets } = await read(
      'cameras: {a: {source: "rtsp://u:${PW}@h/x"}, b: {source: "rtsp://u:typed#1@h/x"}}',
      [],
      {},
      { PW: 'p@ss' },
    );
    assert.deepEqual(secrets, ['p@ss', 'dTpwQHNz', 'typed#1', 'u:typed#1', 'dTp0eXBlZCMx']);
    assert.deepEqual((await read('', ['rtsp://u:my pass@h/x'])).secrets, ['my pass', 'u:my pass', 'dTpteSBwYXNz']);
  });
});
