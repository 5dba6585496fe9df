import assert from 'node:assert/strict';

type LabelledBox = {
  readonly box: readonly [number, number, number, number];
  readonly class: string;
  readonly trackId?: number;
};
type PictureBoxes = { readonly boxes: readonly LabelledBox[]; readonly seq: number | undefined };
/** The page's modules are compiled for browsers, separately from these tests. */
type Module = {
  Percepts: new (keptMs: number) => {
    push(percept: object): void;
    boxesOf(ptsMs: number): PictureBoxes | undefined;
    capturedAt(ptsMs: number): number | undefined;
  };
};

const car = (left: number, trackId = 1): LabelledBox => ({ box: [left, 0, left + 10, 10], class: 'car', trackId });
const percept = (seq: number, observed: readonly LabelledBox[], forecast?: readonly LabelledBox[]): object => ({
  seq,
  ptsMs: 100 * seq,
  size: { width: 640, height: 360 },
  times: {
    capturedAt: 5000 + 100 * seq,
    observedAt: 5000 + 100 * seq,
    validAt: 5000 + 100 * seq + (forecast === undefined ? 0 : 50),
  },
  ...(forecast === undefined ? { detections: observed } : { detections: forecast, observed }),
});

describe('the boxes of a picture', () => {
  let percepts: InstanceType<Module['Percepts']>;
  beforeEach(async () => {
    const { Percepts } = (await import(
      new URL('../../../../src/streaming/live-page/page/service/percepts.js', import.meta.url).href
    )) as Module;
    percepts = new Percepts(3000);
  });

  it('are those of its own percept, where there is one', () => {
    percepts.push(percept(1, [car(0)], [car(5)]));
    percepts.push(percept(2, [car(10)]));
    assert.deepEqual(percepts.boxesOf(100)?.boxes, [car(0)]);
    assert.deepEqual(percepts.boxesOf(200.001)?.boxes, [car(10)]);
    assert.deepEqual([percepts.boxesOf(100)?.seq, percepts.boxesOf(150)?.seq], [1, undefined]);
  });

  it('lie between those of the percepts before and after it', () => {
    percepts.push(percept(1, [car(0), car(100, 2)]));
    percepts.push(percept(2, [car(10), car(300, 3)]));
    assert.deepEqual(percepts.boxesOf(120)?.boxes, [car(2), car(100, 2)]);
    assert.deepEqual(percepts.boxesOf(160)?.boxes, [car(6), car(300, 3)]);
  });

  it('are forecast behind the newest percept, for a while', () => {
    percepts.push(percept(1, [car(0)], [car(5)]));
    assert.deepEqual(percepts.boxesOf(180)?.boxes, [car(8)]);
    assert.equal(percepts.boxesOf(1700), undefined);
  });

  it('are unknown before the first percept', () => {
    assert.equal(percepts.boxesOf(0), undefined);
    percepts.push(percept(1, [car(0)]));
    assert.equal(percepts.boxesOf(50), undefined);
  });

  it('are forgotten after their time, and when the service counts anew', () => {
    for (const seq of [1, 20, 40]) percepts.push(percept(seq, [car(seq)]));
    assert.equal(percepts.boxesOf(100), undefined);
    percepts.push(percept(0, [car(7)]));
    assert.deepEqual(percepts.boxesOf(0)?.boxes, [car(7)]);
    assert.equal(percepts.boxesOf(4000), undefined);
  });

  it('belong to the capture that the percepts state', () => {
    assert.equal(percepts.capturedAt(0), undefined);
    percepts.push(percept(1, []));
    assert.deepEqual([percepts.capturedAt(140), percepts.capturedAt(60)], [5140, 5060]);
  });
});
