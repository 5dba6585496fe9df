import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askUntil } from '../helpers/ask-until.js';
import { MOSQUITTO, startMosquitto, watchBroker, type Mosquitto, type Watcher } from '../helpers/mosquitto.js';
import { nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { LoggedRun } from './logged-run.js';

describe('nowcast with MQTT', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let broker: Mosquitto | undefined;
  let watcher: Watcher | undefined;
  let running: LoggedRun | undefined;
  afterEach(async () => {
    await running?.interrupt();
    running = undefined;
    await watcher?.end();
    await broker?.kill();
  });

  const one = { street: { source: 'demo:2040', objects: {}, detect: { classes: ['person', 'car'] } } };
  const write = (mqtt: object, cameras: object = one): void => {
    writeFileSync(
      join(folder(), 'cameras.yaml'),
      JSON.stringify({ model: { provider: 'cpu' }, cameras, mqtt: { host: '127.0.0.1', ...mqtt } }),
    );
  };
  const serve = (): LoggedRun => new LoggedRun(['serve', '-c', 'cameras.yaml', '--listen', '0', '--json'], folder());

  itNeeds(MOSQUITTO, 'serves a camera to Home Assistant, and ends with it away', async () => {
    broker = await startMosquitto(folder());
    write({ port: broker.port, discovery: true, stats_interval: '1s', percepts_per_second: 5 });
    watcher = await watchBroker(broker.port);
    running = serve();
    const device = await watcher.until((topic) => topic === 'homeassistant/device/nowcast-camera-street/config');
    assert.ok('class:car:count' in (JSON.parse(device) as { components: object }).components);
    await watcher.until((topic, payload) => topic === 'nowcast/street/status/detect' && payload === 'online');
    await watcher.until((topic) => topic === 'nowcast/street/percept');
    await watcher.until((topic) => topic === 'nowcast/stats');
    const event = await watcher.until((topic) => topic === 'nowcast/events');
    assert.deepEqual((JSON.parse(event) as { type: string; after: { camera: string } }).after.camera, 'street');
    const { code } = await running.interrupt();
    assert.equal(code, 130);
    await watcher.until((topic, payload) => topic === 'nowcast/available' && payload === 'stopped');
    const { last } = watcher;
    assert.deepEqual(
      ['street/status/detect', 'street/all', 'street/car', 'available'].map((topic) => last.get(`nowcast/${topic}`)),
      ['offline', '0', '0', 'stopped'],
    );
  });

  itNeeds(MOSQUITTO, 'takes commands for its cameras, and removes one that a reload removes', async () => {
    broker = await startMosquitto(folder());
    const street = { source: 'demo:2040', objects: {} };
    write({ port: broker.port, discovery: true }, { street, yard: { ...street, source: 'demo:2041' } });
    watcher = await watchBroker(broker.port);
    const { client } = watcher;
    running = serve();
    const becomes = (topic: string, value: string): Promise<string> =>
      watcher!.until((name, payload) => name === topic && payload === value);
    await becomes('nowcast/street/status/detect', 'online');
    await client.publishAsync('nowcast/street/detect/set', 'OFF');
    await becomes('nowcast/street/detect/state', 'OFF');
    await client.publishAsync('nowcast/street/enabled/set', 'OFF');
    await becomes('nowcast/street/status/detect', 'disabled');
    await watcher.until((topic) => topic === 'homeassistant/device/nowcast-camera-yard/config');
    write({ port: broker.port, discovery: true }, { street });
    running.signal('SIGHUP');
    await becomes('homeassistant/device/nowcast-camera-yard/config', '');
    await becomes('nowcast/yard/status/detect', '');
    assert.equal(watcher.last.get('nowcast/street/detect/state'), 'OFF');
  });

  itNeeds(MOSQUITTO, 'is offline at the broker after kill -9', async () => {
    broker = await startMosquitto(folder());
    write({ port: broker.port, protocol: '3.1.1' });
    watcher = await watchBroker(broker.port);
    running = serve();
    await watcher.until((topic, payload) => topic === 'nowcast/available' && payload === 'online');
    const { code } = await running.kill();
    assert.equal(code, null);
    running = undefined;
    await watcher.until((topic, payload) => topic === 'nowcast/available' && payload === 'offline');
  });

  it('runs its cameras although the broker is away', async () => {
    write({ port: 9 });
    running = serve();
    const url = await running.finds(/service: (http:\S+)/);
    await running.says('no connection to the MQTT broker 127.0.0.1:9: nothing listens at 127.0.0.1:9');
    type Street = { readonly percepts: number };
    const street = async (): Promise<Street> =>
      (await (await fetch(new URL('/api/cameras/street', url))).json()) as Street;
    await askUntil(street, ({ percepts }) => percepts > 0);
    const { code } = await running.interrupt();
    assert.equal(code, 130);
    running = undefined;
  });

  it('shows the password nowhere, and names the key of a mistake', async () => {
    write({ user: 'u', password: 'swordfish', topic_prefix: 'a/+' });
    const validate = () => nowcast(['run', '-c', 'cameras.yaml', '--validate', '--json'], { cwd: folder() });
    const wrong = await validate();
    assert.equal(wrong.code, 2);
    assert.match(wrong.stdout + wrong.stderr, /mqtt\.topic_prefix/);
    write({ user: 'u', password: 'swordfish' });
    const right = await validate();
    assert.equal(right.code, 0, right.stderr);
    assert.match(right.stdout, /"kind":"mqtt"/);
    for (const { stdout, stderr } of [wrong, right]) assert.doesNotMatch(stdout + stderr, /swordfish/);
  });
});
