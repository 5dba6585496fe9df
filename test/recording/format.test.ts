import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PipelineEvent } from '../../src/core/events.js';
import { DROP_REASONS, policyDropReason, STATUS_STATES } from '../../src/core/events.js';
import { CAPTURE_CLOCKS } from '../../src/core/frame.js';
import { decodeEvent, decodeHeader } from '../../src/recording/decode.js';
import { encodeEvent, encodeHeader } from '../../src/recording/encode.js';
import { UNRECORDED_TRUST } from '../../src/recording/format.js';
import { recordingHeader } from '../../src/recording/header.js';
import { CLASSES, dropEventOf, HEADER, perceptOf } from '../streaming/events.js';

const us = fc.integer({ min: 0, max: 2 ** 45 }).map((value) => value / 1000);
const pixels = fc.integer({ min: -1_000_000, max: 4_000_000 }).map((value) => value / 1000);
const detection = fc
  .record({
    box: fc.record({ x1: pixels, y1: pixels, x2: pixels, y2: pixels }),
    score: fc.integer({ min: 0, max: 1_000_000 }).map((value) => value / 1e6),
    classId: fc.constantFrom(0, 2),
    trackId: fc.option(fc.nat(), { nil: undefined }),
  })
  .map(({ box, score, classId, trackId }) => ({
    box,
    score,
    classId,
    className: CLASSES[classId],
    ...(trackId === undefined ? {} : { trackId }),
  }));
const forecast = fc.record({ forecaster: fc.string(), validAtMs: us, detections: fc.array(detection) });
const identity = {
  streamId: fc.string(),
  seq: fc.nat(),
  epoch: fc.nat(),
  ptsMs: us,
  captureClock: fc.constantFrom(...CAPTURE_CLOCKS),
  uncertaintyMs: us,
};
const event: fc.Arbitrary<PipelineEvent> = fc.oneof(
  fc
    .record({
      type: fc.constant('percept' as const),
      ...identity,
      width: fc.nat(),
      height: fc.nat(),
      times: fc.record({
        capturedAtMs: us,
        readyAtMs: us,
        startedAtMs: us,
        inferStartMs: us,
        inferEndMs: us,
        doneAtMs: us,
        emittedAtMs: us,
      }),
      detections: fc.array(detection),
      overBudget: fc.boolean(),
      forecast: fc.option(forecast, { nil: undefined }),
    })
    .map(({ forecast: carried, ...percept }) => ({
      ...percept,
      ...(carried === undefined ? {} : { forecast: carried }),
    })),
  fc.record({
    type: fc.constant('drop' as const),
    ...identity,
    capturedAtMs: us,
    reason: fc.oneof(fc.constantFrom(...DROP_REASONS), fc.string({ minLength: 1 }).map(policyDropReason)),
    atMs: us,
  }),
  fc.record({ type: fc.constant('gap' as const), streamId: fc.string(), fromMs: us, toMs: us, why: fc.string() }),
  fc.record({
    type: fc.constant('status' as const),
    atMs: us,
    state: fc.constantFrom(...STATUS_STATES),
    message: fc.string(),
  }),
);

describe('recording', () => {
  it('returns every event, with times to the microsecond', () => {
    fc.assert(
      fc.property(event, (original) => {
        const line = encodeEvent(original);
        assert.ok(!line.includes('\n'));
        assert.deepEqual(decodeEvent(line, 2, CLASSES), structuredClone(original));
      }),
    );
  });

  it('keeps times to the microsecond', () => {
    const drop: PipelineEvent = {
      type: 'drop',
      streamId: 'a',
      seq: 0,
      epoch: 0,
      ptsMs: 33.33333,
      capturedAtMs: 1.23456,
      captureClock: 'wall',
      uncertaintyMs: 4.00061,
      reason: 'late',
      atMs: 2.00049,
    };
    assert.deepEqual(decodeEvent(encodeEvent(drop), 2, CLASSES), {
      ...drop,
      ptsMs: 33.333,
      capturedAtMs: 1.235,
      uncertaintyMs: 4.001,
      atMs: 2,
    });
  });

  it('reads its header and refuses another', () => {
    const header = recordingHeader({
      unixUsAtZero: 5,
      classes: CLASSES,
      streams: ['a'],
      config: {},
      host: HEADER.host,
    });
    assert.deepEqual(decodeHeader(encodeHeader(header)), header);
    assert.throws(() => decodeHeader('{"images": []}'), { code: 'NOWCAST_DATA', message: /not a Nowcast recording/ });
    assert.throws(() => decodeHeader('junk'), { code: 'NOWCAST_DATA', message: /line 1 is not JSON/ });
  });

  it('reads captures without an uncertainty as uncertain to five seconds', () => {
    for (const event of [perceptOf(3), dropEventOf(4)]) {
      const {
        captureClock: _clock,
        uncertaintyUs: _us,
        ...old
      } = JSON.parse(encodeEvent(event)) as Record<string, unknown>;
      assert.deepEqual(decodeEvent(JSON.stringify(old), 2, CLASSES), { ...event, ...UNRECORDED_TRUST });
    }
    assert.deepEqual(UNRECORDED_TRUST, { captureClock: 'arrival', uncertaintyMs: 5000 });
  });

  const drop = { type: 'drop', stream: 'a', seq: 0, epoch: 0, ptsUs: 0, capturedUs: 0, reason: 'late', atUs: 0 };
  for (const [what, line, message] of [
    ['an unknown type', { type: 'other' }, /line 7: "type" must be percept, drop, gap or status, got "other"/],
    ['a missing time', { ...drop, atUs: undefined }, /line 7: "atUs" must be an integer/],
    ['a fractional time', { ...drop, atUs: 0.5 }, /line 7: "atUs" must be an integer, got 0.5/],
    [
      'an unknown capture clock',
      { ...drop, captureClock: 'sundial', uncertaintyUs: 0 },
      /line 7: "captureClock" must be one of sender, arrival, wall, got "sundial"/,
    ],
    [
      'an uncertainty without its clock',
      { ...drop, uncertaintyUs: 4000 },
      /line 7: "captureClock" must be one of sender, arrival, wall, got undefined/,
    ],
    [
      'a clock without its uncertainty',
      { ...drop, captureClock: 'sender' },
      /line 7: "uncertaintyUs" must be an integer of 0 or more, got undefined/,
    ],
    [
      'an uncertainty below zero',
      { ...drop, captureClock: 'sender', uncertaintyUs: -1 },
      /line 7: "uncertaintyUs" must be an integer of 0 or more, got -1/,
    ],
    [
      'an uncertainty of half a microsecond',
      { ...drop, captureClock: 'sender', uncertaintyUs: 0.5 },
      /line 7: "uncertaintyUs" must be an integer of 0 or more, got 0.5/,
    ],
    ['an unknown reason', { ...drop, reason: 'bored' }, /line 7: "reason" must be one of superseded, late/],
    [
      'a class that the header does not name',
      {
        type: 'percept',
        stream: 'a',
        seq: 0,
        epoch: 0,
        ptsUs: 0,
        width: 1,
        height: 1,
        capturedUs: 0,
        readyUs: 0,
        startedUs: 0,
        inferStartUs: 0,
        inferEndUs: 0,
        doneUs: 0,
        emittedUs: 0,
        detections: [{ box: [0, 0, 1, 1], score: 0.5, classId: 3 }],
      },
      /line 7: "detections" must be an array of .* classId below 3/,
    ],
  ] as const) {
    it(`names the line and the key of ${what}`, () => {
      assert.throws(() => decodeEvent(JSON.stringify(line), 7, CLASSES), { code: 'NOWCAST_DATA', message });
    });
  }
});
