import assert from 'node:assert/strict';
import { PatientLog } from '../../src/cli/patient-log.js';

describe('PatientLog', () => {
  it('counts the lines that a full disk costs, and says so once when there is room again', () => {
    const written: string[] = [];
    let isFull = false;
    const log = new PatientLog({
      write(text, done) {
        if (isFull) done(new Error('ENOSPC'));
        else {
          written.push(text);
          done();
        }
      },
    });
    log.write('one\n');
    isFull = true;
    log.write('two\n');
    log.write('three\n');
    isFull = false;
    log.write('four\n');
    log.write('five\n');
    assert.deepEqual(written, ['one\n', 'four\n', 'nowcast: 2 lines of the log could not be written here\n', 'five\n']);
  });
});
