import assert from 'node:assert/strict';
import {
  isBehind,
  silenceMs,
  type DecoderPace,
} from '../../../../../src/streaming/sources/camera/decode/decoder-pace.js';

const IDLE: DecoderPace = { owedSinceMs: undefined, lastPictureAtMs: 1_000 };
const SLOW: DecoderPace = { owedSinceMs: 2_000, lastPictureAtMs: 5_000 };
const HUNG: DecoderPace = { owedSinceMs: 2_000, lastPictureAtMs: 1_960 };
const NEVER: DecoderPace = { owedSinceMs: 2_000, lastPictureAtMs: undefined };

describe('the progress of a decoder', () => {
  it('is neither silent nor behind without an outstanding picture, however old the last one is', () => {
    assert.deepEqual([silenceMs(IDLE, 60_000), isBehind(IDLE, 60_000, 1_000)], [0, false]);
  });

  it('is behind while it returns pictures and an outstanding one is too old', () => {
    assert.deepEqual(
      [silenceMs(SLOW, 5_100), isBehind(SLOW, 5_100, 3_000), isBehind(SLOW, 5_100, 3_100)],
      [100, true, false],
    );
  });

  it('is silent, not behind, while it returns none of its outstanding pictures', () => {
    for (const pace of [HUNG, NEVER])
      assert.deepEqual([silenceMs(pace, 7_000), isBehind(pace, 7_000, 1_000)], [5_000, false]);
  });

  it('is not silent before the outstanding unit has arrived', () => {
    assert.equal(silenceMs(NEVER, 1_000), 0);
  });
});
