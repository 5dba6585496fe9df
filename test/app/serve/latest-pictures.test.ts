import assert from 'node:assert/strict';
import { CameraStates } from '../../../src/app/serve/camera-states.js';
import { LatestPictures } from '../../../src/app/serve/latest-pictures.js';
import { dropEventOf, perceptOf } from '../../streaming/events.js';

describe('the latest pictures', () => {
  const start = () => {
    const clock = { nowMs: 0, now: () => clock.nowMs, toUnixMs: (ms: number) => ms };
    const states = new CameraStates(['cam'], 0);
    const decoded: number[] = [];
    const pictures = new LatestPictures({
      states,
      clock,
      originals: {
        jpeg: ({ seq }) => {
          decoded.push(seq);
          return Promise.resolve({
            jpeg: Uint8Array.of(seq),
            width: 1,
            height: 1,
            box: { x1: 0, y1: 0, x2: 1, y2: 1 },
          });
        },
      },
    });
    return { clock, states, decoded, pictures };
  };

  it('are decoded once a second, whoever asks and however often', async () => {
    const { clock, states, decoded, pictures } = start();
    states.seen(perceptOf(1));
    const answers = await Promise.all([pictures.of('cam'), pictures.of('cam')]);
    states.seen(perceptOf(2));
    clock.nowMs = 999;
    assert.equal((await pictures.of('cam')).headers?.['nowcast-seq'], '1');
    assert.deepEqual(decoded, [1]);
    clock.nowMs = 1000;
    assert.equal((await pictures.of('cam')).headers?.['nowcast-seq'], '2');
    assert.deepEqual(decoded, [1, 2]);
    assert.ok(answers.every(({ status, body }) => status === 200 && body?.[0] === 1));
  });

  it('are those of the newest frames while detection is off', async () => {
    const { clock, states, decoded, pictures } = start();
    const ask = async (): Promise<string | undefined> => {
      clock.nowMs += 1000;
      const { headers } = await pictures.of('cam');
      return headers?.['nowcast-seq'];
    };
    states.seen(perceptOf(1));
    states.seen(dropEventOf(2));
    assert.equal(await ask(), '1');
    states.seen(dropEventOf(3, { reason: 'detect-off' }));
    assert.equal(await ask(), '3');
    states.seen(perceptOf(4));
    assert.equal(await ask(), '4');
    assert.deepEqual(decoded, [1, 3, 4]);
  });

  it('are unavailable before the first percept', async () => {
    assert.equal((await start().pictures.of('cam')).status, 503);
  });

  it('have at most four forms in that time, decoded once', async () => {
    const { decoded, states, pictures, clock } = start();
    states.seen(perceptOf(1));
    const statusOf = async (height: number): Promise<number> =>
      // No picture of one byte can be drawn on; the answer of a form that is refused comes without trying.
      pictures.of('cam', { hasBoxes: false, height }).then(
        ({ status }) => status,
        () => 200,
      );
    assert.deepEqual(await Promise.all([100, 101, 102, 103, 104, 100].map(statusOf)), [200, 200, 200, 200, 503, 200]);
    assert.deepEqual(decoded, [1]);
    clock.nowMs = 1000;
    assert.equal(await statusOf(104), 200);
  });
});
