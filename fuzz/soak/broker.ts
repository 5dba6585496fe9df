import { setTimeout as sleep } from 'node:timers/promises';
import type { Mosquitto } from '../../test/helpers/mosquitto.js';
import type { Disturbance } from '../disturbance/disturb.js';

const REST_MS = 8000;
const LONGEST_AWAY_MS = 4000;

/** Kills the broker, and starts it again after a while. */
export async function breakBroker({ goesOn, uniform, note }: Disturbance, broker: Mosquitto): Promise<void> {
  while (goesOn()) {
    await sleep(REST_MS * (0.5 + uniform()));
    await broker.kill();
    note('broker: kill');
    await sleep(LONGEST_AWAY_MS * uniform());
    await broker.start();
  }
}
