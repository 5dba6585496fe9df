import { deepEqual, doesNotMatch, equal } from 'node:assert/strict';
import fc from 'fast-check';
import { createLog } from '../../src/cli/log.js';
import { printable } from '../../src/cli/printable.js';

describe('printable', () => {
  it('escapes what a terminal obeys, and what reorders the text', () => {
    equal(printable('clip\u001b[2J.mp4'), String.raw`clip\u001b[2J.mp4`);
    equal(printable('a\rb\bc\u007fd\u009b31me'), String.raw`a\u000db\u0008c\u007fd\u009b31me`);
    equal(printable('gnp\u202e.mp4'), String.raw`gnp\u202e.mp4`);
  });

  it('leaves all other text as it is, line by line', () => {
    const text = 'Straße 中文 🚦\n\tcafé';
    equal(printable(text), text);
  });

  it('keeps the meaning of JSON, and lets no control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = printable(JSON.stringify({ text }));
        deepEqual(JSON.parse(line), { text });
        doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });
});

describe('the log of texts from outside', () => {
  for (const format of ['text', 'json'] as const) {
    it(`has one line that is not indented for each message, as ${format}`, () => {
      const lines: string[] = [];
      const log = createLog({ format, level: 'info', write: (line) => lines.push(line), redact: (text) => text });
      log.warn('the picture a\nwarning: all is well\u001b[1A cannot be read', { file: 'x\ny' });
      const own = lines.join('').trimEnd().split('\n');
      equal(own.filter((line) => !line.startsWith('  ')).length, 1, lines.join(''));
      equal(lines.join('').includes('\u001b'), false);
    });
  }
});
