import assert from 'node:assert/strict';
import { defineDetector, type OwnDetector } from '../../src/app/define-detector.js';
import { UsageError } from '../../src/core/errors.js';
import { letterbox } from '../../src/core/fit.js';

const INPUT = { width: 32, height: 32 };
const SIZE = { width: 64, height: 48 };
const PICTURE = { size: SIZE, fit: letterbox(SIZE, INPUT), image: new Uint8Array(3 * 32 * 32) };
const BOX = { x1: 0, y1: 0, x2: 4, y2: 4 };
const OWN: OwnDetector = {
  name: 'mine',
  input: INPUT,
  classNames: ['car', 'bus'],
  detect: () => [{ box: BOX, score: 0.5, classId: 1 }],
};

describe('defineDetector', () => {
  it('names classes and stamps the run by its clock', async () => {
    let nowMs = 10;
    const detector = defineDetector({ ...OWN, clock: { now: () => nowMs++ } });
    assert.deepEqual(await detector.detect(PICTURE), {
      detections: [{ box: BOX, score: 0.5, classId: 1, className: 'bus' }],
      times: { inferStartMs: 10, inferEndMs: 11, doneAtMs: 12 },
    });
    assert.equal(detector.info.model, 'mine');
    assert.equal(detector.hosts, 1);
    await detector.ready();
  });

  it("closes the program's detector, also by `await using`", async () => {
    let closed = 0;
    const detector = defineDetector({
      ...OWN,
      close: () => {
        closed++;
      },
    });
    await detector.close();
    await detector[Symbol.asyncDispose]();
    assert.equal(closed, 2);
  });

  for (const [field, own] of Object.entries({
    name: { ...OWN, name: '' },
    input: { ...OWN, input: undefined },
    classNames: { ...OWN, classNames: 'car' },
    detect: { ...OWN, detect: undefined },
    hosts: { ...OWN, hosts: 0 },
  })) {
    it(`refuses an invalid ${field} and names it`, () => {
      assert.throws(
        () => defineDetector(own as unknown as OwnDetector),
        (error: Error) => error instanceof UsageError && error.message.startsWith(`defineDetector: ${field} must be `),
      );
    });
  }
});
