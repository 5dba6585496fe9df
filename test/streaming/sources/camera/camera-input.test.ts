import assert from 'node:assert/strict';
import { UsageError } from '../../../../src/core/errors.js';
import {
  cameraInput,
  ffmpegTransport,
  TRANSPORTS,
  type CameraInputOptions,
} from '../../../../src/streaming/sources/camera/camera-input.js';
import type { FfmpegVersion } from '../../../../src/streaming/ffmpeg/binary.js';

const V4: FfmpegVersion = { major: 4, minor: 4, name: '4.4.2' };
const V5: FfmpegVersion = { major: 5, minor: 1, name: '5.1.9' };
const V7: FfmpegVersion = { major: 7, minor: 1, name: '7.1' };
const DEFAULTS: CameraInputOptions = { transport: 'tcp', timeoutMs: 5_000, stampOnArrival: false, probeFully: false };

/** The value that follows an option's name; undefined where it is not given. */
function valueOf(
  url: string,
  name: string,
  version = V5,
  options: Partial<CameraInputOptions> = {},
): string | undefined {
  const words = cameraInput(url, version, { ...DEFAULTS, ...options }).inputOptions;
  const index = words.indexOf(name);
  return index < 0 ? undefined : words[index + 1];
}

describe('camera input', () => {
  it('accepts every kind of camera', () => {
    for (const url of [
      'rtsp://h/a',
      'RTSPS://h/a',
      'http://h/a',
      'https://h/a.m3u8',
      'udp://@239.0.0.1:1234',
      'srt://h:1',
      'rtmp://h/a',
      '/dev/video0',
    ]) {
      assert.equal(cameraInput(url, V5, DEFAULTS).url, url);
    }
  });

  it('sets the timeout of RTSP by the option of each ffmpeg version', () => {
    assert.deepEqual(
      [valueOf('rtsp://h/a', '-stimeout', V4), valueOf('rtsp://h/a', '-timeout', V4)],
      ['5000000', undefined],
    );
    assert.deepEqual(
      [valueOf('rtsp://h/a', '-timeout', V5), valueOf('rtsp://h/a', '-timeout', V7)],
      ['5000000', '5000000'],
    );
  });

  it("keeps the kernel's stamps of a device", () => {
    assert.equal(valueOf('/dev/video0', '-timestamps'), 'default');
    const input = (options: Partial<CameraInputOptions> = {}): { isKept: boolean; isMonotonic: boolean } => {
      const { inputOptions, stampsAreMonotonic } = cameraInput('/dev/video0', V5, { ...DEFAULTS, ...options });
      return { isKept: inputOptions.includes('-copyts'), isMonotonic: stampsAreMonotonic };
    };
    assert.deepEqual(input(), { isKept: true, isMonotonic: true });
    assert.deepEqual(input({ probeFully: true }), { isKept: false, isMonotonic: false });
    assert.equal(cameraInput('rtsp://h/a', V5, DEFAULTS).stampsAreMonotonic, false);
  });

  it('chooses the transport', () => {
    assert.equal(valueOf('rtsp://h/a', '-rtsp_transport'), 'tcp');
    assert.equal(valueOf('rtsp://h/a', '-rtsp_transport', V5, { transport: 'udp' }), 'udp');
    assert.equal(valueOf('http://h/a', '-rtsp_transport'), undefined);
  });

  it('lets ffmpeg read RTSP over TCP unless UDP is chosen', () => {
    assert.deepEqual(
      TRANSPORTS.map((transport) => [transport, ffmpegTransport(transport)]),
      [
        ['auto', 'tcp'],
        ['tcp', 'tcp'],
        ['udp', 'udp'],
        ['ffmpeg', 'tcp'],
      ],
    );
  });

  it('shows the first picture at once, unless a copy requires an analysis first', () => {
    assert.equal(valueOf('rtsp://h/a', '-analyzeduration'), '1');
    assert.equal(valueOf('rtsp://h/a', '-analyzeduration', V5, { probeFully: true }), undefined);
  });

  it('stamps on arrival only with stampOnArrival', () => {
    assert.equal(valueOf('http://h/a', '-use_wallclock_as_timestamps'), undefined);
    assert.equal(valueOf('http://h/a', '-use_wallclock_as_timestamps', V5, { stampOnArrival: true }), '1');
  });

  it('plays only playlists and recordings in real time, by their content if it is known', () => {
    for (const content of ['hls', 'dash', 'recording'] as const)
      assert.ok(cameraInput('http://h/a', V5, { ...DEFAULTS, content }).inputOptions.includes('-re'));
    assert.equal(valueOf('http://h/a?id=5', '-f', V5, { content: 'hls' }), 'hls');
    assert.equal(cameraInput('http://h/a', V5, { ...DEFAULTS, content: 'hls' }).isPlaylist, true);
    assert.ok(cameraInput('http://h/a.m3u8?x=1', V5, DEFAULTS).inputOptions.includes('-re'));
    assert.ok(!cameraInput('http://h/a?x=b.m3u8', V5, DEFAULTS).inputOptions.includes('-re'));
  });

  it('passes the password on encoded', () => {
    assert.equal(cameraInput('rtsp://u:p@ss#1@h/a', V5, DEFAULTS).url, 'rtsp://u:p%40ss%231@h/a');
  });

  it("refuses an address that is not a camera's, without its password", () => {
    assert.throws(
      () => cameraInput('ftp://u:secret@h/a', V5, DEFAULTS),
      (error: Error) => error instanceof UsageError && /got ftp:\/\/\*\*\*@h\/a$/.test(error.message),
    );
  });
});
