/**
 * A hostile client, in a process of its own: `flood-client PORT SECONDS MODE`. It connects again as soon as the server
 * ends its connection. Prints one line of JSON with its counts.
 */
import { connect, type Socket } from 'node:net';

const [port, seconds, mode] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]];
const endMs = performance.now() + seconds * 1000;
const counts = { connections: 0, sent: 0, answeredBytes: 0, errors: 0 };

const request = (path: string, host: string): Buffer =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(10));
const UPGRADE = Buffer.from(
  'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
);

function frames(opcode: number, payload: Buffer, count: number): Buffer {
  const length = payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 255];
  // Masked with zeros.
  const frame = Buffer.concat([Buffer.from([0x80 | opcode, ...length, 0, 0, 0, 0]), payload]);
  return Buffer.concat(Array<Buffer>(count).fill(frame));
}

/** Something to write first, and something to write for ever. */
type Flood = { readonly first?: Buffer; readonly unit?: Buffer; readonly connections?: number };

const FLOODS: Readonly<Record<string, Flood>> = {
  root: { unit: request('/', 'localhost') },
  schema: { unit: request('/schema', 'localhost') },
  missing: { unit: request('/nothing', 'localhost') },
  refused: { unit: request('/', 'evil.example') },
  body: {
    first: Buffer.from('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000000\r\n\r\n'),
    unit: Buffer.alloc(64 * 1024),
  },
  'not-http': { unit: Buffer.alloc(64 * 1024, 0xff) },
  pong: { first: UPGRADE, unit: frames(0xa, Buffer.alloc(0), 200) },
  ping: { first: UPGRADE, unit: frames(0x9, Buffer.alloc(100), 200) },
  subscribe: {
    first: UPGRADE,
    unit: frames(0x1, Buffer.from(JSON.stringify({ type: 'subscribe', classes: Array(900).fill('person') })), 9),
  },
  fragments: {
    first: UPGRADE,
    unit: Buffer.concat(Array<Buffer>(200).fill(Buffer.from([0x01, 0x80, 0, 0, 0, 0, 0x00, 0x80, 0, 0, 0, 0]))),
  },
  /** Connects, upgrades and leaves. */
  churn: { first: UPGRADE, connections: 4 },
  /** Connects and leaves. */
  connect: { connections: 4 },
};

function pour(socket: Socket, unit: Buffer): void {
  const write = (): void => {
    do {
      if (socket.destroyed) return;
      if (performance.now() > endMs) {
        socket.destroy();
        return;
      }
      counts.sent++;
    } while (socket.write(unit));
  };
  socket.on('drain', write);
  write();
}

function open(flood: Flood): void {
  if (performance.now() > endMs) return;
  const socket = connect(port, '127.0.0.1', () => {
    counts.connections++;
    if (flood.first !== undefined) socket.write(flood.first);
    if (flood.unit !== undefined) pour(socket, flood.unit);
    else if (flood.first === undefined) socket.destroy();
  });
  socket.on('data', (data) => {
    counts.answeredBytes += data.length;
    if (flood.unit === undefined) socket.destroy();
  });
  socket.on('error', () => counts.errors++);
  socket.on('close', () => setImmediate(open, flood));
}

const flood = FLOODS[mode ?? ''];
if (flood === undefined) throw new Error(`no flood ${mode}; the floods are ${Object.keys(FLOODS).join(', ')}`);
for (let i = 0; i < (flood.connections ?? 1); i++) open(flood);
setTimeout(
  () => {
    process.stdout.write(`${JSON.stringify(counts)}\n`, () => process.exit());
  },
  seconds * 1000 + 200,
);
