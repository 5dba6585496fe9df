import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { OutputError } from '../../../../../src/core/errors.js';
import { CopyKeeper, copyPath } from '../../../../../src/streaming/sources/camera/copy/copy-keeper.js';
import { itNeeds } from '../../../../helpers/needs.js';
import { temporaryFolder } from '../../../../helpers/temporary.js';

const MIB = 2 ** 20;

describe('CopyKeeper', () => {
  const folder = temporaryFolder();

  /** A keeper whose disk has room for this many bytes beside its own files. */
  function keeper(diskBytes: number) {
    const failures: string[] = [];
    const path = join(folder(), 'kept.nut');
    const keptBytes = (): number =>
      [0, 1, 2]
        .map((epoch) => copyPath(path, epoch))
        .filter((file) => existsSync(file))
        .reduce((sum, file) => sum + statSync(file).size, 0);
    const copies = new CopyKeeper({
      path,
      onFailure: ({ message }: OutputError) => failures.push(message),
      freeBytesIn: () => diskBytes - keptBytes(),
    });
    return { copies, path, failures, keptBytes };
  }

  it('names the copy of each connection after the first', () => {
    assert.deepEqual(
      [0, 1, 12].map((epoch) => copyPath('/tmp/a.b/kept.nut', epoch)),
      ['/tmp/a.b/kept.nut', '/tmp/a.b/kept.1.nut', '/tmp/a.b/kept.12.nut'],
    );
    assert.equal(copyPath('/tmp/a.b/kept', 1), '/tmp/a.b/kept.1');
  });

  it('keeps one file for each connection, and overwrites that of an attempt without a picture', () => {
    const { copies, path, failures } = keeper(100 * MIB);
    for (const [epoch, text] of [
      [0, 'no picture'],
      [0, 'first'],
      [1, 'second'],
    ] as const) {
      assert.ok(copies.begin(epoch));
      assert.equal(copies.path, copyPath(path, epoch));
      copies.write(Buffer.from(text));
      copies.finish();
    }
    assert.deepEqual([readFileSync(path, 'utf8'), readFileSync(copyPath(path, 1), 'utf8')], ['first', 'second']);
    assert.deepEqual([copies.path, failures], [undefined, []]);
  });

  it('ends, and reports it once, when little more room is left than the video needs', () => {
    const { copies, failures, keptBytes } = keeper(40 * MIB);
    for (let epoch = 0; epoch < 3; epoch++) {
      copies.begin(epoch);
      for (let piece = 0; piece < 4; piece++) copies.write(new Uint8Array(MIB));
      copies.finish();
    }
    assert.equal(keptBytes(), 9 * MIB, '8 MiB and 32 that are free were enough for one more, 9 and 31 are not');
    assert.equal(failures.length, 1);
    assert.ok(
      failures[0].startsWith(`the disk of ${folder()} has 33 MB left, but the video of the 9 MB kept so far`),
      failures[0],
    );
  });

  it('keeps nothing if the folder is gone', () => {
    const { copies, failures } = keeper(100 * MIB);
    const gone = new CopyKeeper({
      path: join(folder(), 'gone', 'kept.nut'),
      onFailure: ({ message }) => failures.push(message),
    });
    assert.equal(gone.begin(0), false);
    gone.write(Buffer.from('x'));
    assert.match(failures.join(), /gone.kept\.nut: its folder does not exist/);
    assert.ok(copies.begin(0));
  });

  itNeeds({ '/dev/full': existsSync('/dev/full') }, 'ends where a piece cannot be written', () => {
    const { copies, path, failures } = keeper(100 * MIB);
    symlinkSync('/dev/full', path);
    copies.begin(0);
    for (let piece = 0; piece < 3; piece++) copies.write(Buffer.from('x'));
    assert.deepEqual(failures.length, 1);
    assert.match(failures[0], /kept\.nut failed, so the file ends here: the disk is full/);
    assert.equal(copies.begin(1), false, 'nor is the next connection kept');
    assert.ok(!existsSync(copyPath(path, 1)));
  });
});
