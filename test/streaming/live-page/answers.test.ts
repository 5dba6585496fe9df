import assert from 'node:assert/strict';

type Box = readonly [number, number, number, number];
type LabelledBox = { readonly box: Box; readonly class: string; readonly trackId?: number };
type Answer = {
  readonly seq: number;
  readonly ageMs: number;
  readonly uncertaintyMs: number;
  readonly objects: readonly { readonly observed?: LabelledBox; readonly forecast?: LabelledBox }[];
};
type WorldMotionModule = {
  WorldMotion: new () => { push(facts: object): void; since(seq: number): ReadonlyMap<number, number> };
};
/** The page's modules are compiled for browsers, separately from these tests. */
type AnswersModule = {
  Answers: new () => { push(percept: object): void; at(atMs: number): Answer | undefined };
  ageText(ageMs: number, uncertaintyMs: number): string;
  truthOf(object: LabelledBox, truth: readonly LabelledBox[]): LabelledBox | undefined;
};

const car = (left: number, trackId?: number): LabelledBox => ({
  box: [left, 0, left + 10, 10],
  class: 'car',
  ...(trackId === undefined ? {} : { trackId }),
});
const percept = (
  observedAt: number,
  emittedAt: number,
  observed: readonly LabelledBox[],
  forecast?: readonly LabelledBox[],
): object => ({
  seq: observedAt,
  times: { observedAt, emittedAt, validAt: forecast === undefined ? observedAt : emittedAt, uncertaintyMs: 6 },
  ...(forecast === undefined ? { detections: observed } : { detections: forecast, observed }),
});

describe("the page's answers", () => {
  let module: AnswersModule;
  before(async () => {
    module = (await import(
      new URL('../../../src/streaming/live-page/page/answers.js', import.meta.url).href
    )) as AnswersModule;
  });

  it('are those available at the moment, as streaming AP counts', () => {
    const answers = new module.Answers();
    assert.equal(answers.at(1000), undefined);
    answers.push(percept(0, 40, [car(0)]));
    answers.push(percept(33, 70, [car(5)]));
    assert.equal(answers.at(39), undefined);
    assert.deepEqual(answers.at(69), {
      seq: 0,
      ageMs: 69,
      uncertaintyMs: 6,
      objects: [{ observed: car(0), forecast: undefined }],
    });
    assert.deepEqual(answers.at(70), {
      seq: 33,
      ageMs: 37,
      uncertaintyMs: 6,
      objects: [{ observed: car(5), forecast: undefined }],
    });
  });

  it('show their age, and its uncertainty if that is not negligible', () => {
    assert.equal(module.ageText(41.2, 5.7), '41 ms ± 6');
    assert.equal(module.ageText(41.2, 0.4), '41 ms');
  });

  it('extend a forecast to the moment, at its own speed, for a limited time', () => {
    const answers = new module.Answers();
    answers.push(percept(0, 50, [car(100, 1), car(300, 2)], [car(110, 1), car(200, 3)]));
    const { objects } = answers.at(75)!;
    assert.deepEqual(
      objects.map(({ observed, forecast }) => [observed?.box[0], forecast?.box[0]]),
      [
        [100, 115],
        [undefined, 200],
        [300, undefined],
      ],
    );
    assert.equal(answers.at(10_000)!.objects[0].forecast!.box[0], 160);
  });

  it('pair a forecast without a track with the nearest observation without one', () => {
    const answers = new module.Answers();
    answers.push(percept(0, 50, [car(100), car(104, 7), car(300)], [car(302), car(103)]));
    assert.deepEqual(
      answers.at(50)!.objects.map(({ observed, forecast }) => [observed?.box[0], forecast?.box[0]]),
      [
        [300, 302],
        [100, 103],
        [104, undefined],
      ],
    );
  });

  it('are compared with the true object of their class that they cover best', () => {
    const truth = [car(0, 1), car(4, 2), { ...car(5, 3), class: 'bus' }];
    assert.equal(module.truthOf(car(5), truth)?.trackId, 2);
    assert.equal(module.truthOf(car(500), truth), undefined);
  });
});

describe("the page's motion of the world", () => {
  it('is the distance that each object with a constant shape has moved since the last picture shown by then', async () => {
    const { WorldMotion } = (await import(
      new URL('../../../src/streaming/live-page/page/world-motion.js', import.meta.url).href
    )) as WorldMotionModule;
    const motion = new WorldMotion();
    assert.equal(motion.since(0).size, 0);
    const covered: LabelledBox = { box: [0, 0, 5, 10], class: 'car', trackId: 2 };
    motion.push({ seq: 4, truth: [car(0, 1), car(0, 2), car(50, 3)] });
    motion.push({ seq: 6, truth: [car(3, 1), covered] });
    motion.push({ seq: 7, truth: [car(7, 1), covered, car(90, 9)] });
    assert.deepEqual([...motion.since(5)], [[1, 7]]);
    assert.deepEqual(
      [...motion.since(6)],
      [
        [1, 4],
        [2, 0],
      ],
    );
    assert.deepEqual([...motion.since(3)], []);
  });
});
