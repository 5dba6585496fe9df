import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { CameraFacts } from '../../../../src/streaming/sinks/mqtt/camera-facts.js';
import {
  cameraDevice,
  cameraDeviceTopic,
  serverDevice,
  serverDeviceTopic,
} from '../../../../src/streaming/sinks/mqtt/discovery.js';
import { retainedTopics } from '../../../../src/streaming/sinks/mqtt/camera-facts.js';
import { topicsUnder } from '../../../../src/streaming/sinks/mqtt/topics.js';
import { facts } from './facts.js';

/** Read in Home Assistant's sources; the file says where. */
type Fields = {
  readonly object_id: string;
  readonly component_id: string;
  readonly device_payload: { readonly required: string[]; readonly optional: string[] };
  readonly device: string[];
  readonly origin: { readonly required: string[]; readonly optional: string[] };
  readonly availability: { readonly required: string[]; readonly optional: string[] };
  readonly availability_modes: string[];
  readonly entity: string[];
  readonly entity_categories: string[];
  readonly platforms: Readonly<
    Record<
      string,
      {
        readonly required: string[];
        readonly optional: string[];
        readonly device_classes?: string[];
        readonly state_classes?: string[];
      }
    >
  >;
};
const FIELDS = parse(readFileSync('test/streaming/sinks/mqtt/home-assistant-fields.yaml', 'utf8')) as Fields;

const topics = topicsUnder('nowcast');
const setup = { discoveryPrefix: 'homeassistant', prefix: 'nowcast', topics, version: '1.2.3' };

type Section = Readonly<Record<string, unknown>>;

function holdsOnly(
  section: Section,
  { required, optional }: { required: string[]; optional: string[] },
  where: string,
): void {
  for (const key of required) assert.ok(key in section, `${where} lacks ${key}`);
  for (const key of Object.keys(section)) assert.ok([...required, ...optional].includes(key), `${where} has ${key}`);
}

function checkAvailability(section: Section, where: string): void {
  for (const item of (section['availability'] ?? []) as Section[]) holdsOnly(item, FIELDS.availability, where);
  if ('availability_mode' in section)
    assert.ok(FIELDS.availability_modes.includes(section['availability_mode'] as string));
}

/** Checks a message against Home Assistant's own lists of fields. */
function check({ topic, payload }: { topic: string; payload: string }): Readonly<Record<string, Section>> {
  assert.match(topic, new RegExp(`^homeassistant/device/${FIELDS.object_id}/config$`));
  const message = JSON.parse(payload) as Section;
  holdsOnly(message, FIELDS.device_payload, topic);
  holdsOnly(message['device'] as Section, { required: ['identifiers'], optional: FIELDS.device }, 'device');
  holdsOnly(message['origin'] as Section, FIELDS.origin, 'origin');
  checkAvailability(message, topic);
  const components = message['components'] as Readonly<Record<string, Section>>;
  const ids = new Set<unknown>();
  for (const [name, { platform, ...component }] of Object.entries(components)) {
    assert.match(name, new RegExp(`^${FIELDS.component_id}$`));
    assert.ok(typeof platform === 'string' && platform in FIELDS.platforms, `${name}: ${String(platform)}`);
    // A component that is removed.
    if (Object.keys(component).length === 0) continue;
    const { required, optional, device_classes: classes, state_classes: states } = FIELDS.platforms[platform];
    holdsOnly(component, { required, optional: [...optional, ...FIELDS.entity] }, name);
    checkAvailability(component, name);
    const {
      device_class: deviceClass,
      state_class: state,
      entity_category: category,
    } = component as Readonly<Record<string, string | undefined>>;
    if (deviceClass !== undefined) assert.ok(classes?.includes(deviceClass), `${name}: ${deviceClass}`);
    if (state !== undefined) assert.ok(states?.includes(state), `${name}: ${state}`);
    if (category !== undefined) assert.ok(FIELDS.entity_categories.includes(category), name);
    for (const [key, value] of Object.entries(component))
      if (key.endsWith('_topic')) assert.doesNotMatch(value as string, /[+#\0]/, key);
    assert.ok(!ids.has(component['unique_id']), `${name} has an id of its own`);
    ids.add(component['unique_id']);
  }
  return components;
}

const anyName = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const anyFacts: fc.Arbitrary<CameraFacts> = fc.record({
  name: anyName,
  isCounted: fc.boolean(),
  labels: fc.uniqueArray(anyName, { maxLength: 4 }),
  zones: fc.uniqueArray(fc.record({ name: anyName }), { maxLength: 3, selector: ({ name }) => name }),
  lines: fc.uniqueArray(fc.record({ name: anyName, directions: fc.uniqueArray(anyName, { maxLength: 2 }) }), {
    maxLength: 3,
    selector: ({ name }) => name,
  }),
  hasSwitches: fc.boolean(),
  hasPictures: fc.boolean(),
  hasRecord: fc.boolean(),
});

describe("the messages for Home Assistant's discovery", () => {
  it('hold the fields that Home Assistant knows, for the service', () => {
    assert.deepEqual(Object.keys(check(serverDevice(setup))), ['connection', 'detection_fps']);
  });

  it('hold the fields that Home Assistant knows, for any camera', () => {
    assert.equal(Object.keys(check(cameraDevice(setup, facts()))).length, 14);
    fc.assert(fc.property(anyFacts, (camera) => void check(cameraDevice(setup, camera))));
  });

  it('name topics that are published', () => {
    fc.assert(
      fc.property(anyFacts, (camera) => {
        const known = new Set([...retainedTopics(camera, topics), topics.stats, topics.events]);
        for (const { state_topic: state, image_topic: image } of Object.values(check(cameraDevice(setup, camera))))
          for (const topic of [state, image])
            assert.ok(topic === undefined || known.has(topic as string), String(topic));
      }),
    );
  });

  it('connect each camera to the device of the service', () => {
    const { device } = JSON.parse(cameraDevice(setup, facts()).payload) as { device: Section };
    const server = (JSON.parse(serverDevice(setup).payload) as { device: Section }).device;
    assert.deepEqual([device['via_device']], server['identifiers']);
    assert.equal(device['name'], 'front');
  });

  it('keep the devices and components of different names apart', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyName, { minLength: 2 }), (names) => {
        const devices = new Set(names.map((name) => cameraDeviceTopic(setup, name)));
        assert.equal(devices.add(serverDeviceTopic(setup)).size, names.length + 1);
      }),
    );
  });

  it('remove components that a camera has no more', () => {
    const components = check(cameraDevice(setup, facts({ zones: [] }), facts()));
    assert.deepEqual(
      Object.entries(components).filter(([, component]) => Object.keys(component).length === 1),
      [
        ['zone:porch:person:count', { platform: 'sensor' }],
        ['zone:porch:person:occupancy', { platform: 'binary_sensor' }],
      ],
    );
  });

  it('show switches while a camera is off, and all else only while it streams', () => {
    const message = JSON.parse(cameraDevice(setup, facts()).payload) as {
      components: Record<string, Section>;
    } & Section;
    const topicsOf = (section: Section): unknown[] => (section['availability'] as Section[]).map(({ topic }) => topic);
    assert.deepEqual(topicsOf(message), [topics.available, topics.status('front')]);
    assert.equal(message['availability_mode'], 'all');
    for (const name of ['enabled', 'detect', 'connection'])
      assert.deepEqual(topicsOf(message.components[name]), [topics.available], name);
    assert.equal('availability' in message.components['class:person:count'], false);
  });
});
