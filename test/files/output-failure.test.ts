import assert from 'node:assert/strict';
import { OutputError } from '../../src/core/errors.js';
import { cannotWrite } from '../../src/files/output-failure.js';

describe('the error of a file that cannot be written', () => {
  it('says where a relative path led, on a file system that is read-only', () => {
    const { message } = cannotWrite('/etc/nowcast/clips', Object.assign(new Error('EROFS'), { code: 'EROFS' }));
    assert.equal(
      message,
      'cannot write /etc/nowcast/clips: the file system is read-only; choose another place (relative paths of a configuration lie beside it)',
    );
  });

  it('stays as it is where its cause has said so', () => {
    const cause = new OutputError('cannot write /a: the disk is full');
    assert.equal(cannotWrite('/a', cause), cause);
  });
});
