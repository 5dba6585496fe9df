import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OutputError } from '../../src/core/errors.js';
import { tryFile, tryFileAndFolder, tryFolder } from '../../src/files/try-place.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { mountTinyDisk } from '../helpers/tiny-disk.js';

describe('the place of a file to come', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder(), name);
  const refuses = (tried: () => void, message: RegExp): void =>
    assert.throws(tried, (error) => error instanceof OutputError && message.test(error.message));

  it('is tried, and is as it was afterwards', () => {
    mkdirSync(at('there'));
    writeFileSync(at('there/old'), 'mine');
    tryFolder('a.folder', at('new/folder'));
    tryFolder('a.folder', at('there/new'));
    tryFile('b', at('there/new'));
    tryFile('b', at('there/old'));
    tryFileAndFolder('c', at('new/file'));
    tryFileAndFolder('c', at('there/old'));
    assert.deepEqual(readdirSync(folder(), { recursive: true }).sort(), ['there', 'there/old']);
    assert.equal(readFileSync(at('there/old'), 'utf8'), 'mine');
  });

  it('is named by its key where it cannot be written, and nothing is left there', () => {
    writeFileSync(at('file'), 'mine');
    refuses(() => tryFolder('a.folder', at('file/x')), /^a\.folder: cannot write .*: a part of its path is a file/);
    refuses(() => tryFile('b', at('none/x')), /^b: cannot write .*: its folder does not exist; create it first$/);
    refuses(() => tryFile('b', folder()), /^b: cannot write .*: it is a folder/);
    refuses(() => tryFileAndFolder('c', at('file/x')), /^c: cannot write .*: a part of its path is a file/);
    refuses(() => tryFolder('a.folder', at(`new/${'x'.repeat(300)}`)), /^a\.folder: cannot write .*too long/);
    assert.deepEqual(readdirSync(folder()), ['file']);
  });

  it('is no good where the file system takes no folders', function () {
    if (process.platform !== 'linux') this.skip();
    refuses(
      () => tryFolder('a.folder', '/proc/none/x'),
      /^a\.folder: cannot write .*: no folder can be made in \/proc; /,
    );
  });

  it('is no good on a full disk', function () {
    const unmount = mountTinyDisk(at('disk'), 8);
    if (unmount === undefined) this.skip();
    try {
      writeFileSync(at('disk/all'), new Uint8Array(8192));
    } catch {
      // It is full now.
    }
    try {
      refuses(() => tryFolder('a.folder', at('disk')), /^a\.folder: cannot write .*the disk is full/);
      assert.deepEqual(readdirSync(at('disk')), ['all']);
    } finally {
      unmount();
    }
  });
});
