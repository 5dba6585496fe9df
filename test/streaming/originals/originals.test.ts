import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import sharp from 'sharp';
import type { FoundOriginal, Original } from '../../../src/streaming/originals/answer.js';
import type { RgbPicture } from '../../../src/streaming/pictures/rgb-picture.js';
import { noOriginal } from '../../../src/streaming/originals/answer.js';
import { createOriginals } from '../../../src/streaming/originals/originals.js';

const WIDTH = 64;
const HEIGHT = 48;
const REF = { streamId: 'cam', seq: 0, ptsMs: 0 };

/** Left half black, right half white. */
function halves(): RgbPicture {
  const pixels = new Uint8Array(3 * WIDTH * HEIGHT);
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.floor(i / 3) % WIDTH < WIDTH / 2 ? 0 : 255;
  return { width: WIDTH, height: HEIGHT, pixels };
}
const finding = (found: FoundOriginal): { find: () => FoundOriginal } => ({ find: () => found });
const HALVES = finding({ decode: () => Promise.resolve(halves()) });

/** A decoder that ends with its signal, and by itself when the test says so. */
class GatedDecoder {
  running = 0;
  end = (): void => undefined;
  readonly finder = finding({
    decode: async (signal) => {
      this.running += 1;
      await new Promise<void>((resolve) => {
        this.end = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      this.running -= 1;
      signal.throwIfAborted();
      return halves();
    },
  });
}

describe('originals', () => {
  it('are JPEGs of the whole picture, or of each pixel that a box touches', async () => {
    const originals = createOriginals();
    originals.add('cam', HALVES);
    const whole = (await originals.jpeg(REF)) as Original;
    assert.deepEqual([whole.width, whole.height, whole.box], [64, 48, { x1: 0, y1: 0, x2: 64, y2: 48 }]);
    const part = (await originals.jpeg(REF, { box: { x1: 33.5, y1: -5, x2: 70, y2: 10.2 } })) as Original;
    assert.deepEqual(part.box, { x1: 33, y1: 0, x2: 64, y2: 11 });
    const { data, info } = await sharp(part.jpeg).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height, part.width, part.height], [31, 11, 31, 11]);
    assert.ok(data.every((value) => value > 250));
  });

  it('follow the requested quality', async () => {
    const originals = createOriginals();
    originals.add('cam', HALVES);
    const [low, high] = (await Promise.all([5, 100].map((quality) => originals.jpeg(REF, { quality })))) as Original[];
    assert.ok(low.jpeg.length < high.jpeg.length);
  });

  it('are scaled down to a greatest height, and never up', async () => {
    const originals = createOriginals();
    originals.add('cam', HALVES);
    const box = { x1: 0, y1: 0, x2: 40, y2: 30 };
    for (const [request, size] of [
      [{ maxHeight: 24 }, [32, 24]],
      [{ maxHeight: 15, box }, [20, 15]],
      [{ maxHeight: 100 }, [64, 48]],
    ] as const) {
      const { jpeg, width, height } = (await originals.jpeg(REF, request)) as Original;
      const { width: found, height: high } = await sharp(jpeg).metadata();
      assert.deepEqual([width, height, found, high], [...size, ...size]);
    }
    await assert.rejects(originals.jpeg(REF, { maxHeight: 0 }), /maxHeight must be a whole number/);
  });

  it('return a JPEG of the source unchanged, unless a part or a quality is requested', async () => {
    const originals = createOriginals();
    const file = await sharp(halves().pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    originals.add('cam', finding({ file: () => file, decode: () => Promise.resolve(halves()) }));
    const whole = (await originals.jpeg(REF)) as Original;
    assert.equal(whole.jpeg, file);
    assert.deepEqual([whole.width, whole.height], [HEIGHT, WIDTH]);
    assert.notEqual(((await originals.jpeg(REF, { quality: 50 })) as Original).jpeg, file);
  });

  it('have a reason where there is no picture', async () => {
    const originals = createOriginals({ timeoutMs: 1 });
    const reasonOf = async (box?: { x1: number; y1: number; x2: number; y2: number }): Promise<string> => {
      const answer = await originals.jpeg(REF, box && { box });
      assert.ok(answer.jpeg === undefined && answer.message.length > 10);
      return answer.reason;
    };
    assert.equal(await reasonOf(), 'not-kept');
    originals.add('cam', { find: () => noOriginal('too-old', 'it is too old') });
    assert.equal(await reasonOf(), 'too-old');
    originals.add('cam', finding({ decode: () => Promise.reject(new Error('it is no picture')) }));
    assert.equal(await reasonOf(), 'undecodable');
    originals.add('cam', HALVES);
    assert.equal(await reasonOf({ x1: 64, y1: 0, x2: 80, y2: 9 }), 'outside');
    originals.add('cam', new GatedDecoder().finder);
    assert.equal(await reasonOf(), 'too-slow');
    await originals.close();
    assert.equal(await reasonOf(), 'ended');
  });

  it('refuse requests beyond the limit', async () => {
    const originals = createOriginals({ atOnce: 1, maxWaiting: 1 });
    const decoder = new GatedDecoder();
    originals.add('cam', decoder.finder);
    originals.add('other', HALVES);
    const first = originals.jpeg(REF);
    const second = originals.jpeg({ ...REF, streamId: 'other' });
    const third = await originals.jpeg(REF);
    assert.ok(third.jpeg === undefined && third.reason === 'busy');
    await setImmediate();
    decoder.end();
    assert.deepEqual(
      (await Promise.all([first, second])).map(({ jpeg }) => jpeg !== undefined),
      [true, true],
    );
  });

  it('find the picture at the request, not at its turn', async () => {
    const originals = createOriginals({ atOnce: 1 });
    const decoder = new GatedDecoder();
    let finds = 0;
    originals.add('slow', decoder.finder);
    originals.add('cam', {
      find: () => {
        finds += 1;
        return { decode: () => Promise.resolve(halves()) };
      },
    });
    const slow = originals.jpeg({ ...REF, streamId: 'slow' });
    const waiting = originals.jpeg(REF);
    assert.equal(finds, 1);
    await setImmediate();
    decoder.end();
    await Promise.all([slow, waiting]);
    assert.equal(finds, 1);
  });

  it('reject with the reason of an aborted signal, after the decoder has ended', async () => {
    const originals = createOriginals();
    const decoder = new GatedDecoder();
    originals.add('cam', decoder.finder);
    const abort = new AbortController();
    const request = originals.jpeg(REF, { signal: abort.signal });
    await setImmediate();
    assert.equal(decoder.running, 1);
    abort.abort(new Error('nobody looks'));
    await assert.rejects(request, /nobody looks/);
    assert.equal(decoder.running, 0);
    await assert.rejects(originals.jpeg(REF, { signal: abort.signal }), /nobody looks/);
  });

  it('leave no listener in a signal that outlives their requests', async () => {
    const originals = createOriginals();
    const decoder = new GatedDecoder();
    originals.add('cam', decoder.finder);
    const { signal } = new AbortController();
    const request = originals.jpeg(REF, { signal });
    await setImmediate();
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    decoder.end();
    await request;
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('end with their stream, and all with close', async () => {
    const originals = createOriginals();
    const [one, two] = [new GatedDecoder(), new GatedDecoder()];
    const remove = originals.add('cam', one.finder);
    originals.add('two', two.finder);
    const requests = [REF, REF, { ...REF, streamId: 'two' }].map((ref) => originals.jpeg(ref));
    await setImmediate();
    remove();
    for (const answer of await Promise.all(requests.slice(0, 2)))
      assert.ok(answer.jpeg === undefined && answer.reason === 'ended');
    assert.deepEqual([one.running, two.running], [0, 1]);
    await originals.close();
    assert.equal(two.running, 0);
    const last = await requests[2];
    assert.ok(last.jpeg === undefined && last.reason === 'ended');
  });

  it('let a later stream replace an earlier one of its name', async () => {
    const originals = createOriginals();
    const removeFirst = originals.add('cam', { find: () => noOriginal('unknown', 'the first stream') });
    originals.add('cam', HALVES);
    removeFirst();
    assert.ok((await originals.jpeg(REF)).jpeg !== undefined);
  });

  it('give each stream its limits', () => {
    const originals = createOriginals({
      keepMs: 5_000,
      limitsOf: (streamId) => (streamId === 'gate' ? { keepMs: 60_000 } : {}),
    });
    assert.deepEqual(originals.limitsOf('gate'), { keepMs: 60_000, maxBytes: 33_554_432 });
    assert.deepEqual(originals.limitsOf('yard'), { keepMs: 5_000, maxBytes: 33_554_432 });
  });

  it('name a wrong value', async () => {
    assert.throws(
      () => createOriginals({ atOnce: 0 }),
      /atOnce of originals must be a whole number of 1 or more, got 0/,
    );
    assert.throws(
      () => createOriginals({ limitsOf: () => ({ maxBytes: NaN }) }).limitsOf('cam'),
      /maxBytes of originals of "cam" must be a number above 0, got NaN/,
    );
    const originals = createOriginals();
    originals.add('cam', HALVES);
    await assert.rejects(originals.jpeg(REF, { quality: 0 }), /quality must be a whole number from 1 to 100, got 0/);
    await assert.rejects(
      originals.jpeg(REF, { box: { x1: 0, y1: 0, x2: NaN, y2: 3 } }),
      /x2 of the box must be a number, got NaN/,
    );
    await assert.rejects(originals.jpeg({ ...REF, ptsMs: undefined as never }), /ptsMs of the picture must be/);
  });
});
