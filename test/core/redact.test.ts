import assert from 'node:assert/strict';
import fc from 'fast-check';
import { redactorOf, redactUrls } from '../../src/core/redact.js';
import { encodeCredentials } from '../../src/core/url-parts.js';
import { recogniseCamera } from '../../src/streaming/sources/camera/recognise.js';

describe('secrets of a URL', () => {
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

  it('are found if a part of the password looks like a host, a port or parameters', () => {
    for (const password of [' @---/ ?', '7?9n=NfI', '12345/ab?c=d', 'x@ab/!!?yz']) {
      const url = `https://me:${password}@cam.lan/live`;
      const redact = redactorOf(url);
      for (const text of [`${url}: reset`, `refused ${password}`, JSON.stringify({ url })])
        assert.ok(!redact(text).includes(password), redact(text));
    }
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
          // A password such as `1/x` may make the user look like a host.
          const doubtful =
            secret.includes('/') && /^rtsp:\/\/(?:\*\*\*@)?\*\*\*: failed$/.test(redact(`${echoed}: failed`));
          if (!doubtful) assert.equal(redact(`${echoed}: failed`), 'rtsp://***@camera.lan/live: failed');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('are hidden in an address that lacks a slash', () => {
    assert.equal(redactUrls('no file "rtsp:/admin:s3cretPw@10.0.0.1/x"'), 'no file "rtsp:/***"');
  });

  it('of which a program quotes a part are hidden', () => {
    const redact = redactorOf('http://10.0.0.1/9f8a7b6c5d4e3f2a/live.m3u8?jwt=eyJhbGciOiJIUzI1NiJ9');
    assert.equal(redact('GET /9f8a7b6c5d4e3f2a/live.m3u8 failed'), 'GET /***/live.m3u8 failed');
    assert.equal(redact('cannot open eyJhbGciOiJIU'), 'cannot open ***');
    assert.equal(redact('EYJHBGCI'), '***');
  });

  /** The places where cameras, servers and people put secrets; `raw` takes any character. */
  const places: readonly { readonly raw?: true; readonly url: (secret: string, name: string) => string }[] = [
    { raw: true, url: (secret) => `rtsp://admin:${secret}@10.0.0.1:554/live` },
    { raw: true, url: (secret) => `https://:${secret}@cam.lan/live` },
    { raw: true, url: (secret) => `rtsp://admin:${secret}@10.0.0.1` },
    { url: (secret) => `rtsp://${secret}@10.0.0.1/live` },
    { url: (secret) => `http://${secret}:x-oauth-basic@cam.lan/live` },
    { url: (secret) => `http://10.0.0.1/videostream.cgi?loginuse=admin&loginpas=${secret}` },
    { url: (secret, name) => `http://10.0.0.1/mjpeg?${name}=${secret}` },
    { url: (secret, name) => `http://cam.lan/mjpeg?a=1&${name}=${secret}&channel=1` },
    { url: (secret, name) => `http://cam.lan/live;${name}=${secret}/index.m3u8` },
    { url: (secret, name) => `http://cam.lan/live#${name}=${secret}` },
    { url: (secret) => `http://cam.lan/mjpeg?${secret}` },
    { url: (secret) => `http://cam.lan/mjpeg?channel=${secret}` },
    { url: (secret) => `http://cam.lan/mjpeg?${secret}=1` },
    { url: (secret) => `rtsp://10.0.0.1/user=admin_password=${secret}_channel=1_stream=0.sdp` },
    { url: (secret) => `rtsp://10.0.0.1/user=admin&password=${secret}&channel=1&stream=0.sdp?` },
    { url: (secret) => `rtsp://10.0.0.1:7447/${secret}` },
    { url: (secret) => `https://cdn.lan/live/${secret}/main.m3u8` },
    { url: (secret) => `rtmp://cam.lan/app/${secret}.flv` },
    { url: (secret) => `srt://cam.lan:9000?streamid=#!::u=admin,p=${secret}` },
    { url: (secret) => `http://cam.lan/mjpeg?next=http://admin:${secret}@other.lan/x` },
    { url: (secret) => `http://cam.lan/go?url=${encodeURIComponent(`http://a:${secret}@b/?t=${secret}`)}` },
    { url: (secret) => `rtsp://10.0.0.1/live@${secret}` },
    { url: (secret) => `rtsp://cam.lan/live?u=a&p=b@${secret}` },
  ];
  const escaped = (secret: string): string =>
    Array.from(new TextEncoder().encode(secret), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

  for (const { raw = false, url: urlOf } of places) {
    it(`never show where the URL is ${urlOf('SECRET', 'NAME')}`, () => {
      const letters = Array.from('abcdefXYZ0123456789-_.~!$()*+,');
      const secret = fc.string({
        minLength: 8,
        maxLength: 40,
        unit: raw ? 'grapheme-ascii' : fc.constantFrom(...letters),
      });
      const isOfOneSpelling = (text: string): boolean => !/%[0-9a-f]{2}/i.test(text);
      const name = fc.oneof(
        fc.constantFrom('p', 'pw', 'pin', 'jwt', 'code', 'pass%77ord', 'X-Amz-Signature', 'Key-Pair-Id', 'ключ', 'a.b'),
        fc.string({ minLength: 1, unit: fc.constantFrom(...Array.from('abcdefgh_-')) }),
      );
      fc.assert(
        fc.property(secret.filter(isOfOneSpelling), name, fc.boolean(), (plain, parameter, isEscaped) => {
          const typed = isEscaped ? escaped(plain) : plain;
          const url = urlOf(typed, parameter);
          const redact = redactorOf(url);
          const isWord = (text: string): boolean => !/[\s'"<>]/.test(text);
          const outputs = [
            ...(isWord(url)
              ? [redactUrls(`lost ${url}: reset`), redactUrls(`'${url}'`), redactUrls(`("${url}")`)]
              : []),
            redact(`lost ${url}: reset`),
            redact(`from '${encodeCredentials(url)}':`),
            redact(`refused ${typed}, ${encodeURIComponent(plain)}, ${plain}`),
            redact(JSON.stringify({ url, plain })),
            redact(plain.slice(0, 9).toLowerCase()),
            redact(`is ${Buffer.from(`admin:${plain}`).toString('base64')}`),
            recogniseCamera(url)?.streamId ?? '',
          ];
          const shows = (output: string): string | undefined => {
            const seen = output.toLowerCase();
            for (const spelling of [plain, escaped(plain), encodeURIComponent(plain)].map((text) => text.toLowerCase()))
              for (let at = 0; at + 8 <= spelling.length; at++) {
                const part = spelling.slice(at, at + 8);
                // Stars are shown in place of secrets.
                if (seen.includes(part) && !/^[*]+$/.test(part)) return part;
              }
            return undefined;
          };
          for (const output of outputs) assert.equal(shows(output), undefined, `${url} is shown as ${output}`);
        }),
        { numRuns: 40 },
      );
    });
  }
});
