import assert from 'node:assert/strict';
import { existsSync, fstatSync, readdirSync } from 'node:fs';
import { FrameRingFile, readSlot } from '../../../src/model/host/frame-ring-file.js';

describe('FrameRingFile', () => {
  let ring: FrameRingFile;
  beforeEach(() => { ring = new FrameRingFile(2, 12); });
  afterEach(() => ring.close());

  it('gives back what was written, slot by slot', () => {
    const pictures = [1, 2].map((seed) => Uint8Array.from({ length: 12 }, (_, i) => i * seed));
    pictures.forEach((picture, slot) => ring.write(slot, picture));
    for (const slot of [1, 0]) {
      const into = new Uint8Array(12);
      readSlot(ring.fd, slot, into);
      assert.deepEqual(into, pictures[slot]);
    }
  });

  it('claims its memory from the start, for its owner alone', () => {
    const { size, mode } = fstatSync(ring.fd);
    assert.equal(size, 24);
    if (process.platform !== 'win32') assert.equal(mode & 0o777, 0o600);
  });

  it('has no name, so that nothing can be left behind', function () {
    if (!existsSync('/dev/shm')) this.skip();
    assert.equal(fstatSync(ring.fd).nlink, 0);
    assert.deepEqual(readdirSync('/dev/shm').filter((name) => name.startsWith('nowcast-')), []);
  });

  it('refuses a picture of another size, naming both', () => {
    assert.throws(() => ring.write(0, new Uint8Array(13)), { code: 'NOWCAST_INTERNAL', message: /13 bytes.* 12/ });
  });

  it('says so when a slot does not lie in the file', () => {
    assert.throws(() => readSlot(ring.fd, 2, new Uint8Array(12)), /in part/);
  });

  it('may be closed twice', () => {
    ring.close();
    ring.close();
    assert.throws(() => fstatSync(ring.fd));
  });
});
