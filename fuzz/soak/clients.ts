import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disturbance } from '../disturbance/disturb.js';

const REST_MS = 4000;
const REQUESTS = 40;
/** The server ends those that hold too much before that. */
const MOST = 12;

/** Clients that ask for everything and never read. */
export async function neverRead({ goesOn, uniform, note }: Disturbance, port: number): Promise<void> {
  const paths = ['/metrics', '/api/stats', '/api/config', '/api/cameras', '/readyz?verbose'];
  const open: Socket[] = [];
  while (goesOn()) {
    await sleep(REST_MS * uniform());
    const path = paths[Math.floor(uniform() * paths.length)];
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.pause();
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`.repeat(REQUESTS));
    open.push(socket);
    note('client: never reads');
    if (open.length > MOST) open.shift()?.destroy();
  }
  for (const socket of open) socket.destroy();
}

/** Frames of one camera at the moment of a scrape. */
type Account = { received: number; percepts: number; dropped: number; inFlight: number };

/** Asks for the metrics and adds them up: at every moment, each frame has an outcome or is in flight. */
export async function scrape(
  { goesOn, note }: Pick<Disturbance, 'goesOn' | 'note'>,
  url: string,
  problems: string[],
): Promise<void> {
  while (goesOn()) {
    await sleep(1000);
    const text = await fetch(new URL('/metrics', url))
      .then((response) => (response.ok ? response.text() : undefined))
      .catch(() => undefined);
    // The server may just have been killed.
    if (text === undefined) continue;
    note('scrape');
    for (const [camera, { received, percepts, dropped, inFlight }] of accounts(text))
      if (received !== percepts + dropped + inFlight)
        problems.push(`${camera}: metrics state ${received} frames, but ${percepts} + ${dropped} + ${inFlight}`);
  }
}

const SAMPLE =
  /^nowcast_(frames_received|percepts|frames_dropped|frames_in_flight)(?:_total)?\{camera="([^"]+)"[^}]*\} (\S+)$/gm;
const FIELDS = {
  frames_received: 'received',
  percepts: 'percepts',
  frames_dropped: 'dropped',
  frames_in_flight: 'inFlight',
} as const;

function accounts(metrics: string): Map<string, Account> {
  const found = new Map<string, Account>();
  for (const [, name, camera, value] of metrics.matchAll(SAMPLE)) {
    const account = found.get(camera) ?? { received: 0, percepts: 0, dropped: 0, inFlight: 0 };
    account[FIELDS[name as keyof typeof FIELDS]] += Number(value);
    found.set(camera, account);
  }
  return found;
}
