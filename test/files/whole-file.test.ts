import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { OutputError } from '../../src/core/errors.js';
import { WholeFile, writeWholeFile } from '../../src/files/whole-file.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('a file that appears whole', () => {
  const folder = temporaryFolder();
  const path = (): string => join(folder(), 'out.json');

  it('leaves an older file as it is until it is written, and nothing if it never is', () => {
    writeFileSync(path(), 'older');
    const file = new WholeFile(path());
    assert.equal(readFileSync(path(), 'utf8'), 'older');
    file.release();
    assert.equal(readFileSync(path(), 'utf8'), 'older');
    assert.deepEqual(readdirSync(folder()), ['out.json']);
  });

  it('replaces an older file with its permissions', () => {
    writeFileSync(path(), 'older');
    chmodSync(path(), 0o640);
    writeWholeFile(path(), 'newer');
    assert.equal(readFileSync(path(), 'utf8'), 'newer');
    assert.equal(statSync(path()).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(folder()), ['out.json']);
  });

  it('leaves no file where there was none', () => {
    new WholeFile(path()).release();
    assert.deepEqual(readdirSync(folder()), []);
  });

  it('refuses a second writer', () => {
    const file = new WholeFile(path());
    assert.throws(() => new WholeFile(path()), /another output of this run writes it/);
    file.write('mine');
    file.release();
    assert.equal(readFileSync(path(), 'utf8'), 'mine');
  });

  it('refuses a path that cannot be written, with the remedy', () => {
    mkdirSync(path());
    for (const [wrong, says] of [
      [path(), /it is a folder/],
      [join(folder(), 'absent/out.json'), /create it first/],
    ] as const)
      assert.throws(
        () => new WholeFile(wrong),
        (error) => error instanceof OutputError && says.test(error.message),
      );
    assert.deepEqual(readdirSync(folder()), ['out.json']);
  });

  it('appears behind a link to a file that does not exist yet', () => {
    symlinkSync('out.json', join(folder(), 'link.json'));
    writeWholeFile(join(folder(), 'link.json'), 'mine');
    assert.equal(readFileSync(path(), 'utf8'), 'mine');
    assert.ok(lstatSync(join(folder(), 'link.json')).isSymbolicLink());
  });
});
