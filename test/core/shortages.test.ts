import assert from 'node:assert/strict';
import { shortageText } from '../../src/core/shortages.js';

describe('the text of a shortage', () => {
  it('has the remedy, where the machine caused the error', () => {
    assert.equal(
      shortageText(Object.assign(new Error('spawn ffmpeg EAGAIN'), { code: 'EAGAIN' })),
      'spawn ffmpeg EAGAIN; this machine can start no further process; end other programs, or raise `ulimit -u`',
    );
  });

  it('is the message of any other error', () => {
    assert.equal(shortageText(Object.assign(new Error('no such file'), { code: 'ENOENT' })), 'no such file');
    assert.equal(shortageText(new Error('odd')), 'odd');
  });
});
