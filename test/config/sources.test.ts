import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_DEMO_SEED } from '../../src/app/demo/kind.js';
import { BUILT_IN_PARTS } from '../../src/app/parts.js';
import { recogniseSource } from '../../src/config/sources.js';
import { UsageError } from '../../src/core/errors.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('a source', () => {
  const folder = temporaryFolder();
  const camera = (address: string) => ({ kind: 'camera', address });
  const path = (address: string) => ({ kind: undefined, address });
  const cases: readonly [string, object, string][] = [
    ['clip.mp4', path('clip.mp4'), 'clip'],
    ['/data/drives/a.b.mkv', path('/data/drives/a.b.mkv'), 'a.b'],
    ['frames/', path('frames/'), 'frames'],
    ['.hidden', path('.hidden'), '.hidden'],
    ['C:\\clips\\a.mp4', path('C:\\clips\\a.mp4'), 'a'],
    ['odd:name.mp4', path('odd:name.mp4'), 'odd:name'],
    ['0', camera('/dev/video0'), 'video0'],
    ['/dev/video12', camera('/dev/video12'), 'video12'],
    ['rtsp://127.0.0.1:8554/cam', camera('rtsp://127.0.0.1:8554/cam'), '127.0.0.1'],
    ['RTSP://u:p@ss#1@front.local/x', camera('RTSP://u:p@ss#1@front.local/x'), 'front.local'],
    ['http://h:81/v.cgi?user=me&pwd=se@cret', camera('http://h:81/v.cgi?user=me&pwd=se@cret'), 'h'],
    ['rtsp://u:a&key=b@h/x', camera('rtsp://u:a&key=b@h/x'), 'h'],
    ['https://h/live.m3u8', camera('https://h/live.m3u8'), 'h'],
    ['udp://239.0.0.1:1234', camera('udp://239.0.0.1:1234'), '239.0.0.1'],
    ['srt://h:9000?mode=caller', camera('srt://h:9000?mode=caller'), 'h'],
    ['udp://@:1234', camera('udp://@:1234'), 'camera'],
    ['tcp://:1234?listen', camera('tcp://:1234?listen'), 'camera'],
    ['rtsp://u:p@/x@h/cam', camera('rtsp://u:p@/x@h/cam'), 'h'],
    ['http://h/@/x', camera('http://h/@/x'), 'camera'],
    ['-', { kind: 'pipe', address: 'pipe:0' }, 'stdin'],
    ['/dev/stdin', { kind: 'pipe', address: 'pipe:0' }, 'stdin'],
    ['rtp://127.0.0.1:5004', { kind: 'rtp', address: 'rtp://127.0.0.1:5004' }, '127.0.0.1'],
    ['rtp://@:5004', { kind: 'rtp', address: 'rtp://@:5004' }, 'rtp'],
    ['demo:', { kind: 'demo', address: `demo:${DEFAULT_DEMO_SEED}` }, 'demo'],
    ['demo:17', { kind: 'demo', address: 'demo:17' }, 'demo'],
  ];
  for (const [text, wanted, id] of cases) {
    it(`${text} is ${JSON.stringify(wanted)}, named ${id}`, () => {
      const { kind, address, streamId } = recogniseSource(text, BUILT_IN_PARTS.sources);
      assert.deepEqual({ kind: kind?.name, address }, wanted);
      assert.equal(streamId, id);
    });
  }

  it('is a path if something exists there, whatever form it has', () => {
    for (const name of ['0', 'demo:17']) {
      mkdirSync(join(folder(), name));
      const { kind, address, streamId } = recogniseSource(name, BUILT_IN_PARTS.sources, folder());
      assert.deepEqual([kind, address, streamId], [undefined, name, name]);
    }
    assert.equal(recogniseSource('1', BUILT_IN_PARTS.sources, folder()).kind?.name, 'camera');
  });

  it('may be the URL of a file', () => {
    const { kind, address, streamId } = recogniseSource('file:///data/a%20b.mp4', BUILT_IN_PARTS.sources);
    assert.deepEqual([kind, address, streamId], [undefined, '/data/a b.mp4', 'a b']);
    assert.throws(
      () => recogniseSource('file://server/a.mp4', BUILT_IN_PARTS.sources),
      /is not a file on this machine .*file:\/\/\/PATH/,
    );
  });

  it('may be a path as ffmpeg writes it', () => {
    const { kind, address } = recogniseSource('file:clips/a.mp4', BUILT_IN_PARTS.sources);
    assert.deepEqual([kind, address], [undefined, 'clips/a.mp4']);
  });

  for (const [text, part] of [
    ['', 'a source is empty; it must be a picture, a folder'],
    ['rtp://127.0.0.1', 'the source "rtp://127.0.0.1" has no port; write it as rtp://HOST:PORT'],
    ['demo:x', 'the source "demo:x" has no valid seed; write demo:SEED with a whole number from 0 to 4294967295'],
    ['demo:-1', 'has no valid seed'],
    ['demo:4294967296', 'has no valid seed'],
    [
      'ftp://h/x',
      '"ftp://" is not a source that Nowcast reads; it must be a picture, a folder of pictures, a pattern such as "frames/*.jpg", "-" for standard input, an .sdp file, rtp://, a video file, rtsp://',
    ],
    ['rtsp:///cam', 'the source "rtsp:///cam" has no host; write it as rtsp://HOST[:PORT]/PATH'],
    ['rtsp://me:p@ss#1@/cam', 'the source "rtsp://***@/cam" has no host'],
    ['http://me:pass@:8080/cam', 'the source "http://***@:8080/cam" has no host'],
    ['rtsp://:8554/cam', 'the source "rtsp://:8554/cam" has no host'],
    ['rtmp://me:pass@', 'the source "rtmp://***@" has no host'],
    ['udp:///x', 'the source "udp:///x" has no host'],
  ] as const) {
    it(`refuses "${text}"`, () =>
      assert.throws(
        () => recogniseSource(text, BUILT_IN_PARTS.sources),
        (error: unknown) => error instanceof UsageError && error.message.includes(part),
      ));
  }
});
