import assert from 'node:assert/strict';
import fc from 'fast-check';
import { redactUrls } from '../../../../src/core/redact.js';
import { encodeCredentials, redactorOf } from '../../../../src/streaming/sources/camera/credentials.js';

describe('credentials of a camera', () => {
  for (const [typed, encoded, shown] of [
    ['rtsp://user:p@ss#1@host:8554/cam', 'rtsp://user:p%40ss%231@host:8554/cam', 'rtsp://***@host:8554/cam'],
    ['rtsp://user:a:b%c?d@host/cam?x=1', 'rtsp://user:a%3Ab%25c%3Fd@host/cam?x=1', 'rtsp://***@host/cam?x=1'],
    ['rtsp://user:p%40ss@host/cam', 'rtsp://user:p%40ss@host/cam', 'rtsp://***@host/cam'],
    ['rtsp://user:pa/ss@host/cam', 'rtsp://user:pa%2Fss@host/cam', 'rtsp://***@host/cam'],
    ['rtsp://user:пароль@host/cam', 'rtsp://user:%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C@host/cam', 'rtsp://***@host/cam'],
    ['rtsp://user:@#/##@host/cam', 'rtsp://user:%40%23%2F%23%23@host/cam', 'rtsp://***@host/cam'],
    ['rtsp://user:@/##@host/cam', 'rtsp://user:%40%2F%23%23@host/cam', 'rtsp://***@host/cam'],
    ['rtsp://user@host/cam', 'rtsp://user@host/cam', 'rtsp://***@host/cam'],
    [
      'rtsp://user:1@[fe80::1%25eth0]:554/cam',
      'rtsp://user:1@[fe80::1%25eth0]:554/cam',
      'rtsp://***@[fe80::1%25eth0]:554/cam',
    ],
    ['rtsp://host:554/cam@home', 'rtsp://host:554/cam@home', 'rtsp://***@home'],
    ['rtsp://[::1]:554/a@b', 'rtsp://[::1]:554/a@b', 'rtsp://***@b'],
    ['http://host?mail=a@b', 'http://host?mail=a@b', 'http://***@b'],
    [
      'http://host/v.cgi?user=me&pwd=secret&res=4',
      'http://host/v.cgi?user=me&pwd=secret&res=4',
      'http://host/v.cgi?user=***&pwd=***&res=4',
    ],
    [
      'http://host/v.cgi?user=me&pwd=se@cret',
      'http://host/v.cgi?user=me&pwd=se@cret',
      'http://host/v.cgi?user=***&pwd=***',
    ],
    [
      'http://me:p@w@host:81/v.cgi?pwd=se@cret',
      'http://me:p%40w@host:81/v.cgi?pwd=se@cret',
      'http://***@host:81/v.cgi?pwd=***',
    ],
    ['https://h/x.m3u8?access_token=abc', 'https://h/x.m3u8?access_token=abc', 'https://h/x.m3u8?access_token=***'],
    ['/dev/video0', '/dev/video0', '/dev/video0'],
  ] as const) {
    it(`reads ${typed}`, () => {
      assert.equal(encodeCredentials(typed), encoded);
      assert.equal(redactUrls(typed), shown);
      assert.equal(redactUrls(encoded), shown);
    });
  }

  it("are removed from ffmpeg's messages, in every spelling", () => {
    const redact = redactorOf('rtsp://user:p@ss#1@host/cam');
    for (const line of [
      'rtsp://user:p@ss#1@host/cam: Connection refused',
      "Input #0, rtsp, from 'rtsp://user:p%40ss%231@host/cam':",
      'Authorization: Basic dXNlcjpwQHNzIzE=',
      'password p@ss#1 was refused',
      'opening rtsp://user:p%40ss%231@host/cam/trackID=0',
    ]) {
      assert.doesNotMatch(redact(line), /p@ss|p%40ss|dXNlcj/, redact(line));
    }
    assert.equal(redact('rtsp://user:p@ss#1@host/cam: Connection refused'), 'rtsp://***@host/cam: Connection refused');
  });

  it('are removed from parameters that contain an @', () => {
    const url = 'http://host:81/v.cgi?user=viewer&pwd=se@cret';
    assert.equal(redactorOf(url)(`${url} and se@cret`), 'http://host:81/v.cgi?user=***&pwd=*** and ***');
  });

  it('of other URLs are removed too', () => {
    assert.equal(
      redactorOf('rtsp://host/a')('redirected to http://me:pw@other/x?token=t1'),
      'redirected to http://***@other/x?token=***',
    );
  });

  it('that are short do not garble the text beside the URL', () => {
    assert.equal(redactorOf('rtsp://a:1@host/cam')('rtsp://a:1@host/cam: 1 error'), 'rtsp://***@host/cam: 1 error');
  });

  it('never remain, for any password', () => {
    const password = fc
      .string({ unit: 'grapheme-ascii', minLength: 4, maxLength: 12 })
      .filter((text) => !/[\s"<>]/.test(text) && !'rtsp://***@camera.lan/live: failed'.includes(text));
    fc.assert(
      fc.property(password, (secret) => {
        const url = `rtsp://operator:${secret}@camera.lan/live`;
        const redact = redactorOf(url);
        for (const echoed of [url, encodeCredentials(url)]) {
          assert.equal(redact(`${echoed}: failed`), 'rtsp://***@camera.lan/live: failed');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
