import assert from 'node:assert/strict';
import { damageTracker } from '../../../src/streaming/sources/damage.js';

/** K: a key picture, P: another one; any other text is a message. Returns a + for each sound picture and an x for each damaged one. */
function told(...log: string[]): string {
  const tracker = damageTracker();
  let marks = '';
  for (const entry of log) {
    if (entry === 'K' || entry === 'P') marks += tracker.decoded(entry === 'K') ? 'x' : '+';
    else tracker.heard(entry);
  }
  return marks;
}

describe('damage tracker', () => {
  it('marks the picture that the decoder reports and all that are built on it', () => {
    assert.equal(told('K', 'P', 'rtsp://***: corrupt decoded frame in stream 0', 'P', 'P', 'P', 'K', 'P'), '++xxx++');
  });

  it('marks pictures after lost packets until the next key picture', () => {
    assert.equal(told('K', '[rtsp] RTP: missed 12 packets', 'P', 'P', 'K', 'P'), '+xx++');
  });

  it('marks a key picture that is itself damaged, and what follows', () => {
    assert.equal(told('[h264] error while decoding MB 4 3, bytestream -5', 'K', 'P', 'K'), 'xx+');
  });

  it('trusts the first key picture of a stream that was joined in the middle', () => {
    assert.equal(told('[h264] non-existing PPS 0 referenced', '[h264] decode_slice_header error', '[h264] no frame!', 'K', 'P'), '++');
  });

  it('ignores messages that are not about the picture', () => {
    assert.equal(told('K', '[swscaler] deprecated pixel format used', '[mjpeg] unable to decode APP fields', 'P'), '++');
  });

  it('trusts a stream without key pictures again after 300 of them', () => {
    const marks = told('RTP: missed 1 packets', ...Array<string>(302).fill('P'));
    assert.equal(marks, 'x'.repeat(300) + '++');
  });
});
