import assert from 'node:assert/strict';
import { scoreDemo } from '../../../src/app/demo/score.js';
import type { RecentFrame } from '../../../src/app/demo/recent-frames.js';
import { DEMO_SIZE } from '../../../src/app/demo/demo-source.js';
import type { ModelDetector } from '../../../src/core/detector.js';
import type { DropEvent, PerceptEvent } from '../../../src/core/events.js';
import { SYNTH_CLASSES } from '../../../synth/classes.js';

const INPUT = { width: 16, height: 16 };

/** `p`: a percept; `d`: a dropped frame that was drawn; `u`: one that was not. */
function frames(kinds: string): RecentFrame[] {
  return Array.from(kinds, (kind, i): RecentFrame => {
    const seq = 100 + i;
    const capturedAtMs = (seq * 1000) / 30;
    const frame = { streamId: 'demo', seq, epoch: 0, ptsMs: capturedAtMs, capturedAtMs, ...DEMO_SIZE };
    const event = {
      ...frame,
      ...(kind === 'p'
        ? {
            type: 'percept',
            detections: [],
            times: {
              capturedAtMs,
              inferStartMs: capturedAtMs,
              inferEndMs: capturedAtMs + 20,
              doneAtMs: capturedAtMs + 20,
              emittedAtMs: capturedAtMs + 21,
            },
          }
        : { type: 'drop', reason: 'superseded', atMs: capturedAtMs + 5 }),
    } as unknown as PerceptEvent | DropEvent;
    return {
      moment: { truth: { streamId: 'demo', seq, capturedAtMs, size: DEMO_SIZE, objects: [] }, objects: [] },
      event,
      picture: kind === 'd' ? new Uint8Array(3 * INPUT.width * INPUT.height) : undefined,
    };
  });
}

/** A detector that finds nothing, one picture at a time. */
function detector(onDetect: () => Promise<void> | void = () => undefined): ModelDetector {
  return {
    info: { classNames: SYNTH_CLASSES, input: { ...INPUT, fit: 'letterbox-top-left' } },
    hosts: 0,
    async detect() {
      await onDetect();
      return { detections: [] };
    },
  } as unknown as ModelDetector;
}

describe('the score of a demo', () => {
  const never = new Promise<never>(() => undefined);

  async function score(
    kinds: string,
    {
      deadline = new AbortController().signal,
      onDetect = (): Promise<void> | void => undefined,
      draw = (_: number): Promise<void> => Promise.resolve(),
    } = {},
  ): Promise<number | undefined> {
    const result = await scoreDemo({
      frames: frames(kinds),
      seed: 4,
      detector: detector(onDetect),
      forecaster: undefined,
      draw,
      onProgress: () => undefined,
      deadline,
    });
    return result?.pairing.frames;
  }

  it('covers all frames that were kept, and draws those that never were, the newest first', async () => {
    const drawn: number[] = [];
    const draw = async (seq: number): Promise<void> => void drawn.push(seq);
    assert.equal(await score('pdupu', { draw }), 5);
    assert.deepEqual(drawn, [104, 102]);
  });

  it('covers the frames after the last one that no detector saw before the deadline', async () => {
    const deadline = new AbortController();
    let detected = 0;
    const onDetect = (): void => {
      // The third picture comes too late.
      if (++detected === 3) deadline.abort();
    };
    assert.equal(await score('pdpdpdp', { deadline: deadline.signal, onDetect }), 5);
  });

  it('does not wait for a picture that is never drawn', async () => {
    const deadline = new AbortController();
    const draw = (): Promise<void> => {
      deadline.abort();
      return never;
    };
    assert.equal(await score('dpupp', { deadline: deadline.signal, draw }), 2);
  });

  it('is none where nothing can be scored in time', async () => {
    assert.equal(await score('ppu', { deadline: AbortSignal.abort() }), undefined);
    assert.equal(await score(''), undefined);
  });
});
