import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MultipartReader, type Part } from '../../../src/streaming/http-pictures/multipart.js';

type Result = { readonly parts: Part[]; readonly failures: string[]; readonly notices: string[] };

/** Pushes pieces a millisecond apart. */
function read(boundary: string | undefined, pieces: readonly (string | Uint8Array)[]): Result {
  const result: Result = { parts: [], failures: [], notices: [] };
  const reader = new MultipartReader(boundary, {
    onPart: (part) => result.parts.push(part),
    onMalformed: (reason) => result.failures.push(reason),
    onNotice: (text) => result.notices.push(text),
  });
  pieces.forEach((piece, i) => reader.push(Buffer.from(piece), i));
  return result;
}

/** A JPEG's markers around bytes of a scan; a thumbnail's end stands inside its first segment. */
function jpeg(fill: number, length = 100): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 6, 0xff, 0xd8, 0xff, 0xd9, 0xff, 0xda, 0, 4, 1, 2]),
    Buffer.alloc(length, fill % 255),
    Buffer.from([0xff, 0, 0xff, 0xd0, 0xff, 0xd9]),
  ]);
}

const bodies = ({ parts }: Result): string[] => parts.map(({ bytes }) => Buffer.from(bytes).toString('hex'));
const hex = (...buffers: Buffer[]): string[] => buffers.map((buffer) => buffer.toString('hex'));

describe('a multipart answer', () => {
  it('emits a part with its last byte if its length is given, not with the next boundary', () => {
    const [a, b] = [jpeg(1), jpeg(2)];
    const result = read('frame', [
      `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${a.length}\r\nX-Timestamp: 1700000000.5\r\n\r\n`,
      a.subarray(0, 50),
      a.subarray(50),
      `\r\n--frame\r\nContent-Length: ${b.length}\r\n\r\n`,
      b,
    ]);
    assert.deepEqual(bodies(result), hex(a, b));
    assert.deepEqual(
      result.parts.map(({ arrivedAtMs }) => arrivedAtMs),
      [2, 4],
    );
    assert.equal(result.parts[0].headers.get('x-timestamp'), '1700000000.5');
  });

  it('emits a JPEG without a length with its own last byte, past the end of a thumbnail', () => {
    const [a, b] = [jpeg(1), jpeg(2)];
    const result = read('frame', ['--frame\r\n\r\n', a.subarray(0, 12), a.subarray(12), '\r\n--frame\r\n\r\n', b]);
    assert.deepEqual(bodies(result), hex(a, b));
    assert.deepEqual(
      result.parts.map(({ arrivedAtMs }) => arrivedAtMs),
      [2, 4],
    );
  });

  it('emits any other part with the next boundary', () => {
    const result = read('frame', [
      '--frame\r\nContent-Type: text/plain\r\n\r\nmotion\r\n--frame\r\n',
      '\r\nmore\r\n--frame--\r\n',
    ]);
    assert.deepEqual(bodies(result), hex(Buffer.from('motion'), Buffer.from('more')));
  });

  for (const [title, boundary, line] of [
    ['named without its dashes', 'abc', '--abc'],
    ['named with its dashes', '--abc', '--abc'],
    ['named with dashes and sent with more', '--abc', '----abc'],
    ['not named', undefined, '--abc'],
  ] as const) {
    for (const end of ['\r\n', '\n']) {
      for (const hasLength of [true, false]) {
        it(`reads a boundary ${title}, lines ended by ${JSON.stringify(end)}, ${hasLength ? 'with' : 'without'} lengths`, () => {
          const pictures = [jpeg(1), jpeg(2), jpeg(3)];
          const result = read(
            boundary,
            pictures.flatMap((picture) => [
              `${line}${end}${hasLength ? `Content-Length: ${picture.length}${end}` : ''}${end}`,
              picture,
              end,
            ]),
          );
          assert.deepEqual(bodies(result), hex(...pictures));
          assert.deepEqual([result.failures, result.notices], [[], []]);
        });
      }
    }
  }

  for (const [title, off] of [
    ['short', -40],
    ['long', 60],
  ] as const) {
    it(`ignores lengths once they are too ${title}, and reports it once`, () => {
      const pictures = [jpeg(1), jpeg(2), jpeg(3), jpeg(4)];
      const result = read(
        'frame',
        pictures.flatMap((picture) => [`--frame\r\nContent-Length: ${picture.length + off}\r\n\r\n`, picture, '\r\n']),
      );
      assert.deepEqual(bodies(result).slice(1), hex(...pictures).slice(1));
      assert.equal(result.parts.length, 4);
      assert.equal(result.notices.length, 1);
    });
  }

  it('fails if a part is too large, headers are endless or the boundary is missing', () => {
    assert.match(read('f', ['--f\r\nContent-Length: 99999999\r\n\r\n']).failures.join(), /more than 16 MiB/);
    assert.match(read('f', ['--f\r\n', 'a: b\r\n'.repeat(4_000)]).failures.join(), /headers of a part do not end/);
    assert.match(read('f', ['x'.repeat(70_000)]).failures.join(), /no boundary/);
    const endless = read('f', [
      '--f\r\n\r\n',
      ...Array.from({ length: 17 }, () => Buffer.alloc(2 ** 20, 7)),
      '--f\r\n\r\n',
    ]);
    assert.match(endless.failures.join(), /more than 16 MiB/);
    assert.equal(endless.parts.length, 0);
  });

  it('gives the same parts for any division of the bytes', () => {
    const part = fc.record({
      length: fc.integer({ min: 1, max: 400 }),
      fill: fc.nat(254),
      hasLength: fc.boolean(),
      end: fc.constantFrom('\r\n', '\n'),
    });
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 9 }),
        (specs, lengths) => {
          const pictures = specs.map(({ fill, length }) => jpeg(fill, length));
          const bytes = Buffer.concat(
            specs.flatMap(({ hasLength, end }, i) => [
              Buffer.from(`--b0und${end}${hasLength ? `Content-Length: ${pictures[i].length}${end}` : ''}${end}`),
              pictures[i],
              Buffer.from(end),
            ]),
          );
          const pieces: Buffer[] = [];
          for (let at = 0, i = 0; at < bytes.length; at += lengths[i++ % lengths.length])
            pieces.push(bytes.subarray(at, at + lengths[i % lengths.length]));
          const result = read('b0und', pieces);
          assert.deepEqual(bodies(result), hex(...pictures));
          assert.deepEqual([result.failures, result.notices], [[], []]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('survives any bytes, and any change of some', () => {
    const stream = Buffer.concat(
      [1, 2, 3].flatMap((fill) => [
        Buffer.from(`--frame\r\nContent-Length: ${jpeg(fill).length}\r\n\r\n`),
        jpeg(fill),
        Buffer.from('\r\n'),
      ]),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 12 }),
        fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }),
        fc.boolean(),
        (changes, noise, isNamed) => {
          const bytes = Buffer.from(stream);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          read(isNamed ? 'frame' : undefined, [...noise, bytes, ...noise]);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
