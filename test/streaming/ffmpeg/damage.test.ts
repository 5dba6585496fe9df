import assert from 'node:assert/strict';
import { damageTracker, type PictureKind } from '../../../src/streaming/ffmpeg/damage.js';

/**
 * K: a key picture, P: another one, B: a reordered one; any other text is a message. Returns + for each undamaged
 * picture, x for each damaged one.
 */
function told(...log: string[]): string {
  const kinds: Record<string, PictureKind> = { K: 'key', P: 'other', B: 'reordered' };
  const tracker = damageTracker();
  let marks = '';
  for (const entry of log) {
    if (entry in kinds) marks += tracker.decoded(kinds[entry]) ? 'x' : '+';
    else tracker.logged(entry);
  }
  return marks;
}

describe('damage tracker', () => {
  it('marks the reported picture and all that depend on it', () => {
    assert.equal(told('K', 'P', 'rtsp://***: corrupt decoded frame in stream 0', 'P', 'P', 'P', 'K', 'P'), '++xxx++');
  });

  it('marks pictures after lost packets until the next key picture', () => {
    assert.equal(told('K', '[rtsp] RTP: missed 12 packets', 'P', 'P', 'K', 'P'), '+xx++');
  });

  it('marks a key picture that may itself have lost data, and those that follow', () => {
    assert.equal(told('[h264] error while decoding MB 4 3, bytestream -5', 'K', 'P', 'P', 'K'), 'xxx+');
    assert.equal(told('K', 'P', '[mpegts] Packet corrupt (stream = 0, dts = 396000).', 'P', 'K', 'P', 'K'), '++xxx+');
  });

  it('allows for pictures that come out later than they are read', () => {
    assert.equal(
      told(
        'K',
        'B',
        'P',
        'corrupt input packet in stream 0',
        'B',
        'B',
        'P',
        'K',
        'B',
        'P',
        ...Array<string>(8).fill('P'),
        'K',
      ),
      '+++' + 'x'.repeat(14) + '+',
    );
  });

  it('trusts the first key picture of a stream that was joined in the middle', () => {
    assert.equal(
      told('[h264] non-existing PPS 0 referenced', '[h264] decode_slice_header error', '[h264] no frame!', 'K', 'P'),
      '++',
    );
  });

  it('ignores messages that are not about the picture', () => {
    assert.equal(
      told('K', '[swscaler] deprecated pixel format used', '[mjpeg] unable to decode APP fields', 'P'),
      '++',
    );
  });

  it('trusts a stream without key pictures again after 300 of them', () => {
    const marks = told('RTP: missed 1 packets', ...Array<string>(302).fill('P'));
    assert.equal(marks, 'x'.repeat(300) + '++');
  });
});
