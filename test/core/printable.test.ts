import assert from 'node:assert/strict';
import fc from 'fast-check';
import { printable } from '../../src/core/printable.js';

describe('printable', () => {
  it('escapes control characters, and keeps tabs, line feeds and letters', () => {
    assert.equal(printable('a\x1b[31mred\b\r\x7f\x9b2J'), 'a\\u001b[31mred\\u0008\\u000d\\u007f\\u009b2J');
    assert.equal(printable('abc\u202egnp.exe'), 'abc\\u202egnp.exe');
    assert.equal(printable('Straße\t日本語 🚗\n'), 'Straße\t日本語 🚗\n');
  });

  it('changes no value of a JSON text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = printable(JSON.stringify(value));
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
        assert.doesNotMatch(text, /[\0-\x08\x0b-\x1f\x7f-\x9f]/);
      }),
    );
  });
});
