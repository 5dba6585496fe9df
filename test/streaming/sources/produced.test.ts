import assert from 'node:assert/strict';
import { VirtualTimeScheduler, type Subscription } from 'rxjs';
import type { SourceEvent } from '../../../src/core/events.js';
import { producedSource } from '../../../src/streaming/sources/produced.js';

const INPUT = { width: 4, height: 2 };
const OPTIONS = { streamId: 'world', size: { width: 8, height: 4 }, input: INPUT, fps: 100 } as const;

/** Plays a producer that takes `tookMs(index)` in virtual time, for a consumer that holds each frame for `heldMs`. */
async function play({
  tookMs,
  untilMs,
  heldMs = 0,
  pace = 'source',
  slots = 6,
}: {
  tookMs: (index: number) => number;
  untilMs: number;
  heldMs?: number;
  pace?: 'source' | 'max';
  slots?: number;
}) {
  const time = new VirtualTimeScheduler();
  const asked: number[] = [];
  const events: SourceEvent[] = [];
  const shown: number[] = [];
  const errors: unknown[] = [];
  const producer = {
    produce: (index: number, target: Uint8Array): Promise<void> => {
      asked.push(index);
      target.fill(index);
      return new Promise((resolve, reject) => {
        time.schedule(
          () => (Number.isNaN(tookMs(index)) ? reject(new Error('broken')) : resolve()),
          tookMs(index) || 0,
        );
      });
    },
  };
  const subscription: Subscription = producedSource(producer, {
    ...OPTIONS,
    pace,
    slots,
    clock: time,
    scheduler: time,
  }).subscribe({
    next: (event) => {
      events.push(event);
      if (event.type !== 'frame') return;
      shown.push(event.picture.image[0]);
      time.schedule(() => event.release(), heldMs);
    },
    error: (error: unknown) => errors.push(error),
  });
  for (let ms = 0; ms <= untilMs; ms++) {
    time.maxFrames = ms;
    time.flush();
    time.frame = ms;
    // Code that awaits a promise continues within the millisecond, if all its promises settle.
    for (let turn = 0; turn < 20; turn++) {
      await Promise.resolve();
      time.flush();
    }
  }
  subscription.unsubscribe();
  const played = events.filter((event) => event.type === 'frame' || event.type === 'drop');
  return { asked, played, errors, shown };
}

describe('producedSource', () => {
  it('makes a few pictures first, then emits each at its time and stays ahead', async () => {
    const { played, asked, shown } = await play({ tookMs: () => 4, untilMs: 116 });
    const start = 16;
    assert.deepEqual(
      played.map((event) => [event.type, event.seq, event.capturedAtMs]),
      Array.from({ length: 11 }, (_, i) => ['frame', i, start + 10 * i]),
    );
    assert.ok(played.every((event) => event.type === 'frame' && event.readyAtMs === event.capturedAtMs));
    assert.deepEqual(
      shown,
      shown.map((_, i) => i),
    );
    assert.deepEqual(
      asked,
      asked.map((_, i) => i),
    );
    assert.ok(asked.length > 13, 'it read ahead');
  });

  it('skips pictures that a slow producer would make too late, and emits the rest in time', async () => {
    const { played, asked } = await play({ tookMs: (index) => (index < 4 ? 1 : 25), untilMs: 400 });
    assert.deepEqual(
      played.map(({ seq }) => seq),
      played.map((_, i) => i),
      'every frame is reported, in order',
    );
    const drops = played.filter((event) => event.type === 'drop');
    assert.ok(drops.length > 20 && drops.every(({ reason }) => reason === 'superseded'));
    assert.deepEqual(
      drops.map(({ seq }) => seq).filter((seq) => asked.includes(seq)),
      [],
    );
    const latenessMs = played.flatMap((event) =>
      event.type === 'frame' ? [event.readyAtMs - event.capturedAtMs] : [],
    );
    assert.ok(
      latenessMs.filter((ms) => ms > 0).length <= 2,
      `only the first two that took long are late: ${latenessMs.join()}`,
    );
  });

  it('is on time again right after one slow picture', async () => {
    const { played } = await play({ tookMs: (index) => (index === 8 ? 200 : 1), untilMs: 400 });
    const outages = played.filter((event) => event.type === 'drop').length;
    assert.ok(outages > 5 && outages <= 20, `${outages} frames of 10 ms were passed over after 200 ms`);
    assert.ok(played.length > 35);
  });

  it('begins with fewer pictures if there is memory for fewer', async () => {
    const { played } = await play({ tookMs: () => 1, untilMs: 100, slots: 2 });
    assert.ok(played.length > 5 && played.every((event) => event.type === 'frame'));
  });

  it('does not wait for a consumer that holds every picture', async () => {
    const { played } = await play({ tookMs: () => 1, heldMs: 1000, untilMs: 200 });
    assert.equal(played.filter((event) => event.type === 'frame').length, 6);
    assert.ok(played.filter((event) => event.type === 'drop').length > 10);
  });

  it('loses nothing at maximum pace, for any consumer', async () => {
    const { played } = await play({ tookMs: () => 1, heldMs: 50, untilMs: 300, pace: 'max' });
    assert.ok(played.length > 20 && played.every((event) => event.type === 'frame'));
  });

  it('ends with the error of its producer', async () => {
    const { errors, played } = await play({ tookMs: (index) => (index === 6 ? NaN : 1), untilMs: 200 });
    assert.deepEqual(
      errors.map((error) => (error as Error).message),
      ['broken'],
    );
    assert.ok(played.length <= 6);
  });
});
