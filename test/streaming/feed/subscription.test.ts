import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Subscription } from '../../../src/streaming/feed/subscription.js';
import { CLASSES } from '../events.js';

const info = { streams: ['cam', 'door'], classes: CLASSES };
const detection = (classId: number, score: number) => ({
  box: [0, 0, 1, 1] as const,
  score,
  class: CLASSES[classId],
  classId,
});

describe('Subscription', () => {
  it('includes everything by default', () => {
    const subscription = new Subscription({}, info);
    assert.ok(subscription.wants('stats', undefined) && subscription.wants('drop', 'cam'));
    assert.equal(subscription.filter, undefined);
    assert.ok(subscription.takesTurn('cam', 0) && subscription.takesTurn('cam', 0));
  });

  it('includes only the named kinds and streams, and messages about the whole run', () => {
    const subscription = new Subscription({ kinds: ['percept', 'status'], streams: ['door'] }, info);
    assert.deepEqual(
      [
        subscription.wants('percept', 'door'),
        subscription.wants('percept', 'cam'),
        subscription.wants('drop', 'door'),
        subscription.wants('status', undefined),
      ],
      [true, false, false, true],
    );
  });

  it('keeps detections of its classes from its score upwards', () => {
    const { filter } = new Subscription({ minScore: 0.5, classes: ['car', 'person'] }, info);
    assert.deepEqual(
      [detection(0, 0.5), detection(2, 0.49), detection(1, 0.9), detection(2, 1)].map((d) => filter?.keeps(d)),
      [true, false, false, true],
    );
  });

  it('gives equal filters equal keys, for any order of the classes', () => {
    const key = (classes: string[]) => new Subscription({ classes }, info).filter?.key;
    assert.equal(key(['car', 'person']), key(['person', 'car', 'car']));
    assert.notEqual(key(['car']), key(['person']));
    assert.notEqual(key([]), new Subscription({ minScore: 0 }, info).filter?.key);
  });

  it('thins 30 percepts a second to 20, 12 or 10 on average, separately for each stream', () => {
    for (const maxFps of [20, 12, 10]) {
      const subscription = new Subscription({ maxFps }, info);
      const passed = (stream: string) =>
        Array.from({ length: 300 }, (_, i) => subscription.takesTurn(stream, (i * 1000) / 30)).filter(Boolean).length;
      for (const stream of ['cam', 'door'])
        assert.ok(Math.abs(passed(stream) - maxFps * 10) <= 1, `${maxFps} fps: ${passed(stream)}`);
    }
  });

  it('never exceeds maxFps over a run, and passes every percept of slower streams', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 1 }),
        fc.integer({ min: 1, max: 60 }),
        (gapsMs, maxFps) => {
          const subscription = new Subscription({ maxFps }, info);
          let atMs = 0;
          let passed = 0;
          for (const gapMs of gapsMs) {
            atMs += gapMs;
            if (subscription.takesTurn('cam', atMs)) passed++;
          }
          assert.ok(passed <= ((atMs - gapsMs[0]) * maxFps) / 1000 + 1 + 1e-6);
          if (gapsMs.every((gapMs) => gapMs >= 1000 / maxFps + 1e-6)) assert.equal(passed, gapsMs.length);
        },
      ),
    );
  });
});
