import assert from 'node:assert/strict';
import sharp from 'sharp';
import type { SourceEvent } from '../../../../src/core/events.js';
import type { Frame } from '../../../../src/core/frame.js';
import { UsageError } from '../../../../src/core/errors.js';
import { pushSource, type PushOptions, type PushSource } from '../../../../src/streaming/sources/push/push-source.js';
import { nameOf } from '../../../helpers/frames.js';

const SIZE = { width: 4, height: 2 };
const OPTIONS: PushOptions = { streamId: 'belt', ...SIZE, input: { width: 4, height: 4 }, clock: { now: () => 50 } };
/** 4x2 pixels: red 10 to 17, green 20 to 27, blue 30 to 37. */
const PIXELS = Uint8Array.from({ length: 24 }, (_, i) => 10 * ((i % 3) + 1) + Math.floor(i / 3));

type Watched = {
  readonly source: PushSource;
  readonly events: SourceEvent[];
  readonly frames: Frame[];
  ended: unknown;
};

/** @param holds keeps the frames instead of releasing them */
function watched(options: Partial<PushOptions> = {}, holds = false): Watched {
  const source = pushSource({ ...OPTIONS, ...options });
  const seen: Watched = { source, events: [], frames: [], ended: undefined };
  source.events.subscribe({
    next: (event) => {
      seen.events.push(event);
      if (event.type !== 'frame') return;
      seen.frames.push({ ...event, picture: { ...event.picture, image: event.picture.image.slice() } });
      if (!holds) event.release();
    },
    error: (error: unknown) => {
      seen.ended = error;
    },
    complete: () => {
      seen.ended = 'complete';
    },
  });
  return seen;
}

describe('pushSource', () => {
  for (const format of ['rgb', 'bgr'] as const) {
    for (const channels of ['rgb', 'bgr'] as const) {
      it(`gives a detector with ${channels} the pixels pushed as ${format}`, async () => {
        const { source, frames } = watched({ format, input: { ...OPTIONS.input, channels } });
        await source.push(PIXELS);
        const { image, size } = frames[0].picture;
        const plane = (first: number): number[] => [
          ...Array.from({ length: 8 }, (_, i) => first + i),
          ...new Array<number>(8).fill(114),
        ];
        const inOrder = [10, 20, 30].map(plane);
        assert.deepEqual([...image], (format === channels ? inOrder : inOrder.reverse()).flat());
        assert.deepEqual(size, SIZE);
      });
    }
  }

  it('reads a JPEG, which states its size', async () => {
    const jpeg = await sharp({ create: { width: 64, height: 32, channels: 3, background: { r: 200, g: 100, b: 50 } } })
      .jpeg()
      .toBuffer();
    const { source, frames } = watched({ format: 'jpeg' });
    await source.push(jpeg);
    assert.deepEqual(frames[0].picture.size, { width: 64, height: 32 });
    for (const [plane, value] of [
      [0, 50],
      [1, 100],
      [2, 200],
    ] as const) {
      assert.ok(
        Math.abs(frames[0].picture.image[16 * plane] - value) <= 3,
        `plane ${plane} has ${frames[0].picture.image[16 * plane]}`,
      );
    }
  });

  it("takes the program's capture time, or the moment of the push", async () => {
    const { source, frames } = watched();
    await source.push(PIXELS, { capturedAtMs: 20, uncertaintyMs: 5 });
    await source.push(PIXELS);
    const times = frames.map(({ seq, ptsMs, capturedAtMs, captureClock, uncertaintyMs }) => [
      seq,
      ptsMs,
      capturedAtMs,
      captureClock,
      uncertaintyMs,
    ]);
    assert.deepEqual(times, [
      [0, 0, 20, 'sender', 5],
      [1, 30, 50, 'arrival', 0],
    ]);
  });

  it('lets the newest wait while one is fitted, and reports each that it replaces', async () => {
    const { source, events } = watched();
    await Promise.all([0, 1, 2, 3].map(() => source.push(PIXELS)));
    assert.deepEqual(events.map(nameOf), [
      'streaming',
      'superseded belt/1',
      'superseded belt/2',
      'frame belt/0',
      'frame belt/3',
    ]);
  });

  it('drops pictures while the pipeline holds all memory, and continues after a release', async () => {
    const { source, events } = watched({ slots: 2 }, true);
    for (let i = 0; i < 3; i++) await source.push(PIXELS);
    for (const event of events) if (event.type === 'frame') event.release();
    await source.push(PIXELS);
    assert.deepEqual(events.map(nameOf), [
      'streaming',
      'frame belt/0',
      'frame belt/1',
      'superseded belt/2',
      'frame belt/3',
    ]);
  });

  it('reports a JPEG that cannot be read as a corrupt frame, and continues', async () => {
    const jpeg = await sharp({ create: { ...SIZE, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer();
    const { source, events } = watched({ format: 'jpeg' });
    await source.push(Buffer.from('no picture'));
    await source.push(jpeg);
    assert.deepEqual(events.map(nameOf), ['streaming', 'corrupt belt/0', 'frame belt/1']);
  });

  it('ends after the pushed pictures', async () => {
    const seen = watched();
    const pushed = Promise.all([seen.source.push(PIXELS), seen.source.push(PIXELS)]);
    seen.source.end();
    assert.equal(seen.ended, undefined);
    await pushed;
    assert.deepEqual(seen.events.map(nameOf), ['streaming', 'frame belt/0', 'frame belt/1']);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    assert.equal(seen.ended, 'complete');
  });

  it("ends with the program's error", () => {
    const seen = watched();
    const reason = new Error('unplugged');
    seen.source.fail(reason);
    assert.equal(seen.ended, reason);
  });

  it('omits pictures that are pushed without a subscriber', async () => {
    const source = pushSource(OPTIONS);
    await source.push(PIXELS);
    const events: SourceEvent[] = [];
    const subscription = source.events.subscribe((event) => {
      events.push(event);
    });
    await source.push(PIXELS);
    subscription.unsubscribe();
    await source.push(PIXELS);
    assert.deepEqual(events.map(nameOf), ['streaming', 'frame belt/0']);
  });

  it('frees the memory of a subscriber that left', async () => {
    const source = pushSource({ ...OPTIONS, slots: 1 });
    const first = source.events.subscribe();
    const pushed = source.push(PIXELS);
    first.unsubscribe();
    await pushed;
    const events: SourceEvent[] = [];
    source.events.subscribe((event) => {
      events.push(event);
    });
    await source.push(PIXELS);
    assert.deepEqual(events.map(nameOf), ['streaming', 'frame belt/1']);
  });

  it('refuses a second subscriber', () => {
    const { source } = watched();
    let error: unknown;
    source.events.subscribe({
      error: (reason: unknown) => {
        error = reason;
      },
    });
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /^the push source "belt" has a subscriber already/);
  });

  for (const [what, push, message] of [
    [
      'bytes of another length',
      (source: PushSource) => source.push(new Uint8Array(23)),
      'a picture of 4x2 in rgb has 24 bytes (3 a pixel), got 23',
    ],
    [
      'what are no bytes',
      (source: PushSource) => source.push([1, 2] as unknown as Uint8Array),
      'push takes the bytes of a picture as a Uint8Array or Buffer, got [1,2]',
    ],
    [
      'a time that is none',
      (source: PushSource) => source.push(PIXELS, { capturedAtMs: NaN }),
      "capturedAtMs must be milliseconds on the source's clock, got NaN",
    ],
    [
      'an uncertainty below zero',
      (source: PushSource) => source.push(PIXELS, { uncertaintyMs: -1 }),
      'uncertaintyMs must be a finite number of 0 or more, got -1',
    ],
  ] as const) {
    it(`refuses ${what} at the push`, () => {
      assert.throws(
        () => {
          void push(watched().source);
        },
        { name: 'UsageError', message },
      );
    });
  }

  it('refuses pictures out of order', async () => {
    const { source } = watched();
    await source.push(PIXELS, { capturedAtMs: 20 });
    assert.throws(
      () => {
        void source.push(PIXELS, { capturedAtMs: 19 });
      },
      { name: 'UsageError', message: /^capturedAtMs 19 is before that of the previous picture, 20/ },
    );
  });

  for (const [field, options] of Object.entries({
    streamId: { streamId: '' },
    format: { format: 'yuv' },
    width: { width: 0 },
    height: { height: undefined },
    input: { input: undefined },
    clock: { clock: {} },
    slots: { slots: 0 },
  })) {
    it(`refuses an invalid ${field} and names it`, () => {
      assert.throws(
        () => pushSource({ ...OPTIONS, ...options } as PushOptions),
        (error: Error) => error instanceof UsageError && error.message.startsWith(`pushSource: ${field} must be `),
      );
    });
  }
});
