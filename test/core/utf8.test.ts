import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { DataError } from '../../src/core/errors.js';
import { utf8Text } from '../../src/core/utf8.js';

describe('text in UTF-8', () => {
  it('is read without its byte order mark', () => {
    assert.equal(utf8Text(Buffer.from('\uFEFFnaïve 行人'), 'a.txt'), 'naïve 行人');
    assert.equal(utf8Text(new Uint8Array(), 'a.txt'), '');
  });

  for (const [what, bytes, message] of [
    ['compressed', gzipSync('{}'), 'a.txt is compressed with gzip; unpack it first'],
    ['in an archive', Buffer.from('PK\u0003\u0004…'), 'a.txt is a ZIP archive; unpack it first'],
    ['in UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), 'a.txt is text in UTF-16; save it as UTF-8'],
    [
      'in UTF-16, high bytes first',
      Buffer.from('\uFEFF{}', 'utf16le').swap16(),
      'a.txt is text in UTF-16; save it as UTF-8',
    ],
    ['in Latin-1', Buffer.from('naïve', 'latin1'), 'a.txt is not text in UTF-8; save it as UTF-8'],
  ] as const)
    it(`is none if it is ${what}`, () =>
      assert.throws(
        () => utf8Text(bytes, 'a.txt'),
        (error) => error instanceof DataError && error.message === message,
      ));
});
