import assert from 'node:assert/strict';
import { livenessWatch } from '../../../../../src/streaming/sources/camera/connection/liveness.js';

const watch = (): ReturnType<typeof livenessWatch> =>
  livenessWatch(0, { timeoutMs: 5_000, firstPictureTimeoutMs: 20_000 });

describe('liveness', () => {
  it('waits for the first picture for as long as a key picture may take', () => {
    const { alive, at } = watch();
    for (let ms = 0; ms < 19_900; ms += 500) alive(ms);
    assert.deepEqual([at(19_000).state, at(19_000).giveUp], ['waiting', false]);
    assert.deepEqual([at(20_000).state, at(20_000).giveUp], ['frozen', true]);
    assert.match(at(20_000).reason, /no picture for 20\.0 s/);
  });

  it('gives up on a silent camera after the timeout', () => {
    const { picture, at } = watch();
    for (let ms = 0; ms <= 1_000; ms += 40) picture(ms, ms);
    assert.equal(at(5_900).giveUp, false);
    assert.deepEqual([at(6_000).state, at(6_000).giveUp], ['silent', true]);
  });

  it('distinguishes a frozen camera from a silent one, and reports whether its clock continues', () => {
    const { picture, report, at } = watch();
    for (let ms = 0; ms <= 1_000; ms += 40) picture(ms, ms);
    for (let ms = 2_000; ms <= 6_000; ms += 1_000) report({ senderMs: ms, mediaMs: ms, arrivedAtMs: ms });
    assert.deepEqual([at(6_000).state, at(6_000).giveUp], ['frozen', true]);
    assert.match(at(6_000).reason, /its clock goes on/);
    report({ senderMs: 6_100, mediaMs: 1_000, arrivedAtMs: 6_100 });
    assert.match(at(6_200).reason, /its clock stands, too/);
  });

  it('accepts a camera that sends a picture every 5 s', () => {
    const { picture, at } = watch();
    for (let ms = 0; ms <= 20_000; ms += 5_000) picture(ms, ms);
    assert.deepEqual([at(28_000).state, at(28_000).giveUp], ['slow', false]);
    assert.equal(at(36_000).giveUp, true);
  });

  it('uses arrivals if the media clock jumps or stands still', () => {
    const { picture, at } = watch();
    for (let ms = 0; ms <= 2_000; ms += 40) picture(ms, ms > 1_000 ? 3_600_000 + ms : 0);
    assert.equal(at(2_100).state, 'live');
    assert.equal(at(7_000).giveUp, true);
  });
});
