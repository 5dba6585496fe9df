import assert from 'node:assert/strict';
import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import type { DropEvent, GapEvent } from '../../../src/core/events.js';
import type { Frame } from '../../../src/core/frame.js';
import type { FrameSlot } from '../../../src/core/frame-pool.js';
import type { Pace } from '../../../src/core/pace.js';
import { Playout } from '../../../src/streaming/sources/playout.js';

const INPUT = { width: 4, height: 2 };
const SOURCE = { width: 8, height: 4 };

/** A reader that offers pictures with the given times as fast as it gets memory; the test writes the consumer. */
function play(options: {
  pace: Pace;
  slots: number;
  ptsMs: readonly number[];
  consume: (frame: Frame, time: VirtualTimeScheduler) => void;
}) {
  const time = new VirtualTimeScheduler();
  const events: (Frame | DropEvent)[] = [];
  const gaps: { readonly seenAtMs: number; readonly gap: GapEvent }[] = [];
  let drained = false;
  let next = 0;
  const read = (): void => {
    for (; next < options.ptsMs.length; next++) {
      const slot = playout.acquire(options.ptsMs[next]);
      if (slot === 'wait') return;
      const ptsMs = options.ptsMs[next];
      playout.push(slot === undefined ? { ptsMs, lost: 'superseded' } : { ptsMs, size: SOURCE, corrupt: false, slot });
    }
    playout.finish(() => {
      drained = true;
    });
  };
  const playout = new Playout({
    streamId: 'a',
    pace: options.pace,
    input: INPUT,
    slots: options.slots,
    clock: time,
    scheduler: time,
    wake: read,
    emit: (event) => {
      if (event.type === 'gap') {
        gaps.push({ seenAtMs: time.now(), gap: event });
        return;
      }
      events.push(event);
      if (event.type === 'frame') options.consume(event, time);
    },
  });
  read();
  /** Lets the time pass up to `untilMs`, millisecond by millisecond, with the promises of each. */
  const run = async (untilMs: number): Promise<void> => {
    for (let ms = time.frame; ms <= untilMs; ms++) {
      time.maxFrames = ms;
      time.flush();
      time.frame = ms;
      await Promise.resolve();
    }
  };
  return { events, gaps, playout, run, isDrained: () => drained, time };
}

const releaseAtOnce = (frame: Frame): void => frame.release();
const brief = (event: Frame | DropEvent): unknown[] => [event.type, event.seq, event.capturedAtMs];

describe('Playout', () => {
  it('emits each picture when it is due, the first at once', async () => {
    const { events, run, isDrained } = play({
      pace: 'source',
      slots: 2,
      ptsMs: [100, 140, 150],
      consume: releaseAtOnce,
    });
    assert.deepEqual(events.map(brief), [['frame', 0, 0]]);
    await run(39);
    assert.equal(events.length, 1);
    await run(40);
    assert.deepEqual(events.map(brief), [
      ['frame', 0, 0],
      ['frame', 1, 40],
    ]);
    assert.equal(isDrained(), false);
    await run(50);
    assert.deepEqual(events.map(brief), [
      ['frame', 0, 0],
      ['frame', 1, 40],
      ['frame', 2, 50],
    ]);
    assert.equal(isDrained(), true);
  });

  it('describes the picture: its fit, its memory, its times', () => {
    const [event] = play({ pace: 'max', slots: 1, ptsMs: [7], consume: () => undefined }).events;
    assert.ok(event.type === 'frame');
    assert.deepEqual(event.picture.fit, {
      scaleX: 0.5,
      scaleY: 0.5,
      padX: 0,
      padY: 0,
      contentWidth: 4,
      contentHeight: 2,
    });
    assert.deepEqual(
      [event.picture.size, event.picture.image.length, event.ptsMs, event.epoch, event.corrupt],
      [SOURCE, 24, 7, 0, false],
    );
  });

  it('gives exact times to its pictures, also to skipped ones', async () => {
    const { events, run } = play({ pace: 'source', slots: 1, ptsMs: [0, 10], consume: () => undefined });
    await run(20);
    assert.deepEqual(
      events.map(({ type, captureClock, uncertaintyMs }) => [type, captureClock, uncertaintyMs]),
      [
        ['frame', 'sender', 0],
        ['drop', 'sender', 0],
      ],
    );
  });

  it('skips due pictures while the consumer holds all memory, and continues in real time', async () => {
    const held: Frame[] = [];
    const { events, run } = play({
      pace: 'source',
      slots: 2,
      ptsMs: [0, 10, 20, 30, 40, 50],
      consume: (frame) => held.push(frame),
    });
    await run(35);
    held[0].release();
    await run(60);
    assert.deepEqual(events.map(brief), [
      ['frame', 0, 0],
      ['frame', 1, 10],
      ['drop', 2, 20],
      ['drop', 3, 30],
      ['frame', 4, 40],
      ['drop', 5, 50],
    ]);
    assert.deepEqual(
      events.filter((e) => e.type === 'drop').map(({ reason, atMs }) => [reason, atMs]),
      [
        ['superseded', 20],
        ['superseded', 30],
        ['superseded', 50],
      ],
    );
  });

  it('waits for the consumer at maximum pace and loses nothing', async () => {
    const held: Frame[] = [];
    const { events, run, isDrained } = play({
      pace: 'max',
      slots: 2,
      ptsMs: [0, 10, 20, 30],
      consume: (frame) => held.push(frame),
    });
    await run(100);
    assert.equal(events.length, 2);
    while (held.length > 0) {
      held.shift()!.release();
      await run(100);
    }
    assert.deepEqual(
      events.map(({ type, seq }) => [type, seq]),
      [
        ['frame', 0],
        ['frame', 1],
        ['frame', 2],
        ['frame', 3],
      ],
    );
    assert.equal(isDrained(), true);
  });

  it('does not emit a frame inside the call that releases another', () => {
    const held: Frame[] = [];
    const { events } = play({ pace: 'max', slots: 1, ptsMs: [0, 10], consume: (frame) => held.push(frame) });
    held[0].release();
    assert.equal(events.length, 1);
  });

  it('emits due pictures on catchUp, each once, even if its timer is late', async () => {
    const timers = new VirtualTimeScheduler();
    let nowMs = 0;
    const seqs: number[] = [];
    const frames: Frame[] = [];
    const playout = new Playout({
      streamId: 'a',
      pace: 'source',
      input: INPUT,
      slots: 4,
      clock: { now: () => nowMs },
      scheduler: timers,
      wake: () => undefined,
      emit: (event) => {
        if (event.type === 'gap') return;
        seqs.push(event.seq);
        if (event.type === 'frame') frames.push(event);
      },
    });
    for (const ptsMs of [0, 10, 20, 30])
      playout.push({ ptsMs, size: SOURCE, corrupt: false, slot: playout.acquire(ptsMs) as FrameSlot });
    assert.deepEqual(seqs, [0]);
    nowMs = 21;
    frames[0].catchUp!();
    assert.deepEqual(seqs, [0, 1, 2]);
    assert.equal(timers.actions.length, 1, 'one timer waits, for the picture that is not due');
    frames[2].catchUp!();
    assert.deepEqual(seqs, [0, 1, 2]);
    nowMs = 30;
    timers.flush();
    assert.deepEqual(seqs, [0, 1, 2, 3]);
    playout.close();
    frames[3].catchUp!();
    assert.equal(timers.actions.length, 0);
  });

  it('sets one timer for each picture, though every receiver catches up', () => {
    const timers = new (class extends VirtualTimeScheduler {
      readonly delaysMs: number[] = [];
      override schedule: VirtualTimeScheduler['schedule'] = (work, delayMs = 0, state) => {
        this.delaysMs.push(delayMs);
        return super.schedule(work, delayMs, state);
      };
    })();
    const playout = new Playout({
      streamId: 'a',
      pace: 'source',
      input: INPUT,
      slots: 4,
      clock: timers,
      scheduler: timers,
      emit: (event) => {
        if (event.type !== 'frame') return;
        event.catchUp!();
        event.release();
        event.catchUp!();
      },
    });
    for (const ptsMs of [0, 10, 25, 45])
      playout.push({ ptsMs, size: SOURCE, corrupt: false, slot: playout.acquire(ptsMs) as FrameSlot });
    timers.flush();
    assert.deepEqual(timers.delaysMs, [10, 15, 20]);
  });

  it('wakes a reader that waited for memory before the first picture came, though none is given back', async () => {
    const timers = new VirtualTimeScheduler();
    let woken = 0;
    const playout = new Playout({
      streamId: 'a',
      pace: 'source',
      input: INPUT,
      slots: 2,
      clock: timers,
      scheduler: timers,
      wake: () => (woken += 1),
      emit: () => undefined,
    });
    const [first, second] = [0, 10].map((ptsMs) => playout.acquire(ptsMs) as FrameSlot);
    assert.equal(playout.acquire(20), 'wait');
    playout.push({ ptsMs: 0, size: SOURCE, corrupt: false, slot: first });
    playout.push({ ptsMs: 10, size: SOURCE, corrupt: false, slot: second });
    await Promise.resolve();
    assert.equal(woken, 1);
    assert.equal(playout.acquire(20), 'wait');
    timers.flush();
    assert.deepEqual([woken, playout.acquire(20)], [2, undefined]);
    playout.close();
  });

  it('announces a pause of an hour when it begins, with the time of the next picture', async () => {
    const ptsMs = [0, 100, 200, 3_600_200, 3_600_300];
    const { gaps, events, playout, run } = play({
      pace: 'source',
      slots: 8,
      ptsMs,
      consume: (frame) => frame.release(),
    });
    await run(300);
    assert.equal(events.length, 3);
    assert.deepEqual(gaps, [
      {
        seenAtMs: 200,
        gap: {
          type: 'gap',
          streamId: 'a',
          fromMs: 200,
          toMs: 3_600_200,
          why: "by the file's own times, the next picture comes at 3600.2 s",
        },
      },
    ]);
    playout.close();
  });

  for (const [title, pace, ptsMs, count] of [
    ['the usual step of a slow file', 'source', [0, 10_000, 20_000, 30_000], 0],
    ['a pause of less than five seconds', 'source', [0, 10, 20, 4_900], 0],
    ['a pause at maximum pace', 'max', [0, 100, 200, 3_600_200], 0],
    ['each of two long pauses', 'source', [0, 100, 9_000, 9_100, 20_000], 2],
    ['a pause of a minute after the first picture', 'source', [0, 60_000, 60_040], 1],
  ] as const)
    it(`announces ${count} gaps for ${title}`, async () => {
      const { gaps, events, run } = play({ pace, slots: 8, ptsMs, consume: (frame) => frame.release() });
      await run(70_000);
      assert.deepEqual([events.length, gaps.length], [ptsMs.length, count]);
    });

  it('ends once if catchUp emits the last picture', () => {
    const timers = new VirtualTimeScheduler();
    let nowMs = 0;
    const told: unknown[] = [];
    const playout = new Playout({
      streamId: 'a',
      pace: 'source',
      input: INPUT,
      slots: 3,
      clock: { now: () => nowMs },
      scheduler: timers,
      wake: () => undefined,
      emit: (event) => {
        if (event.type === 'gap') return;
        told.push(event.seq);
        if (event.type === 'frame') event.catchUp!();
      },
    });
    for (const ptsMs of [0, 10, 20])
      playout.push({ ptsMs, size: SOURCE, corrupt: false, slot: playout.acquire(ptsMs) as FrameSlot });
    playout.finish(() => told.push('end'));
    nowMs = 20;
    timers.flush();
    assert.deepEqual(told, [0, 1, 2, 'end']);
  });

  it('never lets the presentation time go back', async () => {
    const { events, run } = play({ pace: 'source', slots: 3, ptsMs: [0, 30, 20, 40], consume: releaseAtOnce });
    await run(50);
    assert.deepEqual(
      events.map(({ ptsMs }) => ptsMs),
      [0, 30, 30, 40],
    );
  });

  it('releases pending pictures on close, and emits nothing afterwards', async () => {
    const { events, playout, run, time } = play({
      pace: 'source',
      slots: 2,
      ptsMs: [0, 10, 20],
      consume: releaseAtOnce,
    });
    playout.close();
    await run(50);
    assert.equal(events.length, 1);
    assert.equal(time.actions.length, 0);
    const slots = [playout.acquire(99), playout.acquire(99)];
    assert.ok(slots.every((slot) => slot !== undefined && slot !== 'wait'));
  });

  it('accounts for every picture, in order, for any hold times of the consumer', async () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        gaps,
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 60 })),
        fc.boolean(),
        async (gapsMs, slots, holdMs, catchesUp) => {
          let at = 0;
          const ptsMs = gapsMs.map((gap) => (at += gap));
          let held = 0;
          const { events, run, isDrained } = play({
            pace: 'source',
            slots,
            ptsMs,
            consume: (frame, time) => {
              assert.ok(++held <= slots);
              time.schedule(() => {
                held--;
                frame.release();
              }, holdMs.next().value);
              if (catchesUp) frame.catchUp!();
            },
          });
          await run(at + 100);
          assert.ok(isDrained());
          assert.deepEqual(
            events.map(({ seq }) => seq),
            ptsMs.map((_, i) => i),
          );
          for (const event of events) {
            assert.equal(event.capturedAtMs, ptsMs[event.seq] - ptsMs[0]);
            if (event.type === 'frame') assert.equal(event.readyAtMs, event.capturedAtMs);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
