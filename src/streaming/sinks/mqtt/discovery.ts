import { createHash } from 'node:crypto';
import { placesOf, type CameraFacts } from './camera-facts.js';
import type { Topics } from './topics.js';

export type DiscoverySetup = {
  /** Of Home Assistant: `homeassistant`. */
  readonly discoveryPrefix: string;
  /** Of our topics; no other service of the broker has it. */
  readonly prefix: string;
  readonly topics: Topics;
  readonly version: string;
};

type Component = Readonly<Record<string, unknown>>;

/** A topic and its retained text. */
export type DeviceMessage = { readonly topic: string; readonly payload: string };

/** The device of a service: its cameras are connected through it. */
export function serverDevice(setup: DiscoverySetup): DeviceMessage {
  const { topics } = setup;
  const id = serverId(setup);
  return deviceMessage(setup, id, {
    device: { identifiers: [id], name: 'Nowcast', ...maker(setup) },
    components: identified(id, {
      connection: {
        platform: 'binary_sensor',
        name: 'Connection',
        device_class: 'connectivity',
        entity_category: 'diagnostic',
        state_topic: topics.available,
        value_template: "{{ 'ON' if value == 'online' else 'OFF' }}",
      },
      detection_fps: {
        ...rate('Detection rate'),
        state_topic: topics.stats,
        value_template: '{{ value_json.detection_fps }}',
        availability: [serverIsUp(topics)],
      },
    }),
  });
}

/**
 * The device of a camera.
 * @param before as it was last published: components that it has no more are removed
 */
export function cameraDevice(setup: DiscoverySetup, facts: CameraFacts, before?: CameraFacts): DeviceMessage {
  const { topics } = setup;
  const id = cameraId(setup, facts.name);
  const components = componentsOf(facts, topics);
  const gone = Object.entries(before === undefined ? {} : componentsOf(before, topics)).filter(
    ([key]) => !Object.hasOwn(components, key),
  );
  return deviceMessage(setup, id, {
    device: { identifiers: [id], name: facts.name, ...maker(setup), via_device: serverId(setup) },
    availability: [serverIsUp(topics), { topic: topics.status(facts.name), ...IS_UP }],
    availability_mode: 'all',
    components: {
      ...identified(id, components),
      // A component with its platform alone is removed.
      ...Object.fromEntries(gone.map(([key, { platform }]) => [key, { platform }])),
    },
  });
}

type Place = Pick<DiscoverySetup, 'discoveryPrefix' | 'prefix'>;

/** An empty message there removes the device of a camera, and all that belongs to it. */
export function cameraDeviceTopic(place: Place, camera: string): string {
  return deviceTopic(place, cameraId(place, camera));
}

/** The same for the device of the service. */
export function serverDeviceTopic(place: Place): string {
  return deviceTopic(place, serverId(place));
}

function componentsOf(facts: CameraFacts, topics: Topics): Readonly<Record<string, Component>> {
  const { name: camera, labels, lines, isCounted, hasSwitches, hasPictures, hasRecord } = facts;
  const ofServer = { availability: [serverIsUp(topics)] };
  const inStats = (...path: readonly string[]): string => {
    const keys = ['cameras', camera, ...path].map((key) => JSON.stringify(key));
    return `{{ value_json${keys.map((key, i) => `.get(${key}${i < keys.length - 1 ? ', {}' : ''})`).join('')} }}`;
  };
  const components: Record<string, Component> = {
    connection: {
      platform: 'binary_sensor',
      name: 'Connection',
      device_class: 'connectivity',
      entity_category: 'diagnostic',
      state_topic: topics.status(camera),
      value_template: "{{ 'ON' if value == 'online' else 'OFF' }}",
      ...ofServer,
    },
    camera_fps: { ...rate('Frame rate'), state_topic: topics.stats, value_template: inStats('camera_fps') },
    detection_fps: { ...rate('Detection rate'), state_topic: topics.stats, value_template: inStats('detection_fps') },
    latency: {
      platform: 'sensor',
      name: 'Latency',
      device_class: 'duration',
      state_class: 'measurement',
      unit_of_measurement: 'ms',
      suggested_display_precision: 0,
      entity_category: 'diagnostic',
      state_topic: topics.stats,
      value_template: inStats('latency_ms', 'p50'),
    },
  };
  if (hasRecord)
    components.record = {
      platform: 'binary_sensor',
      name: 'Stream for recordings',
      device_class: 'connectivity',
      entity_category: 'diagnostic',
      state_topic: topics.status(camera, 'record'),
      value_template: "{{ 'ON' if value == 'online' else 'OFF' }}",
      availability: [
        serverIsUp(topics),
        // Nobody needs it now.
        {
          topic: topics.status(camera, 'record'),
          value_template: "{{ 'offline' if value == 'disabled' else 'online' }}",
        },
      ],
      availability_mode: 'all',
    };
  if (isCounted)
    components.objects = {
      platform: 'event',
      name: 'Objects',
      event_types: ['new', 'update', 'end'],
      state_topic: topics.events,
      value_template: eventTemplate(camera),
    };
  if (hasSwitches) {
    for (const [name, title] of [
      ['enabled', 'Enabled'],
      ['detect', 'Detection'],
    ] as const)
      components[name] = {
        platform: 'switch',
        name: title,
        command_topic: topics.switchCommand(camera, name),
        state_topic: topics.switchState(camera, name),
        ...ofServer,
      };
  }
  for (const { zone, labels: here } of placesOf(facts))
    for (const label of here) {
      const what = { zone, label };
      const title = zone === undefined ? capitalised(label) : `${capitalised(label)} in ${zone}`;
      const key = (aspect: string): string =>
        zone === undefined ? keyOf('class', label, aspect) : keyOf('zone', zone, label, aspect);
      components[key('count')] = {
        platform: 'sensor',
        name: `${title} count`,
        state_class: 'measurement',
        state_topic: topics.present(camera, what),
      };
      components[key('occupancy')] = {
        platform: 'binary_sensor',
        name: title,
        device_class: 'occupancy',
        state_topic: topics.present(camera, what),
        value_template: "{{ 'ON' if value | int(0) > 0 else 'OFF' }}",
      };
    }
  if (hasPictures)
    for (const label of labels)
      components[keyOf('class', label, 'picture')] = {
        platform: 'image',
        name: `${capitalised(label)} picture`,
        image_topic: topics.snapshot(camera, label),
        content_type: 'image/jpeg',
      };
  for (const { name: line, directions } of lines)
    for (const direction of directions)
      components[keyOf('line', line, direction)] = {
        platform: 'sensor',
        name: `${capitalised(line)} ${direction}`,
        state_class: 'total_increasing',
        state_topic: topics.crossings(camera, line, direction),
      };
  return components;
}

/** `stopped` and `disabled` are not available either. */
const IS_UP = { value_template: "{{ 'online' if value == 'online' else 'offline' }}" };

function serverIsUp({ available }: Topics): Component {
  return { topic: available, ...IS_UP };
}

function rate(name: string): Component {
  return {
    platform: 'sensor',
    name,
    state_class: 'measurement',
    unit_of_measurement: 'fps',
    suggested_display_precision: 1,
    entity_category: 'diagnostic',
  };
}

/** Messages of other cameras come out empty, and Home Assistant ignores those. */
function eventTemplate(camera: string): string {
  const keys = ['id', 'label', 'top_score', 'current_zones', 'entered_zones'];
  const fields = ["'event_type': value_json.type", ...keys.map((key) => `'${key}': value_json.after.${key}`)];
  return `{% if value_json.after.camera == ${JSON.stringify(camera)} %}{{ {${fields.join(', ')}} | to_json }}{% endif %}`;
}

function maker({ version }: DiscoverySetup): Component {
  return { manufacturer: 'Nowcast', model: 'Streaming perception', sw_version: version };
}

function identified(id: string, components: Readonly<Record<string, Component>>): Readonly<Record<string, Component>> {
  return Object.fromEntries(
    Object.entries(components).map(([key, component]) => [key, { ...component, unique_id: `${id}_${key}` }]),
  );
}

function deviceMessage(setup: DiscoverySetup, id: string, about: object): DeviceMessage {
  return {
    topic: deviceTopic(setup, id),
    payload: JSON.stringify({ ...about, origin: { name: 'Nowcast', sw_version: setup.version } }),
  };
}

function deviceTopic({ discoveryPrefix }: Place, id: string): string {
  return `${discoveryPrefix}/device/${id}/config`;
}

function serverId({ prefix }: Place): string {
  return slug(prefix);
}

function cameraId(place: Place, camera: string): string {
  return `${serverId(place)}-camera-${slug(camera)}`;
}

/** Different names lead to different keys. */
function keyOf(...names: readonly string[]): string {
  return names.map(encodeURIComponent).join(':');
}

/** Home Assistant allows letters, digits, `-` and `_`. Names that have others stay different by their hash. */
function slug(name: string): string {
  const plain = name.replaceAll(/[^\w-]/g, '_');
  return plain === name ? name : `${plain}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
