import assert from 'node:assert/strict';
import { Authenticator, digestAuthorization } from '../../../../src/streaming/rtsp/dialogue/authentication.js';
import { strongestChallenge, type DigestChallenge } from '../../../../src/streaming/rtsp/dialogue/challenge.js';

const MUFASA = { user: 'Mufasa', password: 'Circle of Life' };
/** RFC 2617 §3.5 writes it with another letter. */
const MUFASA_2617 = { user: 'Mufasa', password: 'Circle Of Life' };

function responseOf(authorization: string): string | undefined {
  return /response="([0-9a-f]+)"/.exec(authorization)?.[1];
}

function digest(field: string): DigestChallenge {
  const challenge = strongestChallenge([field]);
  assert.ok(challenge?.scheme === 'digest');
  return challenge;
}

describe('digestAuthorization', () => {
  const RFC_7616 =
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=ALGORITHM, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
  for (const [algorithm, response] of [
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ]) {
    it(`gives the answer of RFC 7616 §3.9.1 with ${algorithm}`, () => {
      const authorization = digestAuthorization(digest(RFC_7616.replace('ALGORITHM', algorithm)), MUFASA, {
        method: 'GET',
        uri: '/dir/index.html',
        cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
        count: 1,
      });
      assert.equal(responseOf(authorization), response);
      assert.match(authorization, /, qop=auth, nc=00000001, cnonce="f2\/wE4q74E6zIJEtWaHKaf5wv\/H5QzzpXusqGemxURZJ"$/);
      assert.match(authorization, /opaque="FQhe\/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"/);
    });
  }

  const RFC_2617 =
    'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"';
  for (const [title, field, response] of [
    ['gives the answer of RFC 2617 §3.5', `${RFC_2617}, qop="auth,auth-int"`, '6629fae49393a05397450978507c4ef1'],
    // Computed with Python's hashlib from the formulas of RFC 2069 §2.1.2 and RFC 2617 §3.2.2.2.
    ['answers a challenge without qop as RFC 2069 does', RFC_2617, '670fd8c2df070c60b045671b8b24ff02'],
    [
      'binds the secret to the nonces for MD5-sess',
      `${RFC_2617}, qop=auth, algorithm=MD5-sess`,
      '8e3825c57e897f5a0dec6c2d4e5059d0',
    ],
  ]) {
    it(title, () => {
      const authorization = digestAuthorization(digest(field), MUFASA_2617, {
        method: 'GET',
        uri: '/dir/index.html',
        cnonce: '0a4f113b',
        count: 1,
      });
      assert.equal(responseOf(authorization), response);
    });
  }

  it('lets no quote or line end of a name out of its field', () => {
    const challenge = digest('Digest realm="a\\"b", nonce="n"');
    assert.equal(challenge.realm, 'a"b');
    const authorization = digestAuthorization(
      challenge,
      { user: 'u"\r\nX: y', password: '' },
      { method: 'OPTIONS', uri: 'rtsp://h/', cnonce: 'c', count: 1 },
    );
    assert.match(
      authorization,
      /^Digest username="u\\"X: y", realm="a\\"b", nonce="n", uri="rtsp:\/\/h\/", response="[0-9a-f]{32}"$/,
    );
  });
});

describe('strongestChallenge', () => {
  it('prefers SHA-256 to MD5 to Basic, in several fields or in one', () => {
    const [basic, md5, sha] = [
      'Basic realm="cam, \\"yard\\""',
      'Digest realm="cam", nonce="1"',
      'Digest realm="cam", nonce="2", algorithm=SHA-256',
    ];
    assert.equal((strongestChallenge([basic, md5, sha]) as DigestChallenge).nonce, '2');
    assert.equal((strongestChallenge([`${basic}, ${sha}, ${md5}`]) as DigestChallenge).nonce, '2');
    assert.equal((strongestChallenge([md5, basic]) as DigestChallenge).nonce, '1');
    assert.deepEqual(strongestChallenge([basic]), { scheme: 'basic' });
  });

  it('reads values with commas, equals signs, spaces and no quotes', () => {
    assert.deepEqual(
      strongestChallenge(['digest  REALM = "a, b=c" ,nonce=abc==,stale=TRUE , algorithm="md5",opaque=""']),
      {
        scheme: 'digest',
        algorithm: 'MD5',
        realm: 'a, b=c',
        nonce: 'abc==',
        opaque: '',
        hasAuthQop: false,
        isStale: true,
      },
    );
  });

  it('skips challenges that it cannot answer', () => {
    for (const field of [
      '',
      'Negotiate',
      'Digest realm="no nonce"',
      'Digest nonce="1", algorithm=SHA-512-256',
      'Digest nonce="1", qop="auth-int"',
      'Bearer nonce="1"',
    ]) {
      assert.equal(strongestChallenge([field]), undefined, field);
    }
  });
});

describe('Authenticator', () => {
  const first = digest('Digest realm="r", nonce="1", qop="auth"');
  const second = digest('Digest realm="r", nonce="2", qop="auth"');

  it('sends no authorization before a challenge, or without credentials', () => {
    assert.equal(new Authenticator(MUFASA).authorize('OPTIONS', 'rtsp://h/'), undefined);
    const anonymous = new Authenticator(undefined);
    assert.equal(anonymous.meet(first, false), false);
    assert.equal(anonymous.authorize('OPTIONS', 'rtsp://h/'), undefined);
  });

  it('counts the uses of a nonce, and restarts with another', () => {
    const authenticator = new Authenticator(MUFASA);
    assert.equal(authenticator.meet(first, false), true);
    const counts = [0, 0].map(() => /nc=(\w+)/.exec(authenticator.authorize('OPTIONS', 'rtsp://h/') ?? '')?.[1]);
    assert.deepEqual(counts, ['00000001', '00000002']);
    authenticator.accept();
    assert.equal(authenticator.meet(second, true), true);
    assert.match(authenticator.authorize('OPTIONS', 'rtsp://h/') ?? '', /nonce="2".*nc=00000001/);
  });

  it('takes a second refusal for a wrong password, if the credentials were never accepted', () => {
    const authenticator = new Authenticator(MUFASA);
    authenticator.meet(first, false);
    assert.equal(authenticator.meet(second, true), false);
  });

  it('tries again if the server calls the nonce stale', () => {
    const authenticator = new Authenticator(MUFASA);
    authenticator.meet(first, false);
    assert.equal(authenticator.meet({ ...second, isStale: true }, true), true);
    assert.equal(authenticator.meet({ ...second, isStale: true }, true), false, 'the same nonce is not stale twice');
  });
});
