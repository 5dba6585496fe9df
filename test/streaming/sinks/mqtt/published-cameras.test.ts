import assert from 'node:assert/strict';
import {
  countsByTopic,
  readCameras,
  retainedTopics,
  type CameraFacts,
} from '../../../../src/streaming/sinks/mqtt/camera-facts.js';
import { Outbox } from '../../../../src/streaming/sinks/mqtt/outbox.js';
import { PublishedCameras } from '../../../../src/streaming/sinks/mqtt/published-cameras.js';
import { topicsUnder } from '../../../../src/streaming/sinks/mqtt/topics.js';
import { facts } from './facts.js';

const topics = topicsUnder('nowcast');
const count = (className: string, present: number, active = present, zone?: string) => ({
  ...(zone !== undefined && { zone }),
  classId: 0,
  className,
  present,
  active,
});

function setUp(cameras: readonly CameraFacts[], discoveryPrefix?: string, possible = () => ['person', 'car']) {
  const outbox = new Outbox(topics.available);
  const published = new PublishedCameras({
    outbox,
    topics,
    prefix: 'nowcast',
    discovery:
      discoveryPrefix === undefined ? undefined : { discoveryPrefix, prefix: 'nowcast', topics, version: '1.2.3' },
    instance: 'this',
    possibleLabels: possible,
  });
  const kept = new Map<string, string>();
  /** What a broker keeps. */
  const broker = (): Record<string, string> => {
    for (let out = outbox.next(0); out !== undefined; out = outbox.next(0)) {
      const { topic, payload, isRetained } = out.message;
      assert.equal(isRetained, true, topic);
      if (payload === '') kept.delete(topic);
      else kept.set(topic, String(payload));
      out.settled();
    }
    return Object.fromEntries(kept);
  };
  published.set(cameras);
  return { published, outbox, broker, kept };
}

const COUNTS_OF_FRONT = countsByTopic(facts(), topics);
const ALL_ZERO = Object.fromEntries([...COUNTS_OF_FRONT.keys()].map((topic) => [topic, '0']));
const NOBODY = { ...ALL_ZERO, 'nowcast/front/lines/gate/comes': '0', 'nowcast/front/lines/gate/leaves': '0' };

const CROSSING = {
  type: 'crossing',
  seq: 9,
  atMs: 900,
  objectId: 'front-1-1',
  classId: 0,
  className: 'person',
  crossedAtMs: 800,
  total: 3,
} as const;

describe('the cameras that MQTT shows', () => {
  it('begin with nobody seen, and away', () => {
    const { broker } = setUp([facts()]);
    assert.deepEqual(broker(), {
      'nowcast/available': 'online',
      'nowcast/front/status/detect': 'offline',
      ...NOBODY,
    });
    assert.equal(ALL_ZERO['nowcast/front/zones/porch/person/active'], '0');
  });

  it('count by class, of all classes, and in zones', () => {
    const { published, broker } = setUp([facts()]);
    published.learn('front', ['car']);
    published.count('front', [count('person', 2, 1), count('car', 1), count('person', 1, 0, 'porch')]);
    const now = broker();
    const read = (topic: string): string => now[`nowcast/front/${topic}`];
    assert.deepEqual(['person', 'person/active', 'car', 'all', 'all/active'].map(read), ['2', '1', '1', '3', '2']);
    assert.deepEqual(
      ['zones/porch/person', 'zones/porch/person/active', 'zones/porch/car', 'zones/porch/all'].map(read),
      ['1', '0', '0', '1'],
    );
  });

  it('count the crossings of their lines, and of no others', () => {
    const { published, broker } = setUp([facts()]);
    const crossed = (line: string, direction: string, streamId = 'front'): void =>
      published.crossed({ ...CROSSING, streamId, line, direction });
    crossed('gate', 'comes');
    crossed('gate', 'formerly');
    crossed('removed', 'comes');
    crossed('gate', 'comes', 'gone');
    const lines = Object.entries(broker()).filter(([topic]) => topic.includes('/lines/'));
    assert.deepEqual(Object.fromEntries(lines), {
      'nowcast/front/lines/gate/comes': '3',
      'nowcast/front/lines/gate/leaves': '0',
    });
  });

  it('count in a zone the classes that it is about', () => {
    const { broker } = setUp([facts({ labels: ['person', 'car'], zones: [{ name: 'drive', classes: ['car'] }] })]);
    const inDrive = Object.keys(broker()).filter((topic) => topic.includes('zones/drive'));
    assert.deepEqual(
      inDrive,
      ['all', 'all/active', 'car', 'car/active'].map((what) => `nowcast/front/zones/drive/${what}`),
    );
  });

  it('are without counts where objects are not followed', () => {
    const { broker } = setUp([facts({ isCounted: false, labels: [], zones: [], lines: [] })]);
    assert.deepEqual(Object.keys(broker()), ['nowcast/front/status/detect', 'nowcast/available']);
  });

  it('are online while they stream; else nobody is seen there', () => {
    const { published, broker } = setUp([facts()]);
    const status = (): string => broker()['nowcast/front/status/detect'];
    published.stateChanged('front', 'streaming');
    published.count('front', [count('person', 2)]);
    assert.equal(status(), 'online');
    published.stateChanged('front', 'detector-lost');
    published.stateChanged('other', 'streaming');
    assert.equal(status(), 'online');
    for (const state of ['reconnecting', 'ended', 'failed', 'connecting'] as const) {
      published.stateChanged('front', 'streaming');
      published.stateChanged('front', state);
      assert.equal(status(), 'offline', state);
    }
    assert.equal(broker()['nowcast/front/person'], '0');
  });

  it('show their switches, and what these turn off', () => {
    const { published, broker, outbox } = setUp([facts()]);
    const set = (name: string, isOn: boolean): void => published.switched({ camera: 'front', name, isOn });
    published.stateChanged('front', 'streaming');
    set('enabled', true);
    set('detect', true);
    published.count('front', [count('person', 1)]);
    assert.equal(broker()['nowcast/front/status/detect'], 'online');
    set('detect', false);
    assert.deepEqual(
      ['detect/state', 'person', 'status/detect'].map((topic) => broker()[`nowcast/front/${topic}`]),
      ['OFF', '0', 'online'],
    );
    set('enabled', false);
    published.stateChanged('front', 'ended');
    assert.deepEqual(
      [broker()['nowcast/front/enabled/state'], broker()['nowcast/front/status/detect']],
      ['OFF', 'disabled'],
    );
    set('enabled', true);
    assert.equal(broker()['nowcast/front/status/detect'], 'offline');
    set('enabled', true);
    assert.equal(outbox.next(0)?.message.topic, 'nowcast/front/enabled/state', 'an answer, although nothing changed');
  });

  it('leave nothing behind when they are removed', () => {
    const { published, broker } = setUp([facts(), facts({ name: 'yard' })], 'homeassistant');
    published.remember({ cameras: [] });
    published.switched({ camera: 'front', name: 'detect', isOn: true });
    broker();
    assert.deepEqual(published.set([facts({ name: 'yard' })]), ['front']);
    const left = broker();
    assert.deepEqual(
      Object.keys(left).filter((topic) => topic.includes('front')),
      [],
    );
    assert.deepEqual(
      readCameras(left['nowcast/cameras'])!.cameras.map(({ name }) => name),
      ['yard'],
    );
    assert.equal(left['nowcast/yard/person'], '0');
  });

  it('keep their counts and the classes that were seen when their rules change', () => {
    const { published, broker } = setUp([facts()]);
    published.learn('front', ['car']);
    published.count('front', [count('car', 2)]);
    broker();
    published.set([facts({ zones: [{ name: 'lawn' }] })]);
    const now = broker();
    assert.equal(now['nowcast/front/car'], '2');
    assert.equal(now['nowcast/front/zones/lawn/car'], '0');
    assert.equal('nowcast/front/zones/porch/person' in now, false);
  });

  it('forget a class that a reload took away, and news of it that comes later', () => {
    const possible = ['person', 'car'];
    const { published, broker } = setUp([facts({ labels: [...possible] })], 'homeassistant', () => possible);
    published.remember({ cameras: [] });
    published.count('front', [count('car', 2)]);
    broker();
    possible.pop();
    published.set([facts({ labels: [...possible] })]);
    published.learn('front', ['car']);
    published.count('front', [count('car', 2)]);
    published.introduce();
    const now = broker();
    assert.deepEqual(
      Object.keys(now).filter((topic) => /\/car(\/|$)/.test(topic)),
      [],
    );
    const { components } = JSON.parse(now['homeassistant/device/nowcast-camera-front/config']) as {
      components: Record<string, object>;
    };
    assert.deepEqual(components['class:car:count'], { platform: 'sensor' });
    assert.deepEqual([published.hasLabel('front', 'car'), published.hasLabel('front', 'person')], [false, true]);
  });

  it('begin at 0 with the crossings of lines that have other rules', () => {
    const { published, broker } = setUp([facts(), facts({ name: 'yard' })]);
    for (const streamId of ['front', 'yard'])
      published.crossed({ ...CROSSING, streamId, line: 'gate', direction: 'comes' });
    broker();
    published.countAnew('front');
    const now = broker();
    assert.deepEqual([now['nowcast/front/lines/gate/comes'], now['nowcast/yard/lines/gate/comes']], ['0', '3']);
  });

  it('take over the classes of the last start, and remove what it left behind', () => {
    const { published, broker, kept } = setUp([facts()], 'homeassistant');
    const old = facts({ name: 'old' });
    const before = facts({ labels: ['person', 'car', 'unicorn'], zones: [{ name: 'shed' }] });
    for (const topic of [...retainedTopics(old, topics), ...retainedTopics(before, topics)]) kept.set(topic, 'stale');
    kept.set('homeassistant/device/nowcast-camera-old/config', 'stale');
    assert.equal('nowcast/cameras' in broker(), false, 'the list of the last start is read first');
    published.remember({ cameras: [old, before], discoveryPrefix: 'homeassistant' });
    // What the sink sets by itself.
    for (const name of ['enabled', 'detect']) published.switched({ camera: 'front', name, isOn: true });
    const now = broker();
    assert.deepEqual(
      Object.entries(now).filter(([topic, value]) => value === 'stale' && !topic.endsWith('/snapshot')),
      [],
    );
    assert.equal(now['nowcast/front/car'], '0');
    assert.equal('nowcast/front/unicorn' in now, false);
    assert.deepEqual(readCameras(now['nowcast/cameras'])!.cameras, [facts({ labels: ['person', 'car'] })]);
  });

  it('are made known to Home Assistant once the last start is known, and together when they change', () => {
    const { published, outbox } = setUp([facts()], 'homeassistant');
    const devices = (): string[] => {
      const found: string[] = [];
      for (let out = outbox.next(0); out !== undefined; out = outbox.next(0))
        if (out.message.topic.startsWith('homeassistant/')) found.push(String(out.message.payload));
      return found;
    };
    assert.deepEqual([published.hasNews, devices()], [false, []]);
    published.remember({ cameras: [] });
    assert.deepEqual([published.hasNews, devices().length], [false, 2]);
    published.learn('front', ['car']);
    published.set([facts({ zones: [] })]);
    assert.deepEqual([published.hasNews, devices()], [true, []]);
    published.introduce();
    const [changed, ...more] = devices();
    assert.deepEqual([published.hasNews, more], [false, []]);
    const { components } = JSON.parse(changed) as { components: Record<string, object> };
    assert.ok('unique_id' in components['class:car:count']);
    assert.deepEqual(components['zone:porch:person:count'], { platform: 'sensor' });
  });

  it('disappear from Home Assistant if the discovery is turned off, or gets another prefix', () => {
    for (const prefix of [undefined, 'other']) {
      const { published, broker, kept } = setUp([facts()], prefix);
      kept.set('homeassistant/device/nowcast/config', 'stale');
      kept.set('homeassistant/device/nowcast-camera-front/config', 'stale');
      published.remember({ cameras: [facts()], discoveryPrefix: 'homeassistant' });
      assert.deepEqual(
        Object.keys(broker()).filter((topic) => topic.startsWith('homeassistant/')),
        [],
      );
    }
  });

  it('end with nobody seen, away, and the service as stopped behind all that', () => {
    const { published, broker, outbox } = setUp([facts()]);
    published.stateChanged('front', 'streaming');
    published.count('front', [count('person', 3)]);
    broker();
    published.end();
    const order: string[] = [];
    for (let out = outbox.next(0); out !== undefined; out = outbox.next(0))
      order.push(`${out.message.topic} ${String(out.message.payload)}`);
    assert.deepEqual(order.at(-1), 'nowcast/available stopped');
    assert.ok(order.includes('nowcast/front/person 0') && order.includes('nowcast/front/status/detect offline'));
  });

  it('are read from the list of another start, and from nothing else', () => {
    const message = { instance: 'other', cameras: [facts()] };
    assert.deepEqual(readCameras(JSON.stringify(message)), message);
    const huge = JSON.stringify({ ...message, cameras: Array(3000).fill(facts()) });
    for (const bad of ['', 'null', '[]', '{"cameras":[{}]}', '{"instance":"x","cameras":[{"name":""}]}', huge])
      assert.equal(readCameras(bad), undefined);
  });
});
