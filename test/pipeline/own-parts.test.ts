import assert from 'node:assert/strict';
import { EMPTY, Observable, of, throwError } from 'rxjs';
import type { Detector } from '../../src/core/detector.js';
import { ExtensionError, NowcastError, UsageError } from '../../src/core/errors.js';
import type { PipelineEvent, SourceEvent } from '../../src/core/events.js';
import type { Picture } from '../../src/core/picture.js';
import { createPipeline, type PipelineOptions } from '../../src/pipeline/create-pipeline.js';
import { Measurements } from '../../src/pipeline/measurements.js';
import { perceive } from '../../src/pipeline/operators/perceive.js';
import type { Decided, Policy } from '../../src/scheduling/policy.js';
import type { Tracker, TrackerFactory } from '../../src/track/tracker.js';
import { settled } from '../helpers/fake-detector.js';
import { FrameLedger, nameOf } from '../helpers/frames.js';

const INFO: Detector['info'] = { model: 'mine', input: { width: 32, height: 32 }, classNames: ['thing'] };
const { picture: PICTURE } = new FrameLedger().frame('a', 0);
const TIMES = { inferStartMs: 0, inferEndMs: 0, doneAtMs: 0 };

/** A custom detector, written without types. */
function detectorThat(detect: (picture: Picture) => unknown, over: object = {}): Detector {
  return {
    info: INFO,
    hosts: 1,
    detect,
    ready: () => Promise.resolve(),
    close: () => Promise.resolve(),
    ...over,
  } as Detector;
}
const blind = detectorThat(() => Promise.resolve({ detections: [], times: TIMES }));

function policyThat(decide: () => unknown): Policy {
  return { name: 'mine', initial: null, decide: () => decide() as Decided<unknown> };
}

function trackerThat(observe: () => unknown, forecast: () => unknown = () => []): TrackerFactory {
  return { name: 'mine', create: () => ({ observe, forecast, reset: () => undefined }) as unknown as Tracker };
}

/** Three frames of stream a, then nothing more. */
function threeFrames(ledger: FrameLedger, over: object = {}): Observable<SourceEvent> {
  return new Observable((subscriber) => {
    for (let seq = 0; seq < 3 && !subscriber.closed; seq++) subscriber.next(ledger.frame('a', seq, over));
  });
}

type Outcome = { readonly events: string[]; error: unknown; completed: boolean };

/**
 * Runs until everything is settled. Fails if an error escapes the subscriber, because such an error kills a process.
 */
async function outcomeOf(options: Partial<PipelineOptions>, ledger: FrameLedger): Promise<Outcome> {
  const outcome: Outcome = { events: [], error: undefined, completed: false };
  const uncaught: unknown[] = [];
  const catchIt = (error: unknown): void => {
    uncaught.push(error);
  };
  // Mocha's own listener would end the test before it reports the part with the escaped error.
  const others = (['uncaughtException', 'unhandledRejection'] as const).map(
    (event) => [event, process.listeners(event as 'uncaughtException')] as const,
  );
  for (const [event] of others) process.removeAllListeners(event).on(event, catchIt);
  try {
    createPipeline({
      sources: [threeFrames(ledger)],
      detector: blind,
      clock: { now: () => 100 },
      ...options,
    }).subscribe({
      next: (event: PipelineEvent) => outcome.events.push(nameOf(event)),
      error: (error: unknown) => {
        outcome.error = error;
      },
      complete: () => {
        outcome.completed = true;
      },
    });
    for (let i = 0; i < 5; i++) await settled();
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  } finally {
    for (const [event, listeners] of others) {
      process.removeAllListeners(event);
      for (const listener of listeners) process.on(event, listener);
    }
  }
  assert.deepEqual(uncaught, []);
  return outcome;
}

type Case = {
  readonly part: ExtensionError['part'];
  readonly message: RegExp;
  options(ledger: FrameLedger): Partial<PipelineOptions>;
  /** Frames whose release throws. */
  readonly stuck?: number;
};

const boom = (): never => {
  throw new Error('boom');
};
const answering =
  (answer: unknown): Case['options'] =>
  () => ({ detector: detectorThat(() => Promise.resolve(answer)) });
const deciding =
  (decided: unknown): Case['options'] =>
  () => ({ policy: policyThat(() => decided) });
const framesWith =
  (over: object): Case['options'] =>
  (ledger) => ({ sources: [threeFrames(ledger, over)] });
const found = (over: object): object => ({
  detections: [{ box: { x1: 0, y1: 0, x2: 1, y2: 1 }, score: 0.5, classId: 0, className: 'thing', ...over }],
  times: TIMES,
});

const CASES: Record<string, Case> = {
  'a policy that throws': {
    part: 'policy',
    message: /^policy "mine" threw: boom$/,
    options: () => ({ policy: policyThat(boom) }),
  },
  'a policy that throws no error': {
    part: 'policy',
    message: /^policy "mine" threw: "no"$/,
    options: () => ({
      policy: policyThat(() => {
        throw 'no' as unknown as Error;
      }),
    }),
  },
  'a policy that decides "maybe"': {
    part: 'policy',
    message: /^policy "mine" decided \{"decision":"maybe"\}; it must return/,
    options: deciding({ decision: 'maybe' }),
  },
  'a policy that returns nothing': {
    part: 'policy',
    message: /^policy "mine" decided undefined; it must return/,
    options: deciding(undefined),
  },
  'a policy whose reason is a number': {
    part: 'policy',
    message: /^policy "mine" dropped a frame with the reason 7; it must be a text/,
    options: deciding({ decision: 'drop', reason: 7 }),
  },

  'a detector that throws': {
    part: 'detector',
    message: /^detector "mine" threw: boom$/,
    options: () => ({ detector: detectorThat(boom) }),
  },
  'a detector that rejects': {
    part: 'detector',
    message: /^detector "mine" threw: boom$/,
    options: () => ({ detector: detectorThat(() => Promise.reject(new Error('boom'))) }),
  },
  'a detector that answers nothing': {
    part: 'detector',
    message: /^detector "mine" answered undefined; it must be \{ detections: an array, times \}$/,
    options: answering(undefined),
  },
  'a detector whose box has NaN': {
    part: 'detector',
    message:
      /answered detections\[0\] with box \{"x1":null,"y1":0,"x2":1,"y2":1\}; its x1, y1, x2 and y2 must be finite numbers$/,
    options: answering(found({ box: { x1: NaN, y1: 0, x2: 1, y2: 1 } })),
  },
  'a detector whose score is in percent': {
    part: 'detector',
    message: /with score 87; it must be a number from 0 to 1$/,
    options: answering(found({ score: 87 })),
  },
  'a detector whose class does not exist': {
    part: 'detector',
    message: /with classId 3; it must be an index into info.classNames, which has 1$/,
    options: answering(found({ classId: 3 })),
  },
  'a detector without times': {
    part: 'detector',
    message: /answered times.inferStartMs undefined; it must be milliseconds/,
    options: answering({ detections: [] }),
  },

  'a tracker that throws': {
    part: 'tracker',
    message: /^tracker "mine" threw: boom$/,
    options: () => ({ tracker: trackerThat(boom) }),
  },
  'a tracker that cannot be made': {
    part: 'tracker',
    message: /^tracker "mine" threw: boom$/,
    options: () => ({ tracker: { name: 'mine', create: boom } }),
  },
  'a tracker that returns nothing': {
    part: 'tracker',
    message: /^tracker "mine" observed 0 detections and returned undefined; it must return each of them/,
    options: () => ({ tracker: trackerThat(() => undefined) }),
  },
  'a forecast that is none': {
    part: 'tracker',
    message: /^tracker "mine" forecast 7; it must return an array of detections$/,
    options: () => ({
      tracker: trackerThat(
        () => [],
        () => 7,
      ),
      forecast: true,
    }),
  },

  'a source that throws while it is subscribed to': {
    part: 'source',
    message: /^source "sources\[0\]" threw: boom$/,
    options: () => ({ sources: [new Observable<SourceEvent>(boom)] }),
  },
  'a source that fails after a frame': {
    part: 'source',
    message: /^source "a" threw: camera burnt$/,
    options: (ledger) => ({
      sources: [
        new Observable<SourceEvent>((subscriber) => {
          subscriber.next(ledger.frame('a', 0));
          subscriber.error(new Error('camera burnt'));
        }),
      ],
    }),
  },
  'a generator that throws': {
    part: 'source',
    message: /^source "sources\[0\]" threw: boom$/,
    options: () => ({ sources: [throwingGenerator()] }),
  },
  'a source that emits null': {
    part: 'source',
    message: /^source "sources\[0\]" emitted null; it must be an event of type frame, drop, gap, status$/,
    options: () => ({ sources: [[null as unknown as SourceEvent]] }),
  },
  'a frame without release': {
    part: 'source',
    message: /^source "a" emitted a frame whose release is undefined; it must be a function/,
    options: framesWith({ release: undefined }),
    stuck: 1,
  },
  'a frame whose time is a text': {
    part: 'source',
    message: /^source "a" emitted a frame whose ptsMs is "12"; it must be a finite number/,
    options: framesWith({ ptsMs: '12' }),
  },
  'a frame whose picture is an array': {
    part: 'source',
    message: /whose picture\.image is \[1,2\]; it must be a Uint8Array$/,
    options: framesWith({ picture: { ...PICTURE, image: [1, 2] } }),
  },
  'a frame without a picture': {
    part: 'source',
    message: /whose picture\.size\.width is undefined; it must be a whole number/,
    options: framesWith({ picture: undefined }),
  },
  'a frame with a picture of no height': {
    part: 'source',
    message: /whose picture\.size\.height is 0; it must be a whole number of 1 or more$/,
    options: framesWith({ picture: { ...PICTURE, size: { width: 4, height: 0 } } }),
  },
  'a frame whose number was used before': {
    part: 'source',
    message: /^source "a" emitted frame 0 after frame 0; seq must ascend/,
    options: framesWith({ seq: 0 }),
  },
  'a frame that cannot be released': {
    part: 'source',
    message: /^source "a" threw: boom$/,
    options: framesWith({ release: boom }),
    stuck: 3,
  },
  'a frame that throws when it catches up': {
    part: 'source',
    message: /^source "a" threw: boom$/,
    options: framesWith({ catchUp: boom }),
  },
};

async function* throwingGenerator(): AsyncGenerator<SourceEvent> {
  await settled();
  boom();
  yield undefined as never;
}

describe('custom parts', () => {
  for (const [name, { part, message, options, stuck = 0 }] of Object.entries(CASES)) {
    it(`${name} is an error of the pipeline that names the ${part}, and every frame is released`, async () => {
      const ledger = new FrameLedger();
      const { error, completed } = await outcomeOf(options(ledger), ledger);
      assert.ok(error instanceof ExtensionError, `an ExtensionError, got ${String(error)}`);
      assert.match(error.message, message);
      assert.equal(error.part, part);
      assert.equal(error.code, 'NOWCAST_EXTENSION');
      assert.equal(completed, false);
      assert.equal(ledger.open.length, stuck, ledger.open.join());
      assert.ok([...ledger.releases.values()].every((count) => count <= 1));
    });
  }

  it('keep the cause with the error', async () => {
    const ledger = new FrameLedger();
    const { error } = await outcomeOf({ policy: policyThat(boom) }, ledger);
    assert.ok(error instanceof ExtensionError && error.cause instanceof Error);
    assert.equal(error.cause.message, 'boom');
  });

  it("pass Nowcast's errors unchanged", async () => {
    const ledger = new FrameLedger();
    const own = new NowcastError('MY_CODE', 'the licence has run out');
    const { error } = await outcomeOf({ detector: detectorThat(() => Promise.reject(own)) }, ledger);
    assert.equal(error, own);
  });

  it('report a frame that an invalid result lost', async () => {
    const ledger = new FrameLedger();
    const { events } = await outcomeOf({ detector: detectorThat(() => Promise.resolve(7)) }, ledger);
    assert.deepEqual(events, ['superseded a/1', 'detector-failed a/0', 'stopped a/2']);
  });

  it('end the pipeline with the error of a failed stop', async () => {
    const ledger = new FrameLedger();
    const reason = new Error('no');
    const { error } = await outcomeOf({ stop: throwError(() => reason) }, ledger);
    assert.equal(error, reason);
    assert.deepEqual(ledger.open, []);
  });

  it('are refused if two sources have one streamId, by name', async () => {
    const ledger = new FrameLedger();
    const second = new Observable<SourceEvent>((subscriber) => subscriber.next(ledger.frame('a', 9)));
    const { error } = await outcomeOf({ sources: [threeFrames(ledger), EMPTY, second] }, ledger);
    assert.ok(error instanceof UsageError);
    assert.equal(error.message, 'sources[0] and sources[2] both use the streamId "a"; give each source its own');
    assert.deepEqual(ledger.open, []);
  });

  it("give a drop's reason to the event and the counts", async () => {
    const ledger = new FrameLedger();
    const measurements = new Measurements();
    const reasons = ['at night', undefined, 'stride'];
    const { events } = await outcomeOf(
      { measurements, policy: policyThat(() => ({ decision: 'drop', memory: null, reason: reasons.shift() })) },
      ledger,
    );
    assert.deepEqual(events, ['policy:at night a/0', 'policy:mine a/1', 'stride a/2']);
    const { drops, inFlight } = measurements.total();
    assert.deepEqual(
      Object.entries(drops).filter(([, count]) => count > 0),
      [
        ['stride', 1],
        ['policy:at night', 1],
        ['policy:mine', 1],
      ],
    );
    assert.equal(inFlight, 0);
  });

  it('give ever new reasons, which are counted under one name after a while', () => {
    const measurements = new Measurements();
    const ledger = new FrameLedger();
    for (let seq = 0; seq < 1000; seq++) {
      const { release: _, ...frame } = ledger.frame('a', seq);
      measurements.received({ ...frame, release: () => undefined });
      measurements.emitted({ ...frame, type: 'drop', reason: `policy:age ${seq}`, atMs: 0 });
    }
    const { drops, inFlight } = measurements.total();
    assert.ok(Object.keys(drops).length <= 65, `${Object.keys(drops).length} reasons`);
    assert.ok(drops['policy:other'] > 900);
    assert.equal(inFlight, 0);
  });

  for (const [name, policy, message] of [
    ['none', { name: 'mine' }, /policy "mine": decide must be a function .* got undefined/],
    [
      'a nameless one',
      { decide: () => ({ decision: 'run', memory: null }) },
      /policy.name must be a text that is not empty, got undefined/,
    ],
  ] as const) {
    it(`are refused at once: a policy that is ${name}`, () => {
      const options = { sources: [], detector: blind, clock: { now: () => 0 }, policy: policy as unknown as Policy };
      assert.throws(
        () => createPipeline(options),
        (error: Error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }

  it('are refused at once: a tracker that is only a name', () => {
    const options = {
      sources: [],
      detector: blind,
      clock: { now: () => 0 },
      tracker: 'nowcast' as unknown as TrackerFactory,
    };
    assert.throws(() => createPipeline(options), {
      name: 'UsageError',
      message: 'tracker must be { name, create }, such as trackerByName(\'nowcast\'), got "nowcast"',
    });
  });

  it('are checked by perceive alone, too', () => {
    let error: unknown;
    of({ type: 'frame', streamId: 'door' } as SourceEvent)
      .pipe(perceive(blind, { clock: { now: () => 0 } }))
      .subscribe({
        error: (reason: unknown) => {
          error = reason;
        },
      });
    assert.ok(error instanceof ExtensionError);
    assert.match(error.message, /^source "door" emitted a frame whose seq is undefined/);
  });
});
