import assert from 'node:assert/strict';
import { map, take, VirtualTimeScheduler } from 'rxjs';
import type { Frame } from '../../../src/core/frame.js';
import { letterbox } from '../../../src/core/fit.js';
import type { Picture } from '../../../src/core/picture.js';
import { memorySource } from '../../../src/streaming/sources/memory.js';
import { marbles } from '../../helpers/marbles.js';

const SIZE = { width: 8, height: 2 };
const picture = (value: number): Picture => ({
  size: SIZE,
  fit: letterbox(SIZE, { width: 4, height: 2 }),
  image: new Uint8Array(24).fill(value),
});
const PICTURES = [picture(1), picture(2), picture(3)];

describe('memorySource', () => {
  it('emits each picture when it is due, and ends when the next one would be', () =>
    marbles(({ expectObservable }, scheduler) => {
      const source = memorySource(PICTURES, { streamId: 'a', fps: 100, clock: scheduler, scheduler });
      expectObservable(source.pipe(map(({ seq }) => String(seq)))).toBe('0 9ms 1 9ms 2 9ms |');
    }));

  it('drops a frame without a picture when it is due', () =>
    marbles(({ expectObservable }, scheduler) => {
      const options = { streamId: 'a', fps: 100, clock: scheduler, scheduler };
      const events = memorySource([picture(1), undefined, picture(3)], options).pipe(
        map((event) => (event.type === 'drop' ? event.reason[0] : event.type[0])),
      );
      expectObservable(events).toBe('f 9ms c 9ms f 9ms |');
    }));

  it('ends at once without pictures', () =>
    marbles(({ expectObservable }, scheduler) => {
      expectObservable(memorySource([], { streamId: 'a', fps: 100, clock: scheduler, scheduler })).toBe('|');
    }));

  it('stops when it is unsubscribed, also from within', () =>
    marbles(({ expectObservable }, scheduler) => {
      const source = memorySource(PICTURES, { streamId: 'a', fps: 100, clock: scheduler, scheduler }).pipe(
        map(({ seq }) => String(seq)),
      );
      expectObservable(source, '15ms !').toBe('0 9ms 1');
      expectObservable(source.pipe(take(2))).toBe('0 9ms (1|)');
    }));

  /** Frames of a scheduler whose timers come `lateMs` late. */
  function playLate(lateMs: number, fps: number): Frame[] {
    const time = new VirtualTimeScheduler();
    const frames: Frame[] = [];
    const late = {
      now: () => time.now(),
      schedule: ((work: () => void, delayMs: number) =>
        time.schedule(work, delayMs + lateMs)) as VirtualTimeScheduler['schedule'],
    };
    memorySource(PICTURES, { streamId: 'a', fps, clock: time, scheduler: late }).subscribe((frame) =>
      frames.push(frame),
    );
    time.flush();
    return frames;
  }

  it('captures frames at their due time, for any timers, without drift', () => {
    const frames = playLate(7, 30);
    assert.deepEqual(
      frames.map(({ capturedAtMs }) => capturedAtMs),
      [0, 1000 / 30, 2000 / 30],
    );
    for (const { captureClock, uncertaintyMs } of frames)
      assert.deepEqual([captureClock, uncertaintyMs], ['sender', 0]);
    assert.deepEqual(
      frames.map(({ readyAtMs }) => readyAtMs),
      [0, 34 + 7, 67 + 7],
    );
    assert.deepEqual(
      frames.map(({ ptsMs }) => ptsMs),
      [0, 1000 / 30, 2000 / 30],
    );
  });

  it('emits all pictures that became due while it was delayed', () => {
    assert.deepEqual(
      playLate(25, 100).map(({ seq, readyAtMs }) => [seq, readyAtMs]),
      [
        [0, 0],
        [1, 35],
        [2, 35],
      ],
    );
  });

  it('emits due pictures on catchUp, each once', () => {
    const timers = new VirtualTimeScheduler();
    let nowMs = 0;
    const frames: Frame[] = [];
    let ended = false;
    memorySource(PICTURES, { streamId: 'a', fps: 100, clock: { now: () => nowMs }, scheduler: timers }).subscribe({
      next: (frame) => frames.push(frame),
      complete: () => {
        ended = true;
      },
    });
    nowMs = 11;
    frames[0].catchUp!();
    frames[1].catchUp!();
    assert.deepEqual(
      frames.map(({ seq }) => seq),
      [0, 1],
    );
    assert.equal(timers.actions.length, 1);
    nowMs = 30;
    timers.flush();
    assert.deepEqual([frames.map(({ seq }) => seq), ended, timers.actions.length], [[0, 1, 2], true, 0]);
    frames[2].catchUp!();
    assert.equal(frames.length, 3);
  });

  it('describes the picture and lends its memory', () => {
    const [frame] = playLate(0, 100);
    assert.equal(frame.picture, PICTURES[0]);
    assert.deepEqual([frame.epoch, frame.corrupt], [0, false]);
    frame.release();
    assert.throws(() => frame.release(), /released twice/);
  });
});
