import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MOSQUITTO, startMosquitto, watchBroker, type Mosquitto, type Watcher } from '../helpers/mosquitto.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { LoggedRun } from './logged-run.js';

describe('nowcast serve, when its configuration changes beside the cameras', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let run: LoggedRun | undefined;
  let broker: Mosquitto | undefined;
  let watcher: Watcher | undefined;
  afterEach(async () => {
    await run?.interrupt();
    run = undefined;
    await watcher?.end();
    await broker?.kill();
  });

  const write = (more: object): void => {
    const cameras = { street: { source: 'demo:2040', objects: {}, detect: { classes: ['person', 'car'] } } };
    writeFileSync(join(folder(), 'cameras.yaml'), JSON.stringify({ model: { provider: 'cpu' }, cameras, ...more }));
  };
  const serve = (): LoggedRun => (run = new LoggedRun(['serve', '-c', 'cameras.yaml', '--listen', '0'], folder()));
  const usersOf = (name: string): object => ({
    http: { users: { [name]: { role: 'admin', token: `token-of-${name}` } } },
  });
  const sizeOf = (name: string): number => (existsSync(join(folder(), name)) ? statSync(join(folder(), name)).size : 0);
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('takes over users, outputs and folders, and names what needs a restart', async () => {
    write({ output: { events: 'a.jsonl' }, ...usersOf('ada') });
    const service = serve();
    const url = await service.finds(/service: (http:\S+)/);
    const statusFor = async (name: string): Promise<number> =>
      (await fetch(new URL('/api/stats', url), { headers: { authorization: `Bearer token-of-${name}` } })).status;
    assert.deepEqual([await statusFor('ada'), await statusFor('bob')], [200, 401]);
    while (sizeOf('a.jsonl') === 0) await statusFor('ada');
    write({
      output: { events: 'b.jsonl', coco: 'results.json' },
      snapshots: { folder: 'pictures' },
      duration: '1h',
      ...usersOf('bob'),
    });
    service.signal('SIGHUP');
    await service.says('configuration taken over: 1 camera unchanged; also snapshots, http, events');
    await service.says('in use only after a restart of the service: duration, coco');
    while ((await statusFor('bob')) !== 200);
    assert.equal(await statusFor('ada'), 401);
    const after = sizeOf('a.jsonl');
    while (sizeOf('b.jsonl') === 0 || !existsSync(join(folder(), 'pictures', 'street'))) await statusFor('bob');
    assert.equal(sizeOf('a.jsonl'), after, 'it has ended');
    const [first] = readFileSync(join(folder(), 'b.jsonl'), 'utf8').split('\n');
    assert.match(first, /"schema"/);

    writeFileSync(join(folder(), 'blocked'), 'a file, where a folder is needed');
    write({
      output: { events: 'c.jsonl' },
      snapshots: { folder: 'others' },
      clips: { folder: 'blocked/clips' },
      ...usersOf('eve'),
    });
    service.signal('SIGHUP');
    await service.says('the configuration was not taken over, and the former one stays in use: ');
    assert.deepEqual([await statusFor('bob'), await statusFor('eve')], [200, 401]);
    const before = sizeOf('b.jsonl');
    while (sizeOf('b.jsonl') === before) await turn();
    assert.ok(!existsSync(join(folder(), 'c.jsonl')));
    const { code } = await service.interrupt();
    run = undefined;
    assert.equal(code, 130);
    assert.ok(readdirSync(join(folder(), 'pictures', 'street')).length > 0);
  });

  it('waits with a reload until it is open', async () => {
    write({});
    const service = serve();
    // The detector is open, and the server is not.
    await service.says(' on cpu');
    service.signal('SIGHUP');
    await service.says('configuration taken over: 1 camera unchanged');
  });

  itNeeds(
    MOSQUITTO,
    'leaves nothing of a former prefix at the broker, and says at once how the cameras are',
    async () => {
      broker = await startMosquitto(folder());
      const mqtt = (prefix: string, over: object = {}): object => ({
        mqtt: { host: '127.0.0.1', port: broker!.port, topic_prefix: prefix, discovery: true, ...over },
      });
      watcher = await watchBroker(broker.port);
      const becomes = (topic: string, value: string): Promise<string> =>
        watcher!.until((name, payload) => name === topic && payload === value);
      const kept = (beginning: string): string[] =>
        [...watcher!.last].flatMap(([topic, payload]) =>
          topic.startsWith(beginning) && payload !== '' ? [topic] : [],
        );
      write(mqtt('one'));
      const service = serve();
      await becomes('one/street/status/detect', 'online');
      await watcher.until((topic) => topic === 'homeassistant/device/one-camera-street/config');
      write(mqtt('two'));
      service.signal('SIGHUP');
      await service.says('configuration taken over: 1 camera unchanged; also mqtt');
      await becomes('homeassistant/device/one-camera-street/config', '');
      await becomes('one/available', '');
      await becomes('two/street/status/detect', 'online');
      const ofOne = ['available', 'cameras', 'street/status', 'street/all', 'street/car'].flatMap((topic) =>
        kept(`one/${topic}`),
      );
      assert.deepEqual([ofOne, kept('homeassistant/device/one')], [[], []]);
      await watcher.until(
        (topic, payload) => topic === 'homeassistant/device/two-camera-street/config' && payload !== '',
      );

      write(mqtt('two', { discovery: false }));
      service.signal('SIGHUP');
      await becomes('homeassistant/device/two-camera-street/config', '');
      await becomes('two/available', 'online');
      write({});
      service.signal('SIGHUP');
      await becomes('two/available', '');
      assert.deepEqual(kept('two/street/status'), []);
    },
  );
});
