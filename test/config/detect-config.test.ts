import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN_PARTS } from '../../src/app/parts.js';
import { readRunConfig } from '../../src/cli/run.js';
import { DEFAULT_TRACK_LIFE } from '../../src/core/track-life.js';
import type { RunFlagValues } from '../../src/cli/run-flags.js';
import type { RunConfig } from '../../src/config/run-config.js';
import { UsageError } from '../../src/core/errors.js';
import { temporaryFolder } from '../helpers/temporary.js';

const TWO = `
detect: {conf: 0.3, classes: [car], budget: 150ms}
cameras:
  front: {source: "rtsp://h/1", detect: {conf: 0.6, classes: [person, dog], forecast: kalman, priority: 2}}
  garden: {source: "rtsp://h/2"}
`;

describe('the detect of a camera', () => {
  const folder = temporaryFolder();
  const warnings: string[] = [];
  const read = (text: string, sources: readonly string[] = [], flags: RunFlagValues = {}): Promise<RunConfig> => {
    const config = join(folder(), 'c.yaml');
    writeFileSync(config, text);
    warnings.length = 0;
    const onWarning = (message: string): unknown => warnings.push(message);
    return readRunConfig(sources, { ...flags, config }, { env: {}, secrets: new Set(), onWarning }, BUILT_IN_PARTS);
  };
  const refuses = (text: string, message: RegExp, sources: readonly string[] = [], flags: RunFlagValues = {}) =>
    assert.rejects(read(text, sources, flags), (error) => error instanceof UsageError && message.test(error.message));

  it('wins over that of the file, key by key, and other cameras follow the file', async () => {
    const { sources, detect } = await read(TWO);
    assert.deepEqual(sources[0].detect, {
      conf: 0.6,
      classes: ['person', 'dog'],
      schedule: 'idle-free',
      budgetMs: 150,
      track: true,
      trackLife: DEFAULT_TRACK_LIFE,
      forecast: 'kalman',
      priority: 2,
    });
    assert.equal(sources[1].detect, undefined);
    assert.deepEqual([detect.conf, detect.classes, detect.budgetMs, detect.forecast], [0.3, ['car'], 150, 'none']);
  });

  it('takes the keys of tracks, and refuses them where they have no effect', async () => {
    const two = (own: string, shared = ''): string =>
      `detect: {${shared}}\ncameras:\n  a: {source: "rtsp://h/1", detect: {${own}}}\n  b: {source: "rtsp://h/2"}\n`;
    const { sources } = await read(two('track: true, lost_track: 3s', 'min_track_score: 0.6'));
    assert.deepEqual(sources[0].detect!.trackLife, { ...DEFAULT_TRACK_LIFE, lostTrackMs: 3000, minTrackScore: 0.6 });
    await refuses(
      two('lost_track: 3s'),
      /c\.yaml:\d: cameras\.a\.detect\.lost_track is about tracks, and .*track\) is off/,
    );
    await refuses(
      two('forecast: kalman, lost_track: 3s'),
      /c\.yaml:\d: cameras\.a\.detect\.lost_track has no effect on the forecaster kalman/,
    );
  });

  it('gives way to flags', async () => {
    const { sources, detect } = await read(TWO, [], { conf: '0.9', forecast: 'nowcast', nms: '0.5' });
    const own = sources[0].detect!;
    assert.deepEqual([own.conf, own.forecast, own.classes], [0.9, 'nowcast', ['person', 'dog']]);
    assert.deepEqual([detect.conf, detect.forecast, detect.nms], [0.9, 'nowcast', 0.5]);
  });

  it("of a file may keep every frame, without the budget of the file's cameras", async () => {
    writeFileSync(join(folder(), 'clip.mp4'), '');
    const clip = (detect: string): string =>
      `detect: {budget: 150ms}\ncameras: {clip: {source: clip.mp4, detect: ${detect}}, cam: {source: "rtsp://h/2"}}`;
    const { sources, detect } = await read(clip('{schedule: every}'));
    assert.deepEqual([sources[0].detect?.budgetMs, detect.budgetMs], [undefined, 150]);
    await refuses(
      clip('{schedule: every, budget: 80ms}'),
      /c\.yaml:\d: cameras\.clip\.detect\.budget is 80 ms, but cameras\.clip\.detect\.schedule every detects on each frame/,
    );
  });

  it('is refused where it contradicts itself, the file, or the kind of its source', async () => {
    await refuses(
      'cameras: {a: {source: "rtsp://h/1", detect: {schedule: every}}}',
      /c\.yaml:1: cameras\.a\.detect\.schedule every works with files only, and a is a camera/,
    );
    await refuses(
      'detect: {forecast: kalman}\ncameras: {a: {source: "rtsp://h/1", detect: {track: false}}}',
      /c\.yaml:\d: detect\.forecast \(--forecast\) is kalman, which needs tracking; remove cameras\.a\.detect\.track/,
    );
    await refuses(
      `detect: {nms_mode: agnostic}\n${TWO.replace(/^detect.*$/m, '')}`,
      /c\.yaml:\d: detect\.nms_mode \(--nms-mode\) agnostic needs the same classes for all cameras, and front has others/,
    );
  });

  it('names a model if all cameras of the run name the same, and else says what to do', async () => {
    const text =
      'model: {path: big}\ncameras: {a: {source: "rtsp://h/1", detect: {model: small}}, b: {source: "rtsp://h/2"}}';
    assert.equal((await read(text, ['a'])).model.path, 'small');
    assert.equal((await read(text, ['b'])).model.path, 'big');
    assert.equal((await read(text, [], { model: 'mine' })).model.path, 'mine');
    await refuses(
      text,
      /c\.yaml:2: cameras\.a\.detect\.model: a is for the model small and b for big .* one detector; give all of its/,
    );
    mkdirSync(join(folder(), 'models'), { recursive: true });
    writeFileSync(join(folder(), 'models', 'm.onnx'), '');
    const inFolder = await read('cameras: {a: {source: "rtsp://h/1", detect: {model: models/m.onnx}}}');
    assert.equal(inFolder.model.path, join(folder(), 'models', 'm.onnx'));
  });
});

describe('the name of a camera on the command line', () => {
  const folder = temporaryFolder();
  const warnings: string[] = [];
  const read = (sources: readonly string[]): Promise<RunConfig> => {
    const config = join(folder(), 'c.yaml');
    writeFileSync(config, `${TWO}  shed: {source: "rtsp://h/3", enabled: false}\n  "0": {source: "rtsp://h/4"}\n`);
    warnings.length = 0;
    const onWarning = (message: string): unknown => warnings.push(message);
    return readRunConfig(sources, { config }, { env: {}, secrets: new Set(), onWarning }, BUILT_IN_PARTS);
  };

  it('chooses it, also one that is not enabled, beside other sources', async () => {
    const ids = async (...named: string[]) => (await read(named)).sources.map(({ id, address }) => `${id} ${address}`);
    assert.deepEqual(await ids('shed', 'front'), ['shed rtsp://h/3', 'front rtsp://h/1']);
    assert.deepEqual(await ids('rtsp://front/x', 'front'), ['front rtsp://h/1', 'front-2 rtsp://front/x']);
    assert.equal((await read(['front'])).sources[0].detect?.conf, 0.6);
    assert.deepEqual(warnings, []);
  });

  it('is refused if it is unknown or named twice', async () => {
    await assert.rejects(read(['fornt']), {
      message:
        '"fornt" is no camera of the config; did you mean front? (it has 0, front, garden, shed), and there is no such file or folder',
    });
    await assert.rejects(read(['front', 'front']), { message: 'the camera front is named twice; name it once' });
  });

  it('wins over a file or device of the same name, with a note', async () => {
    assert.equal((await read(['0'])).sources[0].address, 'rtsp://h/4');
    assert.deepEqual(warnings, [
      '"0" is a camera of the config and also a device; the camera runs, and /dev/video0 is the device',
    ]);
    const here = process.cwd();
    process.chdir(folder());
    try {
      writeFileSync('garden', '');
      assert.equal((await read(['garden'])).sources[0].address, 'rtsp://h/2');
    } finally {
      process.chdir(here);
    }
    assert.deepEqual(warnings, [
      '"garden" is a camera of the config and also a file here; the camera runs, and ./garden is the file',
    ]);
  });
});
