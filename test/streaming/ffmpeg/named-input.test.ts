import assert from 'node:assert/strict';
import { closeSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameInput } from '../../../src/streaming/ffmpeg/named-input.js';
import { temporaryFolder } from '../../helpers/temporary.js';

describe('nameInput', () => {
  const folder = temporaryFolder();

  it('leaves names without control characters as they are', () => {
    for (const name of ['/a b/c[d] %20 é.mp4', 'rtsp://cam/x?y=z', 'pipe:0', 'a: corrupt decoded frame.ts'])
      assert.deepEqual(nameInput(['-v', 'error', '-i', name, 'pipe:1'], 4), {
        args: ['-v', 'error', '-i', name, 'pipe:1'],
      });
    assert.deepEqual(nameInput(['-version'], 4), { args: ['-version'] });
  });

  it('opens a file with a line feed in its name, and names its descriptor', () => {
    const path = join(folder(), 'a\n[info] b.mp4');
    writeFileSync(path, 'content');
    const { args, fd } = nameInput(['-i', path, 'pipe:1'], 4);
    assert.deepEqual(args, ['-i', '/dev/fd/4', 'pipe:1']);
    assert.equal(readFileSync(fd!, 'utf8'), 'content');
    closeSync(fd!);
  });

  it('does so for a folder on the way, and reports a file that is not there', () => {
    const at = join(folder(), 'c\rd');
    mkdirSync(at);
    assert.throws(() => nameInput(['-i', join(at, 'x.mp4')], 4), { code: 'ENOENT' });
  });

  it('encodes control characters of a URL', () =>
    assert.deepEqual(nameInput(['-i', 'http://h/a\nb\x1b.mp4'], 4), { args: ['-i', 'http://h/a%0Ab%1B.mp4'] }));
});
