import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { UsageError } from '../../../core/errors.js';
import type { Keys } from '../../../core/keys.js';
import { isSceneEvent } from '../../../core/scene-events.js';
import { isHost } from '../../../core/url-parts.js';
import { sinkKind, type SinkSource } from '../sink-kind.js';
import type { CameraFacts } from './camera-facts.js';
import { checkTopicPrefix } from './topics.js';

const keys = {
  host: {
    type: 'text',
    required: true,
    check: checkHost,
    description: 'Name or address of the broker.',
    allowed: 'a name or an address',
  },
  port: {
    type: 'number',
    isInteger: true,
    min: 1,
    max: 65535,
    description: 'Port of the broker.',
    defaultRule: '1883, with TLS 8883',
  },
  user: { type: 'text', description: 'User name at the broker.' },
  password: {
    type: 'text',
    env: 'NOWCAST_MQTT_PASSWORD',
    isSecret: true,
    description: 'Password of the user. No flag, because other users of the machine could see it.',
    defaultRule: 'NOWCAST_MQTT_PASSWORD',
  },
  client_id: {
    type: 'text',
    description: 'Client id, for brokers that allow certain ones only. No two clients may have the same.',
    defaultRule: '`nowcast-`, the name of the machine, and six random characters',
  },
  topic_prefix: {
    type: 'text',
    check: (text: string) => checkTopicPrefix(text, 'the prefix'),
    description: 'Beginning of all topics. No two services at a broker may have the same.',
    allowed: 'levels of a topic such as home/nowcast, without +, # and NUL',
    default: 'nowcast',
  },
  qos: {
    type: 'number',
    isInteger: true,
    min: 0,
    max: 1,
    description:
      'Quality of service of all messages but percepts and stats, which have 0. With 0, a broker that refuses a message does not say so.',
    default: 1,
  },
  protocol: {
    type: 'text',
    isNumberToo: true,
    check: checkProtocol,
    description:
      'Version of MQTT. With 3.1.1, a broker does not say why it ends a connection, and a short break shows the service as offline.',
    allowed: '5 or 3.1.1',
    default: '5',
  },
  tls: { type: 'boolean', description: 'Encrypt the connection.', defaultRule: 'true with `tls_ca` or `tls_cert`' },
  tls_ca: {
    type: 'file',
    description: "Certificates (PEM) of those who may sign the broker's.",
    defaultRule: "Node's",
  },
  tls_cert: { type: 'file', description: 'Certificate (PEM) to show to the broker.' },
  tls_key: { type: 'file', description: 'Key of that certificate (PEM, without a passphrase).' },
  tls_insecure: {
    type: 'boolean',
    description: 'Accept any certificate of the broker. Whoever is on the way then reads and changes everything.',
    default: false,
  },
  discovery: { type: 'boolean', description: 'Make the cameras known to Home Assistant.', default: false },
  discovery_prefix: {
    type: 'text',
    check: (text: string) => checkTopicPrefix(text, 'the prefix'),
    description: "Beginning of the topics of Home Assistant's discovery.",
    default: 'homeassistant',
  },
  stats_interval: {
    type: 'duration',
    description: 'Time between two messages of rates and latencies.',
    default: '60s',
  },
  percepts_per_second: {
    type: 'number',
    min: 0,
    max: 30,
    description: 'Publish this many percepts a second of each camera, with all of their boxes.',
    default: 0,
  },
} as const satisfies Keys;

export const mqttKind = sinkKind({
  name: 'mqtt',
  section: { name: 'mqtt', description: 'Results for an MQTT broker; without this section, none.' },
  keys,
  // Two clients of one id would push each other out.
  onOtherSettings: 'reopen-after',
  check({ user, password, tls, tls_ca: ca, tls_cert: cert, tls_key: key, tls_insecure: isInsecure }) {
    if (password !== undefined && user === undefined)
      throw new UsageError('mqtt.password needs mqtt.user: set both, or neither');
    if ((cert === undefined) !== (key === undefined)) {
      const [given, missing] = cert === undefined ? ['tls_key', 'tls_cert'] : ['tls_cert', 'tls_key'];
      throw new UsageError(`mqtt.${given} needs mqtt.${missing}: set both, or neither`);
    }
    if (tls === false && [ca, cert].some((file) => file !== undefined))
      throw new UsageError(
        'mqtt.tls is false, but there are files for TLS (mqtt.tls_ca, mqtt.tls_cert); remove one or the other',
      );
    if (isInsecure && tls !== true && ca === undefined && cert === undefined)
      throw new UsageError('mqtt.tls_insecure is about TLS, which is off; set mqtt.tls to true, or remove it');
  },
  async prepare(settings) {
    const { readTls } = await import('./tls-files.js');
    readTls(settings);
  },
  async open(settings, context) {
    const [{ MqttSink }, { mqttSessions }, { readTls }, { nodeAfter }] = await Promise.all([
      import('./mqtt-sink.js'),
      import('./session.js'),
      import('./tls-files.js'),
      import('../../http/timers.js'),
    ]);
    const { host, topic_prefix: prefix } = settings;
    const tls = readTls(settings);
    const port = settings.port ?? (tls === undefined ? 1883 : 8883);
    const { header, clock, wallClock, switches, objects, records, onInfo, onWarning } = context;
    let { sources } = context;
    for (const { id, scene } of sources)
      if (scene === undefined)
        onWarning(
          `mqtt: ${id} has no zones, lines or objects, so its objects are neither counted nor reported; add "objects: {}" to cameras.${id}`,
        );
    const service = {
      hasSwitches: switches !== undefined,
      hasPictures: objects !== undefined,
      hasRecord: records !== undefined,
    };
    const sink = new MqttSink({
      prefix,
      cameras: camerasOf(sources, service),
      possibleLabels: (camera) => sources.find(({ id }) => id === camera)?.classes ?? header.classes,
      perceptsPerSecond: settings.percepts_per_second,
      statsIntervalMs: settings.stats_interval,
      discoveryPrefix: settings.discovery ? settings.discovery_prefix : undefined,
      version: header.host.nowcast,
      broker: `the MQTT broker ${host}:${port}`,
      open: mqttSessions({
        host,
        port,
        clientId: settings.client_id ?? ownClientId(),
        user: settings.user,
        password: settings.password,
        tls,
        protocol: settings.protocol === '5' ? '5' : '3.1.1',
        qos: settings.qos === 0 ? 0 : 1,
        will: { topic: `${prefix}/available`, payload: 'offline' },
      }),
      switches,
      objects,
      records,
      clock: { now: () => clock.now(), toUnixMs: (ms) => wallClock.toUnixMs(ms) },
      after: nodeAfter,
      random: Math.random,
      onInfo: (message) => onInfo(`mqtt: ${message}`),
      onWarning: (message) => onWarning(`mqtt: ${message}`),
    });
    return {
      write: (event) => sink.write(event),
      writeScene: (event) => sink.writeScene(event),
      writeStats: (stats) => sink.writeStats(stats),
      onSources: (now) => {
        const before = new Map(sources.map(({ id, scene }) => [id, scene]));
        const anew = now.filter(({ id, scene }) => before.has(id) && !isDeepStrictEqual(before.get(id), scene));
        sources = now;
        sink.setCameras(
          camerasOf(now, service),
          anew.map(({ id }) => id),
        );
      },
      resume: (states) => {
        for (const event of states) {
          if (isSceneEvent(event)) sink.writeScene(event);
          else sink.write(event);
        }
      },
      retire: (next) => {
        const isSame = (['host', 'port', 'topic_prefix'] as const).every((key) => next?.[key] === settings[key]);
        return isSame ? sink.close() : sink.retire();
      },
      close: () => sink.close(),
      files: [],
      health: () => sink.health(),
    };
  },
});

function checkHost(text: string): void {
  if (isIPv6(text) || (isHost(text) && !/[[:]/.test(text))) return;
  throw new UsageError(
    'it must be a name or an address alone; a port goes into mqtt.port, a user and a password into mqtt.user and mqtt.password',
  );
}

function checkProtocol(text: string): void {
  if (text !== '5' && text !== '3.1.1') throw new UsageError(`the version "${text}" is none of 5 and 3.1.1`);
}

/** Differs from start to start, so that two services on one machine do not push each other out. */
function ownClientId(): string {
  const machine = hostname()
    .replaceAll(/[^\w-]/g, '_')
    .slice(0, 32);
  return `nowcast-${machine}-${Math.random().toString(36).slice(2, 8).padEnd(6, '0')}`;
}

/** The sources of a run as MQTT knows them. Classes that no configuration names get their topics when they are seen. */
function camerasOf(
  sources: readonly SinkSource[],
  { hasSwitches, hasPictures, hasRecord }: Pick<CameraFacts, 'hasSwitches' | 'hasPictures' | 'hasRecord'>,
): CameraFacts[] {
  return sources.map(({ id, classes, scene, hasRecord: hasOwn, isWithoutSnapshots }) => ({
    name: id,
    isCounted: scene !== undefined,
    labels: scene === undefined ? [] : (classes ?? []),
    zones: Object.entries(scene?.zones ?? {}).map(([name, zone]) => ({
      name,
      ...(zone.classes !== undefined && { classes: zone.classes }),
    })),
    lines: Object.entries(scene?.lines ?? {}).map(([name, { toLeft, toRight }]) => ({
      name,
      directions: [...new Set([toLeft, toRight])],
    })),
    hasSwitches,
    hasPictures: hasPictures && scene !== undefined && isWithoutSnapshots !== true,
    hasRecord: hasRecord && hasOwn === true,
  }));
}
