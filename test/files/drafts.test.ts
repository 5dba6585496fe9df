import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OutputError } from '../../src/core/errors.js';
import { writeFileAtomic } from '../../src/files/atomic-write.js';
import { writeFileDurably } from '../../src/files/durable-write.js';
import { makeFolder } from '../../src/files/make-folder.js';
import { claimOutput } from '../../src/files/output-claim.js';
import { OutputFile } from '../../src/files/output-file.js';
import { writeWholeFile } from '../../src/files/whole-file.js';
import { temporaryFolder } from '../helpers/temporary.js';

const unwritable = (error: Error): never => {
  throw error;
};

describe('drafts', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder(), name);

  /** Every writer, and the name of its draft if one can predict it. */
  const writers: Record<string, { readonly write: (path: string) => void | Promise<void>; readonly draft?: string }> = {
    'a file at once': { write: (path) => writeFileAtomic(path, 'new') },
    'a checkpoint': { write: (path) => writeFileDurably(path, [Buffer.from('new')]), draft: '.tmp' },
    'a result': { write: (path) => writeWholeFile(path, 'new'), draft: '.part' },
    'an output that replaces an older one': {
      write(path) {
        const file = new OutputFile(path, unwritable, 'kept-until-published');
        file.write('new');
        file.publish();
        file.close();
      },
      draft: '.part',
    },
    'a lock': {
      write(path) {
        claimOutput(path).release();
        writeFileSync(path, 'new');
      },
      draft: `.lock.${process.pid}`,
    },
  };
  for (const [name, { write, draft }] of Object.entries(writers)) {
    it(`of ${name} follow no link that another user has laid, and leave nothing`, async () => {
      writeFileSync(at('out'), 'older');
      writeFileSync(at('victim'), 'untouched');
      if (draft !== undefined) symlinkSync(at('victim'), at(`out${draft}`));
      await write(at('out'));
      assert.equal(readFileSync(at('victim'), 'utf8'), 'untouched');
      assert.equal(readFileSync(at('out'), 'utf8'), 'new');
      assert.equal(lstatSync(at('out')).isFile(), true);
      const left = readdirSync(folder()).filter((file) => !['out', 'victim'].includes(file));
      assert.deepEqual(left, name === 'a lock' ? [`out.lock.${process.pid}`] : []);
    });
  }

  it('that cannot be written leave nothing and name the file', async () => {
    mkdirSync(at('folder'));
    await assert.rejects(writeFileAtomic(at('folder'), 'new'), OutputError);
    assert.deepEqual(readdirSync(folder()), ['folder']);
  });
});

describe('makeFolder', () => {
  const folder = temporaryFolder();

  it('makes a folder and those above it, with its mode, and leaves existing ones alone', () => {
    const path = join(folder(), 'a', 'b', 'c');
    makeFolder(path, 0o700);
    makeFolder(path, 0o755);
    assert.equal(lstatSync(path).mode & 0o777, 0o700);
    assert.equal(lstatSync(join(folder(), 'a')).mode & 0o777, 0o700);
  });

  it('fails, and ends, where no folder can be made', function () {
    if (!existsSync('/proc')) this.skip();
    assert.throws(() => makeFolder('/proc/nowcast/a/b'), /no folder can be made in \/proc; choose another place/);
  });
});
