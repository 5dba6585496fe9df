import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'mqtt';
import { watchBroker } from '../../test/helpers/mosquitto.js';
import { monotonicClock } from '../../test/helpers/monotonic.js';
import { anyOf, type Disturbance } from '../disturbance/disturb.js';

export type Switched = {
  readonly cameras: readonly string[];
  /** Of the service. */
  readonly url: string;
  /** A broker on this machine. */
  readonly mqttPort?: number | undefined;
};

type Turn = { readonly camera: string; readonly name: Name; readonly on: boolean };
type Name = (typeof NAMES)[number];

const NAMES = ['detect', 'enabled'] as const;
const PREFIX = 'nowcast';
const REST_MS = 6000;
const AGAIN_MS = 500;
/** After many losses, the service waits for half a minute before it connects to a broker again. */
const STATES_WITHIN_MS = 60_000;

/** Turns switches off and on again, by MQTT and by the API, as people do: until they see that it is so. */
export async function turnSwitches({ goesOn, uniform, note }: Disturbance, switched: Switched): Promise<void> {
  const { cameras, url, mqttPort } = switched;
  const broker =
    mqttPort === undefined
      ? undefined
      : connect({ host: '127.0.0.1', port: mqttPort, reconnectPeriod: AGAIN_MS }).on('error', () => undefined);
  const byMqtt = async ({ camera, name, on }: Turn): Promise<void> => {
    while (goesOn() && (await isOn(url, camera, name)) !== on) {
      if (broker?.connected === true) broker.publish(`${PREFIX}/${camera}/${name}/set`, on ? 'ON' : 'OFF');
      await sleep(AGAIN_MS);
    }
  };
  const turn = async (one: Turn): Promise<void> => {
    const isByMqtt = broker !== undefined && uniform() < 0.5;
    await (isByMqtt ? byMqtt(one) : put(url, one, goesOn));
    note(`switch: ${one.name} ${one.on ? 'on' : 'off'} by ${isByMqtt ? 'MQTT' : 'PUT'}`);
  };
  while (goesOn()) {
    await sleep(REST_MS * (0.5 + uniform()));
    const camera = anyOf(cameras, uniform);
    const name = anyOf(NAMES, uniform);
    await turn({ camera, name, on: false });
    await sleep(1000 * uniform());
    await turn({ camera, name, on: true });
  }
  // Its promise may stay open while the broker is away.
  broker?.end(true);
}

/** Turns everything on, and compares the states that the broker has with it. */
export async function faultsOfSwitches({ cameras, url, mqttPort }: Switched): Promise<string[]> {
  const endAtMs = monotonicClock.now() + STATES_WITHIN_MS;
  const goesOn = (): boolean => monotonicClock.now() < endAtMs;
  for (const camera of cameras) for (const name of NAMES) await put(url, { camera, name, on: true }, goesOn);
  if (mqttPort === undefined) return [];
  const broker = await watchBroker(mqttPort);
  const wrong = (): string[] =>
    cameras.flatMap((camera) =>
      NAMES.map((name) => `${PREFIX}/${camera}/${name}/state`).filter((topic) => broker.last.get(topic) !== 'ON'),
    );
  while (goesOn() && wrong().length > 0) await sleep(100);
  const problems = wrong().map((topic) => `the broker has ${broker.last.get(topic)} as ${topic}, which is on`);
  await broker.end();
  return problems;
}

async function put(url: string, { camera, name, on }: Turn, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    const isTaken = await fetch(new URL(`/api/cameras/${camera}/switches/${name}`, url), {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ on }),
    })
      .then(({ ok }) => ok)
      .catch(() => false);
    if (isTaken) return;
    await sleep(AGAIN_MS);
  }
}

/** Undefined if the service does not answer now. */
function isOn(url: string, camera: string, name: Name): Promise<boolean | undefined> {
  return fetch(new URL(`/api/cameras/${camera}`, url))
    .then(async (response) => (await response.json()) as { readonly isDetecting: boolean; readonly isOff: boolean })
    .then(({ isDetecting, isOff }) => (name === 'detect' ? isDetecting : !isOff))
    .catch(() => undefined);
}
