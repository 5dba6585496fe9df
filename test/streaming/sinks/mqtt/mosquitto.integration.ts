import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { generate, type Packet } from 'mqtt-packet';
import { nodeAfter } from '../../../../src/streaming/http/timers.js';
import { MqttSink, type MqttOptions } from '../../../../src/streaming/sinks/mqtt/mqtt-sink.js';
import { mqttSessions, type BrokerAddress } from '../../../../src/streaming/sinks/mqtt/session.js';
import type { ServiceObject, ServiceSwitch } from '../../../../src/streaming/sinks/service.js';
import { MOSQUITTO, startMosquitto, watchBroker, type Mosquitto, type Watcher } from '../../../helpers/mosquitto.js';
import { itNeeds } from '../../../helpers/needs.js';
import { openPipes } from '../../../helpers/processes.js';
import { temporaryFolder } from '../../../helpers/temporary.js';
import { objectsIn, percepts, play, standing, status, STREAM } from '../../../scene/scene-percepts.js';
import { facts } from './facts.js';

const CERTIFICATES = 'test/fixtures/field/tls';
const EVENTS = play({}, percepts([standing(0.5, 0.8)])).events;

type Opened = { readonly sink: MqttSink; readonly log: string[]; logged(text: RegExp): Promise<string> };

describe('MQTT with mosquitto', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const brokers: Mosquitto[] = [];
  const watchers: Watcher[] = [];
  const sinks: MqttSink[] = [];
  afterEach(async () => {
    await Promise.all(sinks.splice(0).map((sink) => sink.close()));
    await Promise.all(watchers.splice(0).map((watcher) => watcher.end()));
    await Promise.all(brokers.splice(0).map((broker) => broker.kill()));
  });

  const broker = async (...settings: string[]): Promise<Mosquitto> => {
    const started = await startMosquitto(folder(), ...settings);
    brokers.push(started);
    return started;
  };
  const watch = async (...args: Parameters<typeof watchBroker>): Promise<Watcher> => {
    const watcher = await watchBroker(...args);
    watchers.push(watcher);
    return watcher;
  };
  /** A sink that tries again at once. */
  const open = (port: number, address: Partial<BrokerAddress> = {}, over: Partial<MqttOptions> = {}): Opened => {
    const log: string[] = [];
    const waiting = new Set<() => void>();
    const note = (message: string): void => {
      log.push(message);
      for (const look of waiting) look();
    };
    const sink = new MqttSink({
      prefix: 'nowcast',
      cameras: [facts({ name: STREAM, hasSwitches: over.switches !== undefined, hasPictures: false })],
      possibleLabels: () => ['person'],
      perceptsPerSecond: 0,
      statsIntervalMs: 60_000,
      version: '1.2.3',
      broker: 'the broker',
      open: mqttSessions({
        host: '127.0.0.1',
        port,
        clientId: 'nowcast-test',
        protocol: '5',
        qos: 1,
        will: { topic: 'nowcast/available', payload: 'offline' },
        ...address,
      }),
      clock: { now: () => performance.now(), toUnixMs: (ms) => performance.timeOrigin + ms },
      after: (ms, action) => nodeAfter(Math.min(ms, 100), action),
      random: () => 0.5,
      onInfo: note,
      onWarning: note,
      ...over,
    });
    sinks.push(sink);
    return {
      sink,
      log,
      logged: (text) =>
        new Promise((resolve) => {
          const look = (): void => {
            const found = log.find((line) => text.test(line));
            if (found === undefined) return;
            waiting.delete(look);
            resolve(found);
          };
          waiting.add(look);
          look();
        }),
    };
  };
  const show = (sink: MqttSink): void => {
    for (const event of EVENTS) sink.writeScene(event);
  };
  const isAvailable =
    (value: string) =>
    (topic: string, payload: string): boolean =>
      topic === 'nowcast/available' && payload === value;

  for (const protocol of ['5', '3.1.1'] as const)
    itNeeds(MOSQUITTO, `publishes states that stay and events that do not (MQTT ${protocol})`, async () => {
      const { port } = await broker();
      const watcher = await watch(port);
      const { sink, logged } = open(port, { protocol });
      await logged(/^connected/);
      sink.write(status('streaming'));
      const [start, count, ...rest] = EVENTS;
      for (const event of [start, count]) sink.writeScene(event);
      await watcher.until((topic, payload) => topic === `nowcast/${STREAM}/person` && payload === '1');
      for (const event of rest) sink.writeScene(event);
      const end = await watcher.until((topic, payload) => topic === 'nowcast/events' && /"type":"end"/.test(payload));
      assert.equal((JSON.parse(end) as { after: { label: string } }).after.label, 'person');
      const late = await watch(port);
      await late.until(isAvailable('online'));
      const read = (topic: string): string | undefined => late.last.get(`nowcast/${STREAM}/${topic}`);
      assert.deepEqual([read('person'), read('all/active'), read('status/detect')], ['0', '0', 'online']);
      assert.equal(
        late.all.some((line) => line.startsWith('nowcast/events')),
        false,
      );
      assert.ok(watcher.all.indexOf('nowcast/available online') > watcher.all.indexOf(`nowcast/${STREAM}/person 0`));
    });

  itNeeds(MOSQUITTO, 'takes commands and answers them', async () => {
    const { port } = await broker();
    const watcher = await watch(port);
    const set = async (camera: string, name: string, isOn: boolean): Promise<ServiceSwitch> => ({ camera, name, isOn });
    const none = { subscribe: () => ({ unsubscribe: () => undefined }) };
    open(port, {}, { switches: { all: () => [], set, changes: none } });
    await watcher.until(isAvailable('online'));
    await watcher.client.publishAsync(`nowcast/${STREAM}/detect/set`, 'OFF');
    await watcher.until((topic, payload) => topic === `nowcast/${STREAM}/detect/state` && payload === 'OFF');
  });

  itNeeds(MOSQUITTO, 'ends with zeros and `stopped`, without the will, and leaves no connection', async () => {
    const { port } = await broker();
    const watcher = await watch(port);
    const before = openPipes();
    const { sink } = open(port);
    await watcher.until(isAvailable('online'));
    sink.writeScene(EVENTS[0]);
    sink.writeScene(EVENTS[1]);
    await watcher.until((topic, payload) => topic === `nowcast/${STREAM}/person` && payload === '1');
    await sink.close();
    await watcher.until(isAvailable('stopped'));
    assert.equal(watcher.last.get(`nowcast/${STREAM}/person`), '0');
    assert.equal(watcher.all.includes('nowcast/available offline'), false);
    assert.equal(openPipes(), before);
  });

  itNeeds(MOSQUITTO, 'says that a password is wrong, tries again, and comes in once it is right', async () => {
    const passwords = join(folder(), 'passwords');
    const allow = (password: string): void => {
      execFileSync('mosquitto_passwd', ['-c', '-b', passwords, 'nowcast', password], { stdio: 'ignore' });
    };
    allow('another');
    const secured = await broker('allow_anonymous false', `password_file ${passwords}`);
    const { log, logged } = open(secured.port, { user: 'nowcast', password: 'swordfish' });
    await logged(/does not accept mqtt\.user and mqtt\.password|does not let this client in/);
    await secured.kill();
    await logged(/nothing listens/);
    allow('swordfish');
    await secured.start();
    await logged(/^connected to the broker again/);
    assert.equal(log.filter((line) => /does not (accept|let)/.test(line)).length, 1);
    assert.doesNotMatch(log.join(), /swordfish/);
  });

  itNeeds(MOSQUITTO, 'says which topic an ACL refuses, and publishes the others', async () => {
    const acl = join(folder(), 'acl');
    writeFileSync(acl, 'topic read #\ntopic write nowcast/available\n');
    const { port } = await broker(`acl_file ${acl}`);
    const watcher = await watch(port);
    const { logged } = open(port);
    assert.match(await logged(/refuses nowcast\//), /Not authorized; allow Nowcast to write there/);
    await watcher.until(isAvailable('online'));
    assert.equal(watcher.last.size, 1);
  });

  itNeeds(
    MOSQUITTO,
    'speaks TLS with a certificate of its own, and refuses a broker that nobody vouches for',
    async () => {
      const of = (name: string): string => {
        copyFileSync(join(CERTIFICATES, name), join(folder(), name));
        return join(folder(), name);
      };
      const [cert, key] = [of('first-cert.pem'), of('first-key.pem')];
      const { port } = await broker(
        `certfile ${cert}`,
        `keyfile ${key}`,
        `cafile ${cert}`,
        'require_certificate true',
        'allow_anonymous true',
      );
      const own = { cert: readFileSync(cert), key: readFileSync(key) };
      const vouched = open(port, { tls: { ...own, ca: readFileSync(cert), isInsecure: false } });
      await vouched.logged(/^connected to the broker/);
      const doubtful = open(port, { clientId: 'doubtful', tls: { ...own, isInsecure: false } });
      await doubtful.logged(/signed by nobody whom this machine trusts; set mqtt\.tls_ca/);
      const careless = open(port, { clientId: 'careless', tls: { ...own, isInsecure: true } });
      await careless.logged(/^connected to the broker/);
      const plain = open(port, { clientId: 'plain' });
      await plain.logged(/may speak TLS only \(mqtt\.tls\)|closed the connection/);
    },
  );

  itNeeds(MOSQUITTO, 'sends the newest states and the events of the meantime to a broker that was killed', async () => {
    const killed = await broker();
    const { sink, logged } = open(killed.port);
    await logged(/^connected to the broker/);
    await killed.kill();
    await logged(/nothing listens|closed the connection|was cut/);
    sink.write(status('streaming'));
    show(sink);
    sink.writeScene(EVENTS[1]);
    await killed.start();
    await logged(/again/);
    // It keeps nothing on disk, so all of this is new.
    const watcher = await watch(killed.port);
    await watcher.until(isAvailable('online'));
    assert.equal(watcher.last.get(`nowcast/${STREAM}/status/detect`), 'online');
    assert.equal(watcher.last.get(`nowcast/${STREAM}/person`), '1');
    const eventsIn = (log: string): number => (log.match(/Received PUBLISH .*'nowcast\/events'/g) ?? []).length;
    await killed.logged((log) => eventsIn(log) >= objectsIn(EVENTS).length);
    assert.equal(eventsIn(killed.log()), objectsIn(EVENTS).length);
  });

  itNeeds(MOSQUITTO, 'says that another client took over its client id', async () => {
    const { port } = await broker();
    const first = open(port);
    await first.logged(/^connected/);
    const second = open(port);
    // Newer releases of mosquitto say that it was so.
    await first.logged(/another client (took over|may use) the client id "nowcast-test"; give each .*mqtt\.client_id/);
    await second.logged(/^connected/);
  });

  itNeeds(MOSQUITTO, 'leaves out a picture that is larger than the broker takes, and goes on', async () => {
    const { port } = await broker('max_packet_size 20000');
    const watcher = await watch(port);
    const followers: ((object: ServiceObject) => void)[] = [];
    const changes = {
      subscribe: (next: (object: ServiceObject) => void) => {
        followers.push(next);
        return { unsubscribe: () => undefined };
      },
    };
    const sizes: Record<string, number> = { large: 30_000, small: 1000 };
    const snapshot = async (id: string): Promise<Buffer> => Buffer.alloc(sizes[id], 'x');
    const { log, logged } = open(port, {}, { objects: { get: () => undefined, snapshot, changes } });
    await watcher.until(isAvailable('online'));
    const object = { camera: STREAM, className: 'person', hasSnapshot: true, hasClip: false };
    followers[0]({ ...object, id: 'large' });
    await logged(/refuses nowcast\/gate\/person\/snapshot: it takes messages of 20000 bytes at most/);
    followers[0]({ ...object, id: 'small' });
    await watcher.until((topic, payload) => topic.endsWith('/snapshot') && payload.length === 1000);
    assert.equal(
      log.some((line) => /no connection/.test(line)),
      false,
    );
  });

  itNeeds(MOSQUITTO, 'clears the topics of cameras that are gone, also after a restart', async () => {
    const { port } = await broker();
    const yard = facts({ name: 'yard', hasSwitches: false, hasPictures: false });
    const gate = facts({ name: STREAM, hasSwitches: false, hasPictures: false });
    const topicsOf = async (camera: string): Promise<number> => {
      const watcher = await watch(port);
      await watcher.client.publishAsync('last', 'now');
      await watcher.until((topic) => topic === 'last');
      return [...watcher.last].filter(
        ([topic]) => topic.startsWith(`nowcast/${camera}/`) || topic.includes(`camera-${camera}`),
      ).length;
    };
    const watcher = await watch(port);
    const discovery = { discoveryPrefix: 'homeassistant' };
    const first = open(port, {}, { cameras: [gate, yard], ...discovery });
    await watcher.until((topic, payload) => topic === 'nowcast/cameras' && payload.includes('yard'));
    assert.equal(await topicsOf('yard'), 12);
    first.sink.setCameras([gate]);
    await watcher.until(
      (topic, payload) => topic === 'homeassistant/device/nowcast-camera-yard/config' && payload === '',
    );
    await watcher.until((topic, payload) => topic === 'nowcast/cameras' && !payload.includes('yard'));
    assert.equal(await topicsOf('yard'), 0);
    await first.sink.close();
    const second = open(port, {}, { cameras: [yard], ...discovery });
    await watcher.until(
      (topic, payload) =>
        topic === 'nowcast/cameras' && payload.includes('yard') && !payload.includes(`{"name":"${STREAM}","isCounted"`),
    );
    assert.equal(await topicsOf(STREAM), 0);
    await second.sink.close();
  });
});

describe('MQTT with something that is no broker', () => {
  const sockets: Socket[] = [];
  const servers: Server[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  /** The reason for which a connection ends to a server that does this. */
  const endAt = async (serve: (socket: Socket) => void): Promise<string> => {
    const server = createServer((socket) => {
      sockets.push(socket);
      serve(socket);
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const openSession = mqttSessions({
      host: '127.0.0.1',
      port,
      clientId: 'c',
      protocol: '5',
      qos: 1,
      connectTimeoutMs: 500,
      will: { topic: 'nowcast/available', payload: 'offline' },
    });
    return new Promise((resolve) => {
      openSession({ onOpen: () => undefined, onMessage: () => undefined, onEnd: ({ why }) => resolve(why) });
    });
  };

  it('gives up on one that takes the connection and never answers', async () => {
    assert.match(await endAt(() => undefined), /^127\.0\.0\.1:\d+ does not answer$/);
  });

  it('gives up on one that answers in another language, or with packets that only clients send', async () => {
    assert.notEqual(await endAt((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')), '');
    const why = await endAt((socket) => socket.write(generate({ cmd: 'pingreq' })));
    assert.equal(why, 'the broker sent a pingreq packet, which a client cannot answer');
  });

  it('gives up on one that answers no pings any more', async () => {
    const accept: Packet = {
      cmd: 'connack',
      reasonCode: 0,
      sessionPresent: false,
      properties: { serverKeepAlive: 1 },
    };
    const why = await endAt((socket) => socket.write(generate(accept, { protocolVersion: 5 })));
    assert.equal(why, 'the broker does not answer any more');
  });
});
