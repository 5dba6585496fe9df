import assert from 'node:assert/strict';
import { UsageError } from '../../../../src/core/errors.js';
import type { FeedStats } from '../../../../src/streaming/feed/protocol.js';
import type { CameraFacts } from '../../../../src/streaming/sinks/mqtt/camera-facts.js';
import { MqttSink, type MqttOptions } from '../../../../src/streaming/sinks/mqtt/mqtt-sink.js';
import type { ServiceObject, ServiceRecord, ServiceSwitch } from '../../../../src/streaming/sinks/service.js';
import { percept, percepts, play, standing, status, STREAM } from '../../../scene/scene-percepts.js';
import { FakeBroker, FakeTimers, settled } from './fake-broker.js';

const GATE: CameraFacts = {
  name: STREAM,
  isCounted: true,
  labels: [],
  zones: [],
  lines: [],
  hasSwitches: false,
  hasPictures: false,
  hasRecord: false,
};

/** Values that a test changes, and who follows them. */
class Changing<T> {
  readonly followers = new Set<(value: T) => void>();
  readonly changes = {
    subscribe: (next: (value: T) => void) => {
      this.followers.add(next);
      return { unsubscribe: () => void this.followers.delete(next) };
    },
  };
  change(value: T): void {
    for (const follower of this.followers) follower(value);
  }
}

function setUp(over: Partial<MqttOptions> = {}) {
  const timers = new FakeTimers();
  const broker = new FakeBroker();
  const log: string[] = [];
  const sink = new MqttSink({
    prefix: 'nowcast',
    cameras: [GATE],
    possibleLabels: () => ['person', 'car'],
    perceptsPerSecond: 0,
    statsIntervalMs: 60_000,
    version: '1.2.3',
    broker: 'the broker',
    open: broker.open,
    clock: { now: () => timers.nowMs, toUnixMs: (ms) => 1_700_000_000_000 + ms },
    after: timers.after,
    random: () => 0.5,
    onInfo: () => undefined,
    onWarning: (message) => log.push(message),
    ...over,
  });
  return { timers, broker, log, sink };
}

/** The JSON of messages that begin with a topic. */
const read = (lines: readonly string[], topic: string): readonly Readonly<Record<string, unknown>>[] =>
  lines.flatMap((line) =>
    line.startsWith(`${topic} `) ? [JSON.parse(line.slice(topic.length + 1)) as Readonly<Record<string, unknown>>] : [],
  );

const stats = (atMs: number, received: number, percepts: number): FeedStats => ({
  atMs,
  streams: [
    {
      stream: STREAM,
      received,
      percepts,
      drops: { superseded: received - percepts },
      inFlight: 0,
      latencyMs: { p50: 40, p90: 50, p99: 60 },
    },
  ],
});

describe('results over MQTT', () => {
  it('are events and counts of the scene, with the counts of classes that nobody has configured', async () => {
    const { broker, sink } = setUp();
    broker.accept();
    await settled();
    broker.news();
    for (const event of play({}, percepts([standing(0.5, 0.8)])).events) sink.writeScene(event);
    await settled();
    const news = broker.news();
    const types = read(news, 'nowcast/events').map(({ type }) => type);
    assert.deepEqual(types, ['new', 'end']);
    assert.deepEqual(
      news.filter((line) => line.startsWith('nowcast/gate/person ')),
      ['nowcast/gate/person 0', 'nowcast/gate/person 1', 'nowcast/gate/person 0'],
    );
  });

  it('are the state of each camera', async () => {
    const { broker, sink } = setUp();
    broker.accept();
    await settled();
    broker.news();
    sink.write(status('streaming'));
    sink.write(status('reconnecting'));
    await settled();
    assert.deepEqual(broker.news(), ['nowcast/gate/status/detect online', 'nowcast/gate/status/detect offline']);
  });

  it("are the state of a camera's stream for recordings", async () => {
    const records = new Changing<ServiceRecord>();
    const { broker, sink } = setUp({
      cameras: [{ ...GATE, hasRecord: true }],
      records: { all: () => [{ camera: STREAM, state: 'idle' }], changes: records.changes },
    });
    broker.accept();
    await settled();
    const news = async () => {
      await settled();
      return broker.news().filter((line) => line.startsWith('nowcast/gate/status/record'));
    };
    assert.deepEqual(await news(), ['nowcast/gate/status/record disabled']);
    for (const state of ['connecting', 'streaming', 'reconnecting', 'streaming', undefined] as const) {
      records.change({ camera: STREAM, state });
      records.change({ camera: 'another', state });
    }
    assert.deepEqual(
      await news(),
      ['offline', 'online', 'offline', 'online', 'disabled'].map((state) => `nowcast/gate/status/record ${state}`),
    );
    records.change({ camera: STREAM, state: 'streaming' });
    assert.deepEqual(await news(), ['nowcast/gate/status/record online']);
    await sink.close();
    assert.deepEqual(await news(), ['nowcast/gate/status/record offline']);
    assert.equal(records.followers.size, 0);
  });

  it('are percepts if they are wanted, at no higher rate, and never old ones', async () => {
    const { broker, sink } = setUp({ perceptsPerSecond: 5 });
    const seen = (emittedAtMs: number) => {
      const one = percept(emittedAtMs, emittedAtMs, [standing(0.5, 0.8)]);
      sink.write({ ...one, times: { ...one.times, emittedAtMs } });
    };
    seen(0);
    broker.accept();
    await settled();
    broker.news();
    for (let ms = 1000; ms < 2000; ms += 50) seen(ms);
    await settled();
    const messages = read(broker.news(), 'nowcast/gate/percept');
    assert.deepEqual(
      messages.map(({ seq }) => seq),
      [1000, 1200, 1400, 1600, 1800],
    );
    assert.match(JSON.stringify(messages[0]['detections']), /"class":"person"/);
    const off = setUp();
    off.broker.accept();
    await settled();
    off.broker.news();
    off.sink.write(percept(0, 0, []));
    assert.deepEqual(off.broker.news(), []);
  });

  it('are rates and latencies, first after five seconds, then once in each interval', async () => {
    const { broker, sink } = setUp();
    broker.accept();
    await settled();
    broker.news();
    for (let s = 0; s <= 70; s++) sink.writeStats(stats(s * 1000, s * 10, s * 4));
    await settled();
    const messages = read(broker.news(), 'nowcast/stats');
    assert.equal(messages.length, 2);
    assert.deepEqual(messages[1], {
      cameras: {
        gate: {
          camera_fps: 10,
          process_fps: 4,
          detection_fps: 4,
          skipped_fps: 6,
          latency_ms: { p50: 40, p90: 50, p99: 60 },
          received: 650,
          percepts: 260,
          drops: { superseded: 390 },
        },
      },
      detection_fps: 4,
      service: { uptime: 65, version: '1.2.3', last_updated: 1_700_000_065 },
    });
  });

  it('wait two seconds for the list of the last start before they replace it', async () => {
    const { timers, broker } = setUp();
    broker.accept();
    await settled();
    const isList = (line: string): boolean => line.startsWith('nowcast/cameras');
    assert.equal(broker.news().some(isList), false);
    timers.pass(2000);
    await settled();
    assert.equal(broker.news().some(isList), true);
  });

  it('are sent again to a Home Assistant that has started, after a while', async () => {
    const { timers, broker, sink } = setUp({ discoveryPrefix: 'homeassistant' });
    broker.accept();
    timers.pass(2000);
    sink.writeStats(stats(5000, 0, 0));
    await settled();
    const first = broker.news();
    broker.say('homeassistant/status', 'online', true);
    broker.say('homeassistant/status', 'offline');
    assert.deepEqual(timers.waitsMs, []);
    broker.say('homeassistant/status', 'online');
    assert.deepEqual(timers.waitsMs, [2500]);
    timers.pass(2500);
    await settled();
    assert.deepEqual(broker.news().sort(), first.sort());
  });

  it('are reported as those of two services, if another publishes under the same prefix', async () => {
    const { timers, broker, log } = setUp();
    const other = JSON.stringify({ instance: 'another', cameras: [] });
    broker.accept();
    broker.say('nowcast/cameras', other, true);
    assert.deepEqual(log, []);
    timers.pass(2000);
    for (let i = 0; i < 3; i++) broker.say('nowcast/cameras', other);
    assert.equal(log.length, 1);
    assert.match(log[0], /another Nowcast publishes under nowcast at the broker.*mqtt\.topic_prefix/);
  });

  it('end with zeros and `stopped`, with no follower left', async () => {
    const switches = new Changing<ServiceSwitch>();
    const objects = new Changing<ServiceObject>();
    const { timers, broker, sink } = setUp({
      switches: { all: () => [], set: () => assert.fail(), changes: switches.changes },
      objects: { get: () => undefined, snapshot: async () => undefined, changes: objects.changes },
    });
    broker.accept();
    for (const event of play({}, percepts([standing(0.5, 0.8)]), false).events) sink.writeScene(event);
    await settled();
    assert.deepEqual([switches.followers.size, objects.followers.size], [1, 1]);
    broker.news();
    await sink.close();
    const news = broker.news();
    assert.ok(news.includes('nowcast/gate/person 0'));
    assert.equal(news.at(-1), 'nowcast/available stopped');
    assert.deepEqual([switches.followers.size, objects.followers.size, timers.waitsMs], [0, 0, []]);
  });
});

describe('commands over MQTT', () => {
  const camera = { ...GATE, hasSwitches: true };
  const withSwitches = () => {
    const changing = new Changing<ServiceSwitch>();
    const calls: unknown[] = [];
    const set = async (name: string, which: string, isOn: boolean): Promise<ServiceSwitch> => {
      if (name !== STREAM) throw new UsageError(`there is no camera "${name}"`);
      calls.push([name, which, isOn]);
      return { camera: name, name: which, isOn };
    };
    const all = () => ['enabled', 'detect'].map((name) => ({ camera: STREAM, name, isOn: true }));
    const it = setUp({ cameras: [camera], switches: { all, set, changes: changing.changes } });
    it.broker.accept();
    return { ...it, calls, changing };
  };

  it('set a switch and get an answer, also if nothing changes', async () => {
    const { broker, calls } = withSwitches();
    await settled();
    assert.ok(broker.news().includes('nowcast/gate/detect/state ON'));
    broker.say('nowcast/gate/detect/set', 'off');
    broker.say('nowcast/gate/enabled/set', 'ON');
    await settled();
    assert.deepEqual(calls, [
      [STREAM, 'detect', false],
      [STREAM, 'enabled', true],
    ]);
    const answers = broker.news().filter((line) => line.includes('/state '));
    assert.deepEqual(answers, ['nowcast/gate/detect/state OFF', 'nowcast/gate/enabled/state ON']);
  });

  it('are seen as well if somebody else sets the switch', async () => {
    const { broker, changing } = withSwitches();
    await settled();
    broker.news();
    changing.change({ camera: STREAM, name: 'detect', isOn: false });
    await settled();
    assert.ok(broker.news().includes('nowcast/gate/detect/state OFF'));
  });

  it('of a wrong form, for nobody, or retained change nothing, and each mistake is told once', async () => {
    const { broker, calls, log } = withSwitches();
    for (let i = 0; i < 3; i++) broker.say('nowcast/gate/detect/set', 'perhaps');
    broker.say('nowcast/gate/detect/set', 'x'.repeat(1e6));
    broker.say('nowcast/gate/detect/set', 'OFF', true);
    broker.say('nowcast/nobody/detect/set', 'OFF');
    broker.say('nowcast/gate/deep/er/set', 'OFF');
    await settled();
    assert.deepEqual(calls, []);
    assert.deepEqual(log, [
      'nowcast/gate/detect/set got "perhaps"; it takes ON or OFF',
      `nowcast/gate/detect/set got "${'x'.repeat(16)}"; it takes ON or OFF`,
      'nowcast/gate/detect/set is retained, so it would act again at each connection; publish it without retain',
      'nowcast/nobody/detect/set: there is no camera "nobody"',
    ]);
  });
});

describe('pictures over MQTT', () => {
  it('are the newest of each camera and class, one at a time', async () => {
    const changing = new Changing<ServiceObject>();
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const { broker } = setUp({
      cameras: [{ ...GATE, hasPictures: true }],
      objects: {
        get: () => undefined,
        snapshot: (id) => {
          asked.push(id);
          return new Promise((resolve) => answers.push(() => resolve(Buffer.from(`jpeg of ${id}`))));
        },
        changes: changing.changes,
      },
    });
    broker.accept();
    await settled();
    broker.news();
    const object = { camera: STREAM, className: 'person', hasSnapshot: true, hasClip: false };
    changing.change({ ...object, id: 'a', hasSnapshot: false });
    for (const id of ['a', 'b', 'c']) changing.change({ ...object, id });
    changing.change({ ...object, id: 'd', className: 'car' });
    assert.deepEqual(asked, ['a', 'd']);
    while (answers.length > 0) {
      answers.shift()!();
      await settled();
    }
    assert.deepEqual(asked, ['a', 'd', 'c']);
    assert.deepEqual(
      broker.news().filter((line) => line.includes('snapshot')),
      ['a', 'd', 'c'].map((id) => `nowcast/gate/${id === 'd' ? 'car' : 'person'}/snapshot jpeg of ${id}`),
    );
  });

  it('that cannot be made, or are too large, are left out', async () => {
    const changing = new Changing<ServiceObject>();
    const pictures: Record<string, () => Promise<Uint8Array | undefined>> = {
      none: async () => undefined,
      failed: () => Promise.reject(new Error('no disk')),
      large: async () => Buffer.alloc(1024 * 1024 + 1),
    };
    const { broker } = setUp({
      objects: { get: () => undefined, snapshot: (id) => pictures[id](), changes: changing.changes },
    });
    broker.accept();
    await settled();
    broker.news();
    for (const id of Object.keys(pictures)) {
      changing.change({ id, camera: STREAM, className: 'person', hasSnapshot: true, hasClip: false });
      await settled();
    }
    assert.deepEqual(broker.news(), []);
  });
});
