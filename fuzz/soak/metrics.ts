import { setTimeout as sleep } from 'node:timers/promises';
import type { Disturbance } from '../disturbance/disturb.js';

/** The samples of one scrape: the values of each metric by their labels as text. */
export type Scrape = ReadonlyMap<string, ReadonlyMap<string, number>>;

const SCRAPE_EVERY_MS = 1000;
/** Each is the sum of the others, whose samples may have a reason besides the camera. */
const SUMS: Readonly<Record<string, readonly string[]>> = {
  nowcast_frames_received_total: ['nowcast_percepts_total', 'nowcast_frames_dropped_total', 'nowcast_frames_in_flight'],
  nowcast_record_frames_received_total: ['nowcast_record_frames_passed_total', 'nowcast_record_frames_dropped_total'],
};

/** Scrapes the metrics, and checks that they add up, each time, and that no counter goes back. */
export async function watchMetrics(
  { goesOn, note }: Pick<Disturbance, 'goesOn' | 'note'>,
  url: string,
  problems: string[],
): Promise<void> {
  let before: Scrape = new Map();
  while (goesOn()) {
    await sleep(SCRAPE_EVERY_MS);
    const now = await scrape(url);
    // The server may just have been killed.
    if (now === undefined) continue;
    note('scrape');
    problems.push(...faultsOfSums(now), ...faultsOfCounters(before, now));
    before = now;
  }
}

/** Undefined if the service does not answer now. */
export async function scrape(url: string): Promise<Scrape | undefined> {
  const text = await fetch(new URL('/metrics', url))
    .then((response) => (response.ok ? response.text() : undefined))
    .catch(() => undefined);
  if (text === undefined) return undefined;
  const found = new Map<string, Map<string, number>>();
  for (const [, name, labels, value] of text.matchAll(/^(nowcast_\w+)(?:\{(.*)\})? (\S+)$/gm)) {
    const values = found.get(name) ?? new Map<string, number>();
    found.set(name, values.set(labels ?? '', Number(value)));
  }
  return found;
}

function faultsOfSums(now: Scrape): string[] {
  return Object.entries(SUMS).flatMap(([whole, parts]) => {
    const sums = byCamera(now, parts);
    return [...byCamera(now, [whole])].flatMap(([camera, value]) =>
      value === sums.get(camera) ? [] : [`${whole} of ${camera} is ${value}, and its parts are ${sums.get(camera)}`],
    );
  });
}

function byCamera(now: Scrape, names: readonly string[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const name of names)
    for (const [labels, value] of now.get(name) ?? []) {
      const camera = /camera="([^"]+)"/.exec(labels)?.[1] ?? '';
      sums.set(camera, (sums.get(camera) ?? 0) + value);
    }
  return sums;
}

function faultsOfCounters(before: Scrape, now: Scrape): string[] {
  return [...before].flatMap(([name, values]) =>
    [...(name.endsWith('_total') ? values : [])].flatMap(([labels, value]) => {
      const next = now.get(name)?.get(labels);
      return next === undefined || next < value ? [`${name}{${labels}} went from ${value} to ${next}`] : [];
    }),
  );
}
