import assert from 'node:assert/strict';
import fc from 'fast-check';
import { h264Picture, TsMuxer } from './ts-muxer.js';
import { pushedStream } from './recorded-stream.js';

const picture = fc.record({
  byteLength: fc.integer({ min: 40, max: 1_800 }),
  isKey: fc.boolean(),
  fill: fc.integer({ min: 1, max: 255 }),
});
const pictures = fc.array(picture, { minLength: 5, maxLength: 9 });
const how = fc.record({ lengths: fc.boolean(), stuffsInside: fc.boolean() });

type Made = { readonly packets: readonly Uint8Array[]; readonly sent: readonly Uint8Array[] };

/** A stream that begins with its tables, all in order. */
function make(
  specs: readonly { byteLength: number; isKey: boolean; fill: number }[],
  options: { lengths: boolean; stuffsInside: boolean },
): Made {
  const muxer = new TsMuxer(options);
  const sent = specs.map(({ byteLength, isKey, fill }) => h264Picture(byteLength, { isKey, fill }));
  const packets = [
    ...muxer.tables(),
    ...sent.flatMap((bytes, i) => muxer.picture({ bytes, ptsMs: 40 * i, isRandomAccess: specs[i].isKey })),
  ];
  return { packets, sent };
}

/** The output for bytes pushed in these pieces. */
function read(pieces: Iterable<Uint8Array>): ReturnType<typeof pushedStream>['record'] {
  const { stream, record } = pushedStream();
  for (const piece of pieces) stream.push(piece);
  stream.stop();
  return record;
}

function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length];
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

describe('demuxing a transport stream, property', () => {
  it('gives the same pictures for any division of the bytes', () => {
    fc.assert(
      fc.property(
        pictures,
        how,
        fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 9 }),
        (specs, options, lengths) => {
          const { packets, sent } = make(specs, options);
          const { units } = read(cut(Buffer.concat(packets), lengths));
          assert.ok(units.length >= sent.length - 1);
          units.forEach(({ data, damaged, mediaMs, isKey }, i) => {
            assert.deepEqual(
              [Buffer.from(data).equals(sent[i]), damaged, mediaMs, isKey],
              [true, false, 40 * i, specs[i].isKey],
            );
          });
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('gives each picture as sent or marked, and never twice, for any lost packets', () => {
    fc.assert(
      fc.property(pictures, how, fc.array(fc.nat(400), { minLength: 1, maxLength: 6 }), (specs, options, lost) => {
        const { packets, sent } = make(specs, options);
        // Losses of 16 packets of a PID in a row cannot be seen in its counter; these are fewer.
        const gone = new Set(lost.map((n) => 2 + (n % (packets.length - 2))));
        const { units } = read(packets.filter((_, i) => !gone.has(i)));
        let lastMs = -1;
        for (const { data, damaged, lostBefore, mediaMs } of units) {
          assert.ok(mediaMs > lastMs, 'in order, none twice');
          // The loss between two pictures is reported.
          assert.ok(lostBefore || lastMs < 0 || mediaMs === lastMs + 40, `${mediaMs} after ${lastMs}`);
          lastMs = mediaMs;
          const whole = sent[mediaMs / 40];
          const isWhole = Buffer.from(data).equals(whole);
          assert.ok(
            isWhole || damaged,
            `the picture of ${mediaMs} ms has ${data.length} of ${whole.length} bytes and is not marked`,
          );
          // A beginning, never another picture's bytes.
          assert.ok(Buffer.from(whole).subarray(0, data.length).equals(data));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('counts repeated packets once', () => {
    fc.assert(
      fc.property(pictures, how, fc.array(fc.nat(400), { maxLength: 20 }), (specs, options, doubled) => {
        const { packets } = make(specs, options);
        const again = new Set(doubled.map((n) => n % packets.length));
        const once = read(packets).units;
        const twice = read(packets.flatMap((packet, i) => (again.has(i) ? [packet, packet] : [packet]))).units;
        assert.deepEqual(twice, once);
      }),
      { numRuns: 500 },
    );
  });

  it('marks pictures whose packets changed places', () => {
    fc.assert(
      fc.property(pictures, how, fc.nat(400), (specs, options, where) => {
        const { packets, sent } = make(specs, options);
        const i = 2 + (where % (packets.length - 3));
        const swapped = [...packets];
        [swapped[i], swapped[i + 1]] = [swapped[i + 1], swapped[i]];
        for (const { data, damaged, mediaMs } of read(swapped).units)
          assert.ok(damaged || Buffer.from(data).equals(sent[mediaMs / 40]));
      }),
      { numRuns: 500 },
    );
  });

  it('finds the packets again after junk, and marks the first picture', () => {
    fc.assert(
      fc.property(
        pictures,
        how,
        fc.nat(400),
        fc.uint8Array({ minLength: 1, maxLength: 500 }),
        (specs, options, where, noise) => {
          const { packets, sent } = make(specs, options);
          const at = 2 + (where % (packets.length - 2));
          const { units } = read(cut(Buffer.concat([...packets.slice(0, at), noise, ...packets.slice(at)]), [1_316]));
          for (const { data, damaged, mediaMs } of units)
            assert.ok(damaged || sent[mediaMs / 40] === undefined || Buffer.from(data).equals(sent[mediaMs / 40]));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 8 }), (pieces) => {
        read(pieces);
      }),
      { numRuns: 3_000 },
    );
  });

  it('survives any change of a byte', () => {
    fc.assert(
      fc.property(
        pictures,
        how,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 30 }),
        (specs, options, changes) => {
          const bytes = Buffer.concat(make(specs, options).packets);
          for (const [where, value] of changes) bytes[where % bytes.length] = value;
          read(cut(bytes, [1_316]));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
