import assert from 'node:assert/strict';
import { checkOpenFileLimit, checkOpenFilesOf, openFileLimit } from '../../src/app/open-files.js';
import { UsageError } from '../../src/core/errors.js';

describe('the limit of open files', () => {
  it("is read from the system's list of limits, if it has one", () => {
    const limits =
      'Limit       Soft Limit   Hard Limit   Units\nMax open files            64                   4096                 files\n';
    assert.equal(openFileLimit(limits), 64);
    assert.equal(openFileLimit(''), undefined);
  });

  it('is refused, with the command that raises it, if the code cannot load within it', () => {
    assert.throws(
      () => checkOpenFileLimit(64),
      (error: Error) => error instanceof UsageError && /may open 64 files .*`ulimit -n 1024`/.test(error.message),
    );
    checkOpenFileLimit(256);
    checkOpenFileLimit(undefined);
  });

  it('is refused if the sources of a run need more', () => {
    checkOpenFilesOf({ sources: 1, detectors: 1 }, 256);
    assert.throws(
      () => checkOpenFilesOf({ sources: 40, detectors: 2 }, 256),
      /may open 256 files at once, and 40 sources need 556; run `ulimit -n 1112`/,
    );
    checkOpenFilesOf({ sources: 40, detectors: 2 }, undefined);
  });
});
