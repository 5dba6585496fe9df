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
