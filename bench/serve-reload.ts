import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

type Config = { readonly cameras: Record<string, object> };
type Camera = { readonly name: string; readonly percepts: number; readonly received: number };

export type MeasuredReload = {
  /** Until the service has taken over the file. */
  readonly takenMs: number;
  /** Until the changed camera has a percept again, its connection included. */
  readonly backMs: number;
  /** Frames of each other camera, over those that it sent in the time of the reload and after it. */
  readonly othersReceived: readonly number[];
};

const ASK_EVERY_MS = 20;
const OBSERVED_MS = 5000;

/**
 * Turns the picture of the first camera of a service that runs, and sees what the reload takes.
 * @param fps of every camera
 */
export async function measureReload(url: string, file: string, fps: number): Promise<MeasuredReload> {
  const config = JSON.parse(readFileSync(file, 'utf8')) as Config;
  const [first] = Object.keys(config.cameras);
  config.cameras[first] = { ...config.cameras[first], rotate: 180 };
  writeFileSync(file, JSON.stringify(config));
  const stateOf = async (): Promise<ReadonlyMap<string, Camera>> => {
    const { cameras } = (await (await fetch(new URL('/api/cameras', url))).json()) as { cameras: readonly Camera[] };
    return new Map(cameras.map((camera) => [camera.name, camera]));
  };
  const before = await stateOf();
  const beganAtMs = performance.now();
  const answer = await fetch(new URL('/api/config/reload', url), { method: 'POST' });
  if (!answer.ok) throw new Error(`the reload was refused: ${await answer.text()}`);
  const takenMs = performance.now() - beganAtMs;
  const { percepts } = (await stateOf()).get(first)!;
  while ((await stateOf()).get(first)!.percepts <= percepts) await pause(ASK_EVERY_MS);
  const backMs = performance.now() - beganAtMs;
  await pause(OBSERVED_MS - (performance.now() - beganAtMs));
  const after = await stateOf();
  const sent = (fps * (performance.now() - beganAtMs)) / 1000;
  const others = [...after.values()].filter(({ name }) => name !== first);
  return {
    takenMs,
    backMs,
    othersReceived: others.map(({ name, received }) => (received - before.get(name)!.received) / sent),
  };
}
