import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../../src/core/errors.js';
import { ownerOfToken, readTokenFile, shownToken, tokenDigests } from '../../../src/streaming/http/tokens.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const TOKENS = ['s3cret', 'sésame', '密码🔑', 'a b+c&d=e%f'];
const hash = (token: string): string => `sha256:${createHash('sha256').update(token).digest('hex')}`;

const isShown = (headers: Record<string, string>, digests: readonly string[], url = '/'): boolean => {
  const shown = shownToken({ headers, url });
  const owners = digests.map((digest) => ({ digest }));
  return shown !== undefined && ownerOfToken(shown, owners) !== undefined;
};

describe('tokens', () => {
  it('are accepted in the header, as a password, in a subprotocol and the address, whatever their characters', () => {
    for (const token of TOKENS) {
      for (const digests of [tokenDigests([token]), tokenDigests([hash(token)]), tokenDigests(['another', token])]) {
        // Node gives header bytes as Latin-1.
        const utf8 = Buffer.from(token).toString('latin1');
        assert.ok(isShown({ authorization: `Bearer ${utf8}` }, digests), token);
        const protocols = `nowcast.feed.v1, nowcast.token.${Buffer.from(token).toString('base64url')}`;
        assert.ok(isShown({ 'sec-websocket-protocol': protocols }, digests), token);
        assert.ok(isShown({}, digests, `/?token=${encodeURIComponent(token)}`), token);
        const basic = Buffer.from(`anyone:${token}`).toString('base64');
        assert.ok(isShown({ authorization: `Basic ${basic}` }, digests), token);
        for (const wrong of ['', 'x', utf8.slice(1), hash(token)]) {
          assert.equal(isShown({ authorization: `Bearer ${wrong}` }, digests), false, wrong);
          assert.equal(isShown({}, digests, `/?token=${encodeURIComponent(wrong)}`), false, wrong);
          for (const text of [wrong, `:${wrong}`, `${token}:`, `${token}:${wrong}`])
            assert.equal(isShown({ authorization: `Basic ${Buffer.from(text).toString('base64')}` }, digests), false);
        }
      }
    }
    assert.ok(isShown({ authorization: 'Bearer sésame' }, tokenDigests(['sésame'])), 'sent as Latin-1');
    assert.equal(isShown({}, tokenDigests(['x'])), false);
  });

  it('must not be empty, and a hash must be whole', () => {
    assert.throws(() => tokenDigests(['']), UsageError);
    for (const token of ['sha256:', 'sha256:abc', `${hash('x')}0`])
      assert.throws(() => tokenDigests([token]), /64 hexadecimal digits .*sha256sum/, token);
    assert.deepEqual(tokenDigests([hash('x').toUpperCase()]), tokenDigests(['x']));
  });

  const folder = temporaryFolder();
  it('are read from a file with one on a line', () => {
    const path = join(folder(), 'tokens');
    writeFileSync(path, `# the wall\r\n s3cret \r\n\n${hash('sésame')}\n`);
    assert.deepEqual(readTokenFile(path), tokenDigests(['s3cret', 'sésame']));
    writeFileSync(path, '# none yet\n');
    assert.throws(() => readTokenFile(path), /tokens holds no token: write one on a line/);
    writeFileSync(path, 'sha256:12\n');
    assert.throws(() => readTokenFile(path), /a token of .*tokens begins with sha256:/);
    assert.throws(() => readTokenFile(join(folder(), 'nothing')), /cannot be read \(ENOENT\)/);
  });
});
