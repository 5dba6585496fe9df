import type { Mutator } from './mutate.js';

/** An input of a client, in the parts in which it is written. */
export type ServerInput = {
  readonly name: string;
  readonly parts: (mutator: Mutator) => readonly Buffer[];
};

const HEAD = 'Host: localhost\r\nUser-Agent: fuzz\r\nAccept: */*\r\n';
const JSON_BODY = 'Content-Type: application/json\r\n';
const REQUESTS: readonly string[] = [
  `GET / HTTP/1.1\r\n${HEAD}\r\n`,
  `GET /schema HTTP/1.1\r\n${HEAD}Connection: keep-alive\r\n\r\nGET /schema HTTP/1.1\r\n${HEAD}\r\n`,
  `HEAD /?token=caf%C3%A9&a=b HTTP/1.1\r\n${HEAD}Authorization: Bearer caf\xc3\xa9\r\n\r\n`,
  `POST /slow?ms=50 HTTP/1.1\r\n${HEAD}Origin: http://localhost\r\nContent-Length: 4\r\n\r\nbody`,
  `POST /slow HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n`,
  `OPTIONS * HTTP/1.1\r\n${HEAD}Expect: 100-continue\r\nContent-Length: 9\r\n\r\n`,
  `POST /api/login HTTP/1.1\r\n${HEAD}${JSON_BODY}Content-Length: 13\r\n\r\n{"token":"a"}GET /api/session HTTP/1.1\r\n${HEAD}\r\n`,
  `PUT /api/cameras/a%20b/switches/detect HTTP/1.1\r\n${HEAD}${JSON_BODY}X-Forwarded-For: 203.0.113.5, [2001:db8::1]:4\r\nCookie: a=b; nowcast-session=abc\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n{"on":true}\r\n0\r\n\r\n`,
  `POST /api/config/reload HTTP/1.1\r\n${HEAD}${JSON_BODY}Authorization: Basic a2ltOmI=\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}`,
  `GET http://localhost/events HTTP/1.0\r\n${HEAD}Range: bytes=0-1\r\n\r\n`,
];

const UPGRADE = Buffer.from(
  `GET / HTTP/1.1\r\n${HEAD}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: nowcast.feed.v1\r\n\r\n',
);
const SUBSCRIPTION = {
  type: 'subscribe',
  streams: ['cam'],
  kinds: ['percept', 'drop'],
  minScore: 0.5,
  classes: ['car'],
  maxFps: 5,
} as const;
const OPCODES = [0x0, 0x1, 0x2, 0x8, 0x9, 0xa] as const;
const LENGTHS = [0, 1, 125, 126, 127, 65_535, 65_536, 2 ** 31, 2 ** 53] as const;

/** Nested as deep as a message is long, almost UTF-8, many names. */
const ODD_TEXTS: readonly Uint8Array[] = [
  ...['['.repeat(8000) + ']'.repeat(8000), '{"a":'.repeat(2700), `{"type":"subscribe","maxFps":${'9'.repeat(15_000)}}`],
  ...[
    '{"type":"subscribe","__proto__":{"kinds":["x"]}}',
    `{"type":"subscribe","classes":${JSON.stringify(Array(900).fill('car'))}}`,
  ],
]
  .map((text) => Buffer.from(text))
  .concat([Buffer.from([0xc3, 0x28, 0xff, 0xfe])]);
/** A message in thousands of parts, most of them empty. */
const FRAGMENTS = Buffer.concat([
  Uint8Array.of(0x01, 0x81, 0, 0, 0, 0, 0x7b),
  ...Array<Uint8Array>(5000).fill(Uint8Array.of(0x00, 0x80, 0, 0, 0, 0)),
  Uint8Array.of(0x80, 0x81, 0, 0, 0, 0, 0x7d),
]);

/** What clients of the server send: requests of HTTP, and frames of WebSocket (RFC 6455 §5.2). */
export const SERVER_INPUTS: readonly ServerInput[] = [
  {
    name: 'http',
    parts: (mutator) => split(mutator, mutator.bytes(Buffer.from(mutator.pick(REQUESTS), 'latin1'))),
  },
  { name: 'websocket-upgrade', parts: (mutator) => split(mutator, mutator.bytes(UPGRADE)) },
  {
    name: 'websocket',
    parts(mutator) {
      const frames = Array.from({ length: 1 + mutator.random.below(6) }, () => frame(mutator));
      const input = Buffer.concat(mutator.chance(0.05) ? [FRAGMENTS] : frames);
      return [UPGRADE, ...split(mutator, mutator.chance(0.3) ? mutator.bytes(input) : input)];
    },
  },
];

/** A frame that is sound, or has a wrong bit, length, mask or payload. */
function frame(mutator: Mutator): Buffer {
  const { random } = mutator;
  const opcode = mutator.chance(0.1) ? random.below(16) : mutator.pick(mutator.isIdle ? [0x1] : OPCODES);
  const payload = payloadOf(mutator, opcode);
  const isLast = !mutator.chance(0.15);
  const reserved = mutator.chance(0.05) ? random.below(8) << 4 : 0;
  const isMasked = !mutator.chance(0.05);
  const length = mutator.chance(0.1) ? mutator.pick(LENGTHS) : payload.length;
  const mask = Uint8Array.from({ length: 4 }, () => random.below(256));
  const masked = isMasked ? payload.map((byte, i) => byte ^ mask[i & 3]) : payload;
  return Buffer.concat([
    Uint8Array.of((isLast ? 0x80 : 0) | reserved | opcode),
    lengthBytes(length, isMasked ? 0x80 : 0),
    isMasked ? mask : new Uint8Array(),
    masked,
  ]);
}

function payloadOf(mutator: Mutator, opcode: number): Buffer {
  const { random } = mutator;
  if (opcode === 0x1 && mutator.chance(0.1)) return Buffer.from(mutator.pick(ODD_TEXTS));
  if (opcode === 0x1) return Buffer.from(mutator.json(SUBSCRIPTION)).subarray(0, 200_000);
  if (opcode === 0x8) return Buffer.from([random.below(256), random.below(256), 0x62, 0x79, random.below(256)]);
  return Buffer.from(Uint8Array.from({ length: mutator.pick([0, 1, 125, 126, 500]) }, () => random.below(256)));
}

function lengthBytes(length: number, mask: number): Buffer {
  if (length < 126) return Buffer.from([mask | length]);
  if (length < 65_536) return Buffer.from([mask | 126, length >> 8, length & 255]);
  const bytes = Buffer.alloc(9);
  bytes[0] = mask | 127;
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

/** Cut anywhere, as a network does. */
function split(mutator: Mutator, bytes: Buffer): Buffer[] {
  if (!mutator.chance(0.3)) return [bytes];
  const at = mutator.random.below(bytes.length + 1);
  return [bytes.subarray(0, at), bytes.subarray(at)];
}
