import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cameraDevice, serverDevice } from '../../../../src/streaming/sinks/mqtt/discovery.js';
import { ObjectMessages } from '../../../../src/streaming/sinks/mqtt/object-messages.js';
import { statsMessage } from '../../../../src/streaming/sinks/mqtt/stats-message.js';
import { topicsUnder } from '../../../../src/streaming/sinks/mqtt/topics.js';
import { itNeeds } from '../../../helpers/needs.js';
import { objectsIn, percepts, play, standing, STREAM } from '../../../scene/scene-percepts.js';
import { facts } from './facts.js';

/** Renders templates as Home Assistant does: its values, and of its filters those that we use. */
const RENDER = `
import json, sys
from jinja2.sandbox import SandboxedEnvironment
env = SandboxedEnvironment()
env.filters["to_json"] = lambda value: json.dumps(value)
def render(one):
    try:
        value_json = json.loads(one["value"])
    except ValueError:
        value_json = None
    return env.from_string(one["template"]).render(value=one["value"], value_json=value_json).strip()
print(json.dumps([render(one) for one in json.load(sys.stdin)]))
`;
const JINJA = {
  'python3 with jinja2': spawnSync('python3', ['-c', 'import jinja2'], { stdio: 'ignore' }).status === 0,
};

function rendered(...pairs: readonly (readonly [template: string, value: string])[]): string[] {
  const { stdout, stderr } = spawnSync('python3', ['-c', RENDER], {
    input: JSON.stringify(pairs.map(([template, value]) => ({ template, value }))),
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  return JSON.parse(stdout) as string[];
}

const setup = { discoveryPrefix: 'ha', prefix: 'nowcast', topics: topicsUnder('nowcast'), version: '1' };
/** A name that Jinja, Python and JSON have to take as it is. */
const ODD = `ha"l'f }} {% x %} \\ ü`;

type Components = Readonly<Record<string, { readonly value_template: string }>>;
const componentsOf = (name: string): Components =>
  (JSON.parse(cameraDevice(setup, facts({ name })).payload) as { components: Components }).components;

describe("the templates for Home Assistant's discovery", function () {
  this.timeout(120_000);
  itNeeds(JINJA, 'read counts, and states of cameras and the service', () => {
    const { components } = JSON.parse(serverDevice(setup).payload) as { components: Components };
    const occupancy = componentsOf(STREAM)['class:person:occupancy'].value_template;
    const { value_template: connection } = componentsOf(STREAM)['connection'];
    const { value_template: server } = components['connection'];
    const given = [
      [occupancy, '0'],
      [occupancy, '3'],
      [occupancy, ''],
      [connection, 'online'],
      [connection, 'disabled'],
      [server, 'stopped'],
    ] as const;
    assert.deepEqual(rendered(...given), ['OFF', 'ON', 'OFF', 'ON', 'OFF', 'OFF']);
  });

  for (const name of [STREAM, ODD])
    itNeeds(JINJA, `read rates and latencies of ${name}, which may be unknown`, () => {
      const streams = [
        { stream: name, received: 50, percepts: 20, drops: {}, inFlight: 0, latencyMs: { p50: 41.5, p90: 1, p99: 2 } },
      ];
      const before = { atMs: 0, streams: [{ ...streams[0], received: 0, percepts: 0 }] };
      const service = { startedAtMs: 0, version: '1', unixMs: 0 };
      const message = JSON.stringify(statsMessage({ atMs: 10_000, streams }, before, service));
      const { camera_fps: fps, detection_fps: detections, latency } = componentsOf(name);
      const of = (value: string): string[] =>
        rendered(...[fps, detections, latency].map(({ value_template: template }) => [template, value] as const));
      assert.deepEqual(of(message), ['5', '2', '41.5']);
      assert.deepEqual(of('{"cameras": {}}'), ['None', 'None', 'None']);
    });

  for (const name of [STREAM, ODD])
    itNeeds(JINJA, `make events of the objects of ${name}, and nothing of those of others`, () => {
      const [start] = objectsIn(play({}, percepts([standing(0.5, 0.8)])).events);
      const messageOf = (streamId: string): string =>
        JSON.stringify(
          new ObjectMessages(() => 0).next({ ...start, streamId }, { hasSnapshot: false, hasClip: false }),
        );
      const template = componentsOf(name)['objects'].value_template;
      const [own, other] = rendered([template, messageOf(name)], [template, messageOf('another')]);
      assert.deepEqual(JSON.parse(own), {
        event_type: 'new',
        id: start.id,
        label: 'person',
        top_score: 0.8,
        current_zones: [],
        entered_zones: [],
      });
      assert.equal(other, '');
    });
});
