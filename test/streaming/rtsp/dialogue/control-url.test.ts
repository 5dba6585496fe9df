import assert from 'node:assert/strict';
import { addressOf, redirected } from '../../../../src/streaming/rtsp/dialogue/address.js';
import { baseUrl, controlUrl } from '../../../../src/streaming/rtsp/dialogue/control-url.js';

const requestUrl = 'rtsp://cam/stream';

describe('baseUrl', () => {
  for (const [title, origin, expected] of [
    [
      'is Content-Base',
      { contentBase: 'rtsp://cam:554/base/', contentLocation: 'rtsp://cam/other' },
      'rtsp://cam:554/base/',
    ],
    ['is Content-Location without Content-Base', { contentLocation: 'rtsp://cam/other' }, 'rtsp://cam/other'],
    ['is the requested URL without both', {}, 'rtsp://cam/stream'],
    ['passes over a Content-Base that is none', { contentBase: 'stream' }, 'rtsp://cam/stream'],
    ['passes over a Content-Base without a host', { contentBase: 'rtsp:///stream/' }, 'rtsp://cam/stream'],
    ['completes a Content-Base that is a path', { contentBase: '/base/' }, 'rtsp://cam/base/'],
    [
      'holds no credentials and no line ends',
      { contentBase: 'rtsp://u:p@cam/a b\r\nX: y' },
      'rtsp://cam/a%20b%0D%0AX:%20y',
    ],
  ] as const) {
    it(title, () => assert.equal(baseUrl({ requestUrl, ...origin }), expected));
  }
});

describe('controlUrl', () => {
  for (const [base, control, expected] of [
    ['rtsp://h/path', 'trackID=1', 'rtsp://h/path/trackID=1'],
    ['rtsp://h/path/', 'trackID=1', 'rtsp://h/path/trackID=1'],
    ['rtsp://h/path/', '/trackID=1', 'rtsp://h/path/trackID=1'],
    ['rtsp://h/path', '/trackID=1', 'rtsp://h/path/trackID=1'],
    ['rtsp://h/path?x=1', 'trackID=1', 'rtsp://h/path?x=1/trackID=1'],
    ['rtsp://h/path?x=1&y=2/', 'trackID=1', 'rtsp://h/path?x=1&y=2/trackID=1'],
    ['rtsp://h/path', '?ctype=video', 'rtsp://h/path?ctype=video'],
    ['rtsp://h/path', 'rtsp://192.168.0.10:8554/path/track1', 'rtsp://192.168.0.10:8554/path/track1'],
    ['rtsp://h/path', 'rtsp://user:pass@h/track1', 'rtsp://h/track1'],
    ['rtsp://h/path', '*', 'rtsp://h/path'],
    ['rtsp://h/path', undefined, 'rtsp://h/path'],
    ['rtsp://h/path', ' ', 'rtsp://h/path'],
  ] as const) {
    it(`${base} and ${control ?? 'none'}: ${expected}`, () => assert.equal(controlUrl(base, control), expected));
  }
});

describe('addressOf', () => {
  it('extracts any credentials, decoded', () => {
    assert.deepEqual(addressOf('rtsp://view%40er:p@ss:w/#rd%21@cam:8554/live?channel=1'), {
      host: 'cam',
      port: 8554,
      isSecure: false,
      url: 'rtsp://cam:8554/live?channel=1',
      credentials: { user: 'view@er', password: 'p@ss:w/#rd!' },
    });
  });

  it('supports the standard ports, IPv6 and TLS', () => {
    assert.deepEqual(addressOf('rtsps://cam/a'), { host: 'cam', port: 322, isSecure: true, url: 'rtsps://cam/a' });
    assert.deepEqual(addressOf('rtsp://[fe80::1]/a'), {
      host: 'fe80::1',
      port: 554,
      isSecure: false,
      url: 'rtsp://[fe80::1]/a',
    });
  });

  for (const url of ['', 'http://cam/', 'rtsp://', 'rtsp://cam:99999/', '/dev/video0', 'rtspu://cam/']) {
    it(`returns no address for ${url === '' ? 'nothing' : url}`, () => assert.equal(addressOf(url), undefined));
  }
});

describe('redirected', () => {
  const from = addressOf('rtsps://viewer:secret@cam/a')!;
  const credentials = { user: 'viewer', password: 'secret' };
  for (const [location, expected] of [
    ['rtsps://cam:8322/b', credentials],
    ['/b', credentials],
    ['rtsps://other/b', undefined],
    ['rtsp://cam/b', undefined],
    ['rtsps://new:word@other/b', { user: 'new', password: 'word' }],
  ] as const) {
    it(`to ${location} ${expected === undefined ? 'leaves the password behind' : `goes as ${expected.user}`}`, () => {
      const to = redirected(from, location);
      assert.ok(to !== undefined);
      assert.deepEqual(to.credentials, expected);
      assert.ok(!to.url.includes('@'));
    });
  }

  it('returns undefined if the location is not RTSP', () => {
    for (const location of ['', 'http://cam/', 'b']) assert.equal(redirected(from, location), undefined);
  });
});
