import assert from 'node:assert/strict';
import fc from 'fast-check';
import { redact, redactText, sourceSecrets } from '../../src/config/redact.js';

describe('redaction', () => {
  const cases: readonly [string, string][] = [
    ['rtsp://user:pass@10.0.0.4:554/stream', 'rtsp://***@10.0.0.4:554/stream'],
    ['rtsp://user:p@ss#1@10.0.0.4/stream', 'rtsp://***@10.0.0.4/stream'],
    ['rtsp://user:p/a?s@host/stream', 'rtsp://***@host/stream'],
    ['cannot open rtsps://u:p@h/x: 401', 'cannot open rtsps://***@h/x: 401'],
    ['http://h/video?channel=1&token=abc&x=2', 'http://h/video?channel=1&token=***&x=***'],
    ['http://h/video?access_token=abc', 'http://h/video?access_token=***'],
    ['http://h/cgi?user=admin&password=p%40', 'http://h/cgi?user=***&password=***'],
    ['http://h:81/cgi?user=admin&password=p@ss', 'http://h:81/cgi?user=***&password=***'],
    ['http://[::1]:81/cgi?password=p@ss', 'http://[::1]:81/cgi?password=***'],
    ['rtsp://u:a&key=b@h/x', 'rtsp://***@h/x'],
    ['srt://h:9000?passphrase=x', 'srt://h:9000?passphrase=***'],
    ['rtsp://127.0.0.1:8554/cam', 'rtsp://127.0.0.1:8554/cam'],
    ['two: rtsp://a:b@h/1 and rtsp://c:d@h/2', 'two: rtsp://***@h/1 and rtsp://***@h/2'],
    ['mail me@example.org', 'mail me@example.org'],
  ];
  for (const [text, shown] of cases) it(`shows ${text} as ${shown}`, () => assert.equal(redactText(text), shown));

  it('hides a known secret in plain, percent-encoded and JSON form', () => {
    assert.equal(redactText('p@s"s / p%40s%22s / {"a":"p@s\\"s"}', ['p@s"s']), '*** / *** / {"a":"***"}');
  });

  it('hides the longer of two secrets if one is a prefix of the other', () => {
    assert.equal(redactText('hunter2 hunter', ['hunter', 'hunter2']), '*** ***');
  });

  it('leaves texts that are too short for a secret unchanged', () => {
    assert.equal(redactText('10 frames', ['1', '']), '10 frames');
  });

  it('copies a value with redacted strings and hidden values of secret keys', () => {
    const value = {
      feed: { token: 'ab', port: 8765 },
      sources: [{ url: 'rtsp://u:p@h/x', id: undefined }],
      note: 'hunter2!',
      none: null,
    };
    assert.deepEqual(redact(value, ['hunter2']), {
      feed: { token: '***', port: 8765 },
      sources: [{ url: 'rtsp://***@h/x', id: undefined }],
      note: '***!',
      none: null,
    });
    assert.equal(value.feed.token, 'ab');
  });

  it('finds the secrets of a source in every spelling', () => {
    assert.deepEqual(sourceSecrets('rtsp://user:p@ss:/ #1@host/x', []), [
      'p@ss:/ #1',
      'user:p@ss:/ #1',
      'dXNlcjpwQHNzOi8gIzE=',
    ]);
    assert.deepEqual(sourceSecrets('rtsp://host:8554/x', []), []);
    assert.deepEqual(sourceSecrets('http://host:81/cgi?user=admin&pwd=p@ss', []), ['admin', 'p@ss']);
    assert.deepEqual(sourceSecrets('http://host/9f8a7b6c5d4e/live', []), ['9f8a7b6c5d4e']);
    assert.deepEqual(sourceSecrets('admin:s3cret@10.0.0.1/x', []), ['s3cret']);
    assert.deepEqual(sourceSecrets('clip.mp4', []), []);
  });

  it('finds the password of an address whose scheme is misspelt', () => {
    for (const start of ['rtsp//me:', '//me:', 'rtsp : //me:', 'rtsp;//me:', '//', 'async:http://me:'])
      assert.deepEqual(sourceSecrets(`${start}s3cr@t/pw@10.0.0.1/x`, []).at(-1), 's3cr@t/pw', start);
    assert.deepEqual(sourceSecrets('/home/me:2/clip@3.mp4', []), []);
  });

  it('does not hide the name of a camera that its path repeats', () => {
    assert.deepEqual(sourceSecrets('rtsp://host/frontdoor', ['frontdoor']), []);
    assert.deepEqual(sourceSecrets('rtsp://host/Front-Door-9f8a7b6c', ['front-door']), []);
    assert.deepEqual(sourceSecrets('rtsp://host/frontdoor', ['garage']), ['frontdoor']);
  });

  it('hides every password, with any characters', () => {
    const password = fc.string({
      minLength: 6,
      maxLength: 20,
      unit: fc.constantFrom(...Array.from('abcXYZ019@#:/?%&=!$;,+~')),
    });
    fc.assert(
      fc.property(password, (secret) => {
        const shown = redactText(`rtsp://user:${secret}@camera.local/stream`, [secret]);
        assert.ok(!shown.includes(secret), shown);
      }),
    );
  });
});
