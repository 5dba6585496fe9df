import assert from 'node:assert/strict';
import {
  failureReason,
  lossReason,
  mayBeAway,
} from '../../../../../src/streaming/sources/camera/connection/connection-failure.js';

describe('connection failure', () => {
  for (const [wanted, message] of [
    [/^401 unauthorised: check user and password$/, '[rtsp] method DESCRIBE failed: 401 Unauthorized'],
    [/^404 no such stream/, 'rtsp://h/nope: Server returned 404 Not Found'],
    [/^connection refused/, '[tcp] Connection to tcp://127.0.0.1:18633?timeout=2000000 failed: Connection refused'],
    [/^unknown host/, '[tcp] Failed to resolve hostname nosuch.invalid: Name or service not known'],
    [/^timed out/, 'rtsp://10.0.0.9/cam: Connection timed out'],
    [/^no video in this stream \(audio only\)$/, '[rtsp] method PLAY failed: 454 Session Not Found'],
    [/^no video in this stream \(audio only\)$/, "Stream map '0:V:0' matches no streams."],
    [/^461 unsupported transport/, '[rtsp] method SETUP failed: 461 Unsupported transport'],
    [/server error/, 'method DESCRIBE failed: 503 Service Unavailable'],
    [/inputOptions/, "Unrecognized option 'nonsense'."],
    [/check host and port/, 'rtsp://cam:port/x: Invalid argument'],
    [/^no such device/, '/dev/video9: No such file or directory'],
  ] as const) {
    it(`reads "${message}"`, () => assert.match(failureReason(['something before', message], false) ?? '', wanted));
  }

  for (const [wanted, message] of [
    ['refused', 'Connection refused'],
    ['unreachable', 'No route to host'],
    ['timed-out', 'rtsp://10.0.0.9/cam: Connection timed out'],
    ['denied', '401 Unauthorized'],
    ['camera-error', '404 Not Found'],
    ['camera-error', '503 Service Unavailable'],
    ['ended', 'Connection reset by peer'],
    ['other', 'Permission denied'],
  ] as const) {
    it(`counts "${message}" as ${wanted}`, () => {
      const reason = failureReason([message], false)!;
      assert.equal(lossReason({ reason, gaveUp: undefined }), wanted);
      assert.equal(lossReason({ reason, gaveUp: 'silent' }), 'silent');
    });
  }

  it('prefers the cause to its consequence', () => {
    assert.match(
      failureReason(
        [
          '[tcp] Failed to resolve hostname x: Name or service not known',
          'rtsp://x: Invalid data found when processing input',
        ],
        false,
      ) ?? '',
      /^unknown host/,
    );
  });

  it('is undefined for unknown messages of ffmpeg', () => {
    assert.equal(failureReason(['rtsp://host/cam: Input/output error'], false), undefined);
    assert.equal(failureReason([], false), undefined);
  });

  for (const [message, wanted] of [
    ['Connection refused', true],
    ['Failed to resolve hostname x', true],
    ['No route to host', true],
    ['Connection timed out', true],
    ['401 Unauthorized', false],
    ['404 Not Found', false],
    ['Connection reset by peer', false],
  ] as const) {
    it(`considers the camera ${wanted ? 'possibly away' : 'present'} after "${message}"`, () =>
      assert.equal(mayBeAway(failureReason([message], false)!), wanted));
  }
});
