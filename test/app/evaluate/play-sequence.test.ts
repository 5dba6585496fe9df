import assert from 'node:assert/strict';
import { VirtualTimeScheduler } from 'rxjs';
import { playSequence } from '../../../src/app/evaluate/play-sequence.js';
import type { PipelineEvent } from '../../../src/core/events.js';
import { letterbox } from '../../../src/core/fit.js';
import { every } from '../../../src/scheduling/policies/every.js';
import { idleFree } from '../../../src/scheduling/policies/idle-free.js';
import type { Policy } from '../../../src/scheduling/policy.js';
import { FakeDetector, settled } from '../../helpers/fake-detector.js';
import { nameOf } from '../../helpers/frames.js';

const SIZE = { width: 64, height: 48 };
const PICTURE = { size: SIZE, fit: letterbox(SIZE, { width: 32, height: 32 }), image: new Uint8Array(3 * 32 * 32) };

/** Plays pictures at 100 a second to a detector that takes `runtimeMs` of virtual time. */
async function play(
  pictures: number,
  runtimeMs: number,
  { policy = idleFree, abortAtMs = Infinity }: { readonly policy?: Policy; readonly abortAtMs?: number } = {},
): Promise<PipelineEvent[]> {
  const time = new VirtualTimeScheduler();
  const controller = new AbortController();
  const detector = new FakeDetector();
  let done = false;
  const played = playSequence(
    Array.from({ length: pictures }, () => PICTURE),
    {
      streamId: 'a',
      fps: 100,
      detector,
      clock: time,
      scheduler: time,
      policy,
      latencyBudgetMs: undefined,
      forecaster: undefined,
      signal: controller.signal,
    },
  ).finally(() => {
    done = true;
  });
  for (let ms = 0; !done; ms++) {
    time.maxFrames = ms;
    time.flush();
    time.frame = ms;
    for (const { finish } of detector.jobs.splice(0)) time.schedule(() => finish(), runtimeMs);
    if (ms === abortAtMs) controller.abort();
    await settled();
  }
  return played;
}

describe('playing a sequence from memory', () => {
  it('loses a result that comes after the end of the sequence, as the toolkit does', async () => {
    const events = await play(4, 16);
    assert.deepEqual(events.map(nameOf), ['percept a/0', 'superseded a/2', 'percept a/1', 'stopped a/3']);
  });

  it('keeps a result between the last frame and the end', async () => {
    assert.deepEqual((await play(3, 5)).map(nameOf), ['percept a/0', 'percept a/1', 'percept a/2']);
  });

  it('drops waiting frames at the end', async () => {
    assert.deepEqual((await play(3, 25)).map(nameOf).sort(), ['percept a/0', 'stopped a/2', 'superseded a/1']);
  });

  it('reports every frame once, captured at its due time', async () => {
    const events = await play(10, 23);
    const told = events.map((event) => {
      assert.ok(event.type === 'percept' || event.type === 'drop');
      return [event.seq, event.type === 'percept' ? event.times.capturedAtMs : event.capturedAtMs];
    });
    assert.deepEqual(
      told.sort(([a], [b]) => a - b),
      Array.from({ length: 10 }, (_, i) => [i, i * 10]),
    );
  });

  it('ends when it is aborted', async () => {
    assert.deepEqual((await play(100, 15, { abortAtMs: 20, policy: every })).map(nameOf).slice(0, 1), ['percept a/0']);
    assert.ok((await play(100, 15, { abortAtMs: 20 })).length < 5);
  });
});
