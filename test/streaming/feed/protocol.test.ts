import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { DROP_REASONS, type PipelineEvent } from '../../../src/core/events.js';
import { feedError, readClientMessage } from '../../../src/streaming/feed/client-message.js';
import { feedJsonSchema } from '../../../src/streaming/feed/protocol.js';
import {
  helloMessage,
  keyOfMessage,
  statsMessage,
  toFeedMessage,
} from '../../../src/streaming/feed/server-messages.js';
import { percepts, play, standing } from '../../scene/scene-percepts.js';
import { CLASSES, detectionOf, dropEventOf, perceptOf } from '../events.js';

const wallClock = { toUnixMs: (ms: number) => 1_700_000_000_000 + ms };
const info = { streams: ['cam', 'door'], classes: CLASSES };

describe('feed protocol', () => {
  const validate = new Ajv2020({ allErrors: true }).compile(feedJsonSchema('refused'));
  const validateAsClient = new Ajv2020({ allErrors: true }).compile(feedJsonSchema());
  const assertValid = (message: unknown): void => {
    assert.ok(validate(message), JSON.stringify(validate.errors));
    assert.ok(validateAsClient(message), JSON.stringify(validateAsClient.errors));
  };

  const forecast = {
    forecaster: 'kalman',
    validAtMs: 340,
    detections: [{ ...detectionOf(0, 0.8, [12.00049, 20, 112, 220]), trackId: 7 }],
  };
  const events: Record<string, PipelineEvent> = {
    percept: perceptOf(3),
    'percept with a forecast': perceptOf(3, { forecast, overBudget: true }),
    'percept that saw nothing': perceptOf(3, { detections: [] }),
    gap: { type: 'gap', streamId: 'cam', fromMs: 1, toMs: 2000.5, why: 'connection lost' },
    'status of a stream': { type: 'status', streamId: 'cam', atMs: 5, state: 'reconnecting', message: 'in 1 s' },
    'status of the run': { type: 'status', atMs: 5, state: 'detector-lost' },
    ...Object.fromEntries(DROP_REASONS.map((reason) => [`drop as ${reason}`, dropEventOf(4, { reason })])),
    "drop of a policy of one's own": dropEventOf(4, { reason: 'policy:at night' }),
  };
  for (const [name, event] of Object.entries(events)) {
    it(`gives a ${name} the form of the schema`, () =>
      assertValid(JSON.parse(JSON.stringify(toFeedMessage(event, wallClock)))));
  }

  it('gives objects, crossings and counts the form of the schema', () => {
    const path = [0.3, 0.4, 0.6, 0.7].map((x) => standing(x, 0.8));
    const { events: found } = play(
      {
        lines: {
          middle: {
            points: [
              [0.5, 1],
              [0.5, 0],
            ],
          },
        },
      },
      percepts(path),
    );
    for (const event of found) assertValid(JSON.parse(JSON.stringify(toFeedMessage(event, wallClock))));
    assert.deepEqual([...new Set(found.map(({ type }) => type))].sort(), ['count', 'crossing', 'object']);
  });

  it('keeps the newest message of each object, and of each line and direction, for a slow client', () => {
    const path = [0.3, 0.7, 0.3].map((x) => standing(x, 0.8));
    const { events: found } = play(
      {
        lines: {
          middle: {
            points: [
              [0.5, 1],
              [0.5, 0],
            ],
          },
        },
      },
      percepts(path),
    );
    const keys = new Set(found.map((event) => keyOfMessage(toFeedMessage(event, wallClock))));
    assert.deepEqual([...keys].sort(), [
      'count gate',
      'crossing gate middle in',
      'crossing gate middle out',
      'object gate gate-0-1',
    ]);
  });

  it('gives hello, stats and error the form of the schema', () => {
    assertValid(helloMessage(info));
    assertValid(feedError('binary', 'no'));
    assertValid(
      statsMessage(
        {
          atMs: 1,
          streams: [
            {
              stream: 'cam',
              received: 6,
              percepts: 2,
              drops: { late: 1, superseded: 1, 'policy:at night': 1 },
              inFlight: 1,
              latencyMs: { p50: 40, p90: 60, p99: 80 },
            },
            { stream: 'door', received: 0, percepts: 0, drops: {}, inFlight: 0 },
          ],
        },
        wallClock,
      ),
    );
  });

  const percept = toFeedMessage(perceptOf(1), wallClock);
  const drop = toFeedMessage(dropEventOf(2), wallClock);
  assert.ok(percept.type === 'percept' && drop.type === 'drop');
  const stats = statsMessage(
    { atMs: 1, streams: [{ stream: 'cam', received: 5, percepts: 4, drops: {}, inFlight: 0 }] },
    wallClock,
  );
  for (const [what, message] of Object.entries({
    'a key of hello': { ...helloMessage(info), extra: 1 },
    'a time of a percept': { ...percept, times: { ...percept.times, shutterMs: 8 } },
    'a capture clock': { ...percept, times: { ...percept.times, captureClock: 'satellite' } },
    'a key of a detection': {
      ...percept,
      detections: [{ box: [1, 2, 3, 4], score: 1, class: 'car', classId: 2, mask: [] }],
    },
    'a reason of a drop': { ...drop, reason: 'asleep' },
    'a state': { type: 'status', state: 'paused', at: 1 },
    'a reason in stats': {
      ...stats,
      streams: [{ stream: 'cam', received: 5, percepts: 4, drops: { bored: 1 }, inFlight: 0 }],
    },
    'a code of an error': { ...feedError('binary', 'no'), code: 'too-big' },
  })) {
    it(`lets a client pass ${what} that a later release may send, and sends none itself`, () => {
      assert.ok(validateAsClient(message), JSON.stringify(validateAsClient.errors));
      assert.equal(validate(message), false);
    });
  }

  for (const [what, message] of Object.entries({
    'boxes of three numbers': { ...percept, detections: [{ box: [1, 2, 3], score: 1, class: 'car', classId: 2 }] },
    'a percept without its uncertainty': { ...percept, times: { ...percept.times, uncertaintyMs: undefined } },
    'an uncertainty below zero': { ...drop, uncertaintyMs: -1 },
    'a reason that is no text': { ...drop, reason: 7 },
    'unknown keys in a subscription': { type: 'subscribe', minScores: 1 },
    'unknown kinds in a subscription': { type: 'subscribe', kinds: ['frames'] },
  })) {
    it(`has a client refuse ${what}`, () => assert.equal(validateAsClient(JSON.parse(JSON.stringify(message))), false));
  }

  it('matches docs/feed.schema.json (to refresh it, run the command in docs/feed-protocol.md)', () => {
    assert.deepEqual(
      JSON.parse(readFileSync('docs/feed.schema.json', 'utf8')),
      JSON.parse(JSON.stringify(feedJsonSchema())),
    );
  });

  it('uses Unix times, and dates an observation to its capture', () => {
    const message = toFeedMessage(perceptOf(3), wallClock);
    assert.ok(message.type === 'percept');
    assert.deepEqual(message.times, {
      capturedAt: 1_700_000_000_300,
      emittedAt: 1_700_000_000_340,
      observedAt: 1_700_000_000_300,
      validAt: 1_700_000_000_300,
      latencyMs: 40,
      captureClock: 'sender',
      uncertaintyMs: 4.5,
    });
    assert.deepEqual(message.detections[0], { box: [10, 20, 110.5, 220.25], score: 0.9, class: 'person', classId: 0 });
    assert.equal('observed' in message, false);
  });

  it("gives the uncertainty of a drop's time of capture, too", () => {
    const message = toFeedMessage(
      dropEventOf(4, { reason: 'behind', captureClock: 'arrival', uncertaintyMs: 12.34567 }),
      wallClock,
    );
    assert.deepEqual(message, {
      type: 'drop',
      stream: 'cam',
      seq: 4,
      epoch: 0,
      reason: 'behind',
      capturedAt: 1_700_000_000_400,
      captureClock: 'arrival',
      uncertaintyMs: 12.346,
      at: 1_700_000_000_450,
    });
  });

  it('names the file of a picture', () => {
    for (const event of [perceptOf(3, { file: 'a/b.jpg' }), dropEventOf(4, { file: 'a/b.jpg' })]) {
      const message = toFeedMessage(event, wallClock);
      assertValid(message);
      assert.equal((message as { file?: string }).file, 'a/b.jpg');
    }
  });

  it('carries a forecast as detections, and the observation beside it', () => {
    const message = toFeedMessage(perceptOf(3, { forecast }), wallClock);
    assert.ok(message.type === 'percept');
    assert.equal(message.times.validAt, 1_700_000_000_340);
    assert.equal(message.times.observedAt, 1_700_000_000_300);
    assert.deepEqual(message.detections, [
      { box: [12, 20, 112, 220], score: 0.8, class: 'person', classId: 0, trackId: 7 },
    ]);
    assert.equal(message.observed?.length, 2);
    assert.equal(message.forecaster, 'kalman');
  });

  it('reads a subscription', () => {
    const message = {
      type: 'subscribe',
      streams: ['door'],
      kinds: ['percept', 'gap'],
      minScore: 0.5,
      classes: ['car'],
      maxFps: 10,
    };
    assertValid(message);
    assert.deepEqual(readClientMessage(JSON.stringify(message), info), message);
  });

  for (const [text, code, says] of [
    ['{"type":', 'bad-json', /JSON object/],
    ['[]', 'bad-message', /expected object/],
    ['null', 'bad-message', /expected object/],
    ['{"type":"publish"}', 'bad-message', /type.*"subscribe"/],
    ['{"type":"subscribe","minScores":1}', 'bad-message', /minScores/],
    ['{"type":"subscribe","minScore":1.5}', 'bad-message', /minScore/],
    ['{"type":"subscribe","maxFps":0}', 'bad-message', /maxFps/],
    ['{"type":"subscribe","kinds":["frames"]}', 'bad-message', /kinds.*"percept"/],
    ['{"type":"subscribe","streams":["attic"]}', 'bad-message', /"attic" is not among the streams of "hello"/],
    ['{"type":"subscribe","classes":["unicorn"]}', 'bad-message', /"unicorn" is not among the classes/],
  ] as const) {
    it(`answers ${text} with ${code}`, () => {
      const answer = readClientMessage(text, info);
      assert.ok(answer.type === 'error');
      assert.equal(answer.code, code);
      assert.match(answer.message, says);
      assertValid(answer);
    });
  }
});
