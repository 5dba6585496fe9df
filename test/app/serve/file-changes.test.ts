import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onFileChange } from '../../../src/app/serve/file-changes.js';
import { fileState } from '../../../src/files/file-state.js';
import { temporaryFolder } from '../../helpers/temporary.js';

/** Looks when the test says so. */
function watch(path: string, stateOf = (one: string): string => fileState([one])) {
  let look: (() => void) | undefined;
  let changes = 0;
  const end = onFileChange(path, () => (changes += 1), {
    stateOf,
    startInterval: (_, action) => {
      look = action;
      return () => {
        look = undefined;
      };
    },
  });
  return {
    end,
    changesAfter: (looks: number): number => {
      for (let i = 0; i < looks; i++) look?.();
      return changes;
    },
  };
}

describe('a watched file', () => {
  const folder = temporaryFolder();
  const path = (name = 'cameras.yaml'): string => join(folder(), name);

  it('has changed once it stays as it is', () => {
    writeFileSync(path(), 'a');
    const { changesAfter, end } = watch(path());
    assert.equal(changesAfter(3), 0);
    writeFileSync(path(), 'ab');
    assert.equal(changesAfter(1), 0);
    writeFileSync(path(), 'abc');
    assert.equal(changesAfter(1), 0);
    assert.equal(changesAfter(1), 1);
    assert.equal(changesAfter(3), 1);
    end();
    writeFileSync(path(), 'abcd');
    assert.equal(changesAfter(3), 1);
  });

  it('has changed if another one takes its place, as editors do', () => {
    writeFileSync(path(), 'a');
    const { changesAfter } = watch(path());
    writeFileSync(path('draft'), 'b');
    renameSync(path('draft'), path());
    assert.equal(changesAfter(2), 1);
  });

  it('has changed if a link on its way leads elsewhere, as with Kubernetes', () => {
    for (const version of ['1', '2']) {
      mkdirSync(path(version));
      writeFileSync(join(path(version), 'cameras.yaml'), version);
    }
    symlinkSync('1', path('..data'));
    symlinkSync(join('..data', 'cameras.yaml'), path());
    const { changesAfter } = watch(path());
    symlinkSync('2', path('..data_tmp'));
    renameSync(path('..data_tmp'), path('..data'));
    assert.equal(changesAfter(2), 1);
  });

  it('has not changed while it is missing', () => {
    writeFileSync(path(), 'a');
    const { changesAfter } = watch(path());
    rmSync(path());
    assert.equal(changesAfter(3), 0);
    writeFileSync(path(), 'b');
    assert.equal(changesAfter(2), 1);
  });

  it('is looked at again after a failure', () => {
    let state: string | undefined = 'a';
    const { changesAfter } = watch('anything', () => {
      if (state === undefined) throw new Error('EACCES');
      return state;
    });
    state = undefined;
    assert.equal(changesAfter(2), 0);
    state = 'b';
    assert.equal(changesAfter(2), 1);
  });
});
