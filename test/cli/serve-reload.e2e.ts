import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { askUntil } from '../helpers/ask-until.js';
import { stateFile } from '../../src/app/paths.js';
import type { ConfigProblem } from '../../src/app/serve/api/schemas.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../helpers/clips.js';
import { itNeeds } from '../helpers/needs.js';
import { children, HAS_PROC, until as whenever } from '../helpers/processes.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { LoggedRun } from './logged-run.js';
import { eventsOf } from './person-run.js';

type Camera = {
  readonly name: string;
  readonly state: string;
  readonly message?: string;
  readonly isOff: boolean;
  readonly isDetecting: boolean;
  readonly percepts: number;
  readonly drops: Readonly<Record<string, number>>;
};

describe('nowcast serve, when its configuration changes', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const clips = clipFolder();
  const running: LoggedRun[] = [];
  afterEach(() => Promise.all(running.splice(0).map((run) => run.interrupt())));

  /** Longer than any of these tests. */
  let clip = '';
  before(() => {
    if (NEEDS_FFMPEG.ffmpeg) clip = clips.make(...pattern('320x240', 10, 200), '-c:v', 'mpeg4', 'clip.mp4');
  });
  const config = (): string => join(folder(), 'cameras.yaml');
  const write = (cameras: object, more: object = {}): void => {
    writeFileSync(config(), JSON.stringify({ model: { provider: 'cpu' }, cameras, ...more }, null, 1));
  };
  const start = async (...flags: string[]) => {
    const run = new LoggedRun(
      ['serve', '-c', 'cameras.yaml', '--listen', '0', '--json', '--state', 'state/switches.json', ...flags],
      folder(),
    );
    running.push(run);
    const url = await run.finds(/service: (http:\S+)/);
    const cameras = async (): Promise<Readonly<Record<string, Camera>>> => {
      // A busy program may answer late, which its server reports.
      const answer = await askUntil(
        () => fetch(new URL('/api/stats', url)),
        ({ ok }) => ok,
      );
      return ((await answer.json()) as { cameras: Record<string, Camera> }).cameras;
    };
    const until = (
      isRight: (all: Readonly<Record<string, Camera>>) => boolean,
    ): Promise<Readonly<Record<string, Camera>>> => askUntil(cameras, isRight);
    const metric = async (name: string): Promise<string | undefined> => {
      const text = await (await fetch(new URL('/metrics', url))).text();
      return text.split('\n').find((line) => line.startsWith(name));
    };
    const turn = async (camera: string, name: string, on: boolean): Promise<number> => {
      const path = `/api/cameras/${camera}/switches/${name}`;
      const headers = { 'content-type': 'application/json' };
      return (await fetch(new URL(path, url), { method: 'PUT', headers, body: JSON.stringify({ on }) })).status;
    };
    const reload = async () => {
      const answer = await fetch(new URL('/api/config/reload', url), { method: 'POST' });
      return { status: answer.status, ...((await answer.json()) as z.infer<typeof ConfigProblem>) };
    };
    return { run, cameras, until, metric, turn, reload };
  };
  const work = (name: string) => (all: Readonly<Record<string, Camera>>) => (all[name]?.percepts ?? 0) > 2;

  itNeeds(
    NEEDS_FFMPEG,
    'starts, ends and restarts the cameras that changed, and loses no frame of another',
    async () => {
      write({ kept: { source: clip }, changed: { source: clip }, gone: { source: clip } });
      const { run, until, metric } = await start('--record', 'run.jsonl');
      await until((all) => ['kept', 'changed', 'gone'].every((name) => work(name)(all)));
      write({
        kept: { source: clip },
        changed: { source: clip, detect: { conf: 0.6 } },
        come: { source: clip },
      });
      run.signal('SIGHUP');
      await run.says('configuration taken over: added come; removed gone; restarted changed; 1 camera unchanged');
      const all = await until(work('come'));
      assert.deepEqual(Object.keys(all).sort(), ['changed', 'come', 'kept']);
      assert.equal(
        await metric('nowcast_config_reloads_total{outcome="success"}'),
        'nowcast_config_reloads_total{outcome="success"} 1',
      );
      assert.equal(await metric('nowcast_percepts_total{camera="gone"}'), undefined);
      const { stderr } = await run.interrupt();
      assert.doesNotMatch(stderr, /every source has ended/);
      running.splice(0);

      const events = await eventsOf(join(folder(), 'run.jsonl'));
      for (const name of ['kept', 'changed', 'gone', 'come']) {
        const outcomes = events.flatMap((event) =>
          (event.type === 'percept' || event.type === 'drop') && event.streamId === name ? [event] : [],
        );
        const seqs = outcomes.map(({ seq }) => seq).sort((a, b) => a - b);
        assert.deepEqual(
          seqs,
          seqs.map((_, i) => i),
          `every frame of ${name} has one outcome`,
        );
        const stopped = outcomes.flatMap((event) =>
          event.type === 'drop' && event.reason === 'stopped' ? [event] : [],
        );
        const last = Math.max(...seqs);
        if (name === 'kept')
          assert.ok(
            stopped.every(({ seq }) => seq >= last - 2),
            'only at the end of the service',
          );
        if (name === 'changed') assert.deepEqual([...new Set(outcomes.map(({ epoch }) => epoch))], [0, 1]);
      }
    },
  );

  itNeeds(NEEDS_FFMPEG, 'keeps the former configuration if the new one is wrong, and says where', async () => {
    write({ front: { source: clip } });
    const { run, until, metric } = await start();
    await until(work('front'));
    writeFileSync(config(), `cameras:\n  front:\n    source: ${clip}\n    detect:\n      conf: high\n`);
    run.signal('SIGHUP');
    await run.says('the configuration was not taken over, and the former one stays in use');
    await run.says('cameras.yaml:5: cameras.front.detect.conf');
    const { percepts } = (await until(work('front')))['front'];
    await until((all) => all['front'].percepts > percepts);
    assert.equal(
      await metric('nowcast_config_reloads_total{outcome="failure"}'),
      'nowcast_config_reloads_total{outcome="failure"} 1',
    );
  });

  it('names the line and the key of a mistake that only a start finds, in the log and in the answer', async () => {
    const front = { source: 'demo:1', objects: {} };
    write({ front });
    const { run, reload } = await start();
    writeFileSync(join(folder(), 'file'), '');
    const mistakes: readonly (readonly [key: string, text: string, problem: RegExp])[] = [
      ['snapshots.folder', 'snapshots:\n  folder: file', /file: a part of its path is a file/],
      ['clips.folder', 'clips:\n  folder: file', /file: a part of its path is a file/],
      ['output.record', 'output:\n  record: nope/run.jsonl', /its folder does not exist/],
      ['model.labels', 'model:\n  labels: nope.txt', /cannot read the labels/],
      ['model.path', 'model:\n  path: file', /is empty \(0 bytes\)/],
      ['http.auth', 'http:\n  auth: required', /nobody could log in/],
    ];
    for (const [key, text, problem] of mistakes) {
      writeFileSync(config(), `cameras: {front: ${JSON.stringify(front)}}\n${text}\n`);
      const { status, problems } = await reload();
      const [{ message, file, ...place }, ...others] = problems;
      assert.deepEqual([status, file, place, others], [422, 'cameras.yaml', { line: 3, key }, []], message);
      assert.match(message, problem);
      await run.says(`stays in use: cameras.yaml:3: ${key}`);
    }
    writeFileSync(config(), `cameras: {front: ${JSON.stringify(front)}}\n`);
    assert.equal((await reload()).status, 200);
  });

  itNeeds(NEEDS_FFMPEG, 'takes over a file that changes, if it watches it', async () => {
    write({ front: { source: clip } });
    const { run, until } = await start('--watch');
    await until(work('front'));
    write({ front: { source: clip }, yard: { source: clip } });
    await run.says('configuration taken over: added yard; 1 camera unchanged');
    await until(work('yard'));
  });

  itNeeds(NEEDS_FFMPEG, 'gives a camera the model that it names, and opens that beside the other one', async () => {
    write({ front: { source: clip } });
    const { run, until, metric } = await start();
    await until(work('front'));
    // The same network under another name.
    const copy = join(folder(), 'copy.onnx');
    writeFileSync(copy, readFileSync(new URL('../../../models/nowcast-nano.onnx', import.meta.url)));
    write({ front: { source: clip }, yard: { source: clip, detect: { model: 'copy.onnx' } } });
    run.signal('SIGHUP');
    await run.says('configuration taken over: added yard; 1 camera unchanged');
    await until(work('yard'));
    assert.match((await metric('nowcast_detector_info{model="copy.onnx"')) ?? '', / 1$/);
    assert.match((await metric('nowcast_detector_info{model="nowcast-nano.onnx"')) ?? '', / 1$/);
    write({ front: { source: clip } });
    run.signal('SIGHUP');
    await run.says('removed yard');
    await until((all) => all['yard'] === undefined);
    // Equal requests within a moment get one answer, which may be from before the change.
    await askUntil(
      () => metric('nowcast_detector_info{model="copy.onnx"'),
      (line) => line === undefined,
    );
  });

  itNeeds(NEEDS_FFMPEG, 'begins with the positions of switches that it kept', async () => {
    write({ front: { source: clip }, yard: { source: clip }, off: { source: clip, enabled: false } });
    const { run, until } = await start();
    const before = await until((all) => work('front')(all) && work('yard')(all));
    assert.deepEqual([before['off'].state, before['off'].message], ['ended', 'switched off']);
    await run.interrupt();
    running.splice(0);
    mkdirSync(join(folder(), 'state'));
    const position = { isOn: false, configured: true };
    writeFileSync(
      join(folder(), 'state', 'switches.json'),
      JSON.stringify({
        schema: 'nowcast.switches/1',
        cameras: { front: { detect: position }, yard: { enabled: position } },
      }),
    );
    const again = await start();
    const all = await again.until(({ front }) => front.drops['detect-off'] > 2);
    assert.deepEqual([all['front'].percepts, all['yard'].message], [0, 'switched off']);
  });

  itNeeds(NEEDS_FFMPEG, 'turns switches while it runs', async () => {
    write({ front: { source: clip }, yard: { source: clip } });
    const { until, turn, metric } = await start();
    const switchOn = (name: string) => metric(`nowcast_camera_switch_on{camera="yard",switch="${name}"}`);
    await until((all) => work('front')(all) && work('yard')(all));
    assert.equal(await turn('front', 'detect', false), 200);
    const off = await until(({ front }) => front.drops['detect-off'] > 2);
    assert.equal(await turn('front', 'detect', true), 200);
    await until(({ front }) => front.percepts > off['front'].percepts + 2);
    assert.equal(await turn('yard', 'enabled', false), 200);
    const ended = await until(({ yard }) => yard.message === 'switched off');
    assert.deepEqual(
      [off, ended].map(({ front, yard }) => [front.isDetecting, yard.isOff]),
      [
        [false, false],
        [true, true],
      ],
    );
    // Equal requests within a moment get one answer, which may be from before the change.
    await askUntil(
      () => switchOn('enabled'),
      (line) => line?.endsWith(' 0') === true,
    );
    assert.match((await switchOn('detect')) ?? '', / 1$/);
    assert.equal(await turn('yard', 'enabled', true), 200);
    await until(({ yard }) => yard.percepts > ended['yard'].percepts);
    assert.equal(await turn('yard', 'motion', true), 404);
  });

  it('keeps them in a file of each configuration where nobody names one', () => {
    const env = { STATE_DIRECTORY: '/var/lib/nowcast:/other', XDG_STATE_HOME: '/home/me/state' };
    assert.match(stateFile('/etc/a.yaml', env), /^\/var\/lib\/nowcast\/switches-[\da-f]{16}\.json$/);
    assert.match(stateFile('/etc/a.yaml', { XDG_STATE_HOME: '/home/me/state' }), /^\/home\/me\/state\/nowcast\//);
    assert.match(stateFile('/etc/a.yaml', {}, '/home/me'), /^\/home\/me\/\.local\/state\/nowcast\//);
    assert.notEqual(stateFile('/etc/a.yaml', env), stateFile('/etc/b.yaml', env));
  });

  it('needs a file to watch', async () => {
    const run = new LoggedRun(['serve', '--demo', '--watch'], folder());
    const { code, stderr } = await run.result;
    assert.equal(code, 2);
    assert.match(stderr, /--watch needs a configuration \(-c\)/);
  });

  itNeeds({ proc: HAS_PROC }, 'ends in the middle of a reload, which is then not taken over', async () => {
    const camera = { source: 'demo:1', fps: 5 };
    write({ first: camera });
    const { run, until } = await start();
    await until(work('first'));
    const model = join(folder(), 'other.onnx');
    copyFileSync('models/nowcast-nano.onnx', model);
    write({ first: camera, second: { ...camera, source: 'demo:2', detect: { model } } });
    const before = children(run.pid).length;
    run.signal('SIGHUP');
    // The other model opens.
    await whenever(() => children(run.pid).length > before);
    const { code, stderr } = await run.interrupt();
    assert.equal(code, 130);
    assert.ok(!stderr.includes('configuration taken over'), stderr);
  });
});
