import assert from 'node:assert/strict';
import { existsSync, fstatSync, readdirSync } from 'node:fs';
import { PictureSlotsFile, readSlot } from '../../../src/model/host/picture-slots-file.js';

describe('PictureSlotsFile', () => {
  let slots: PictureSlotsFile;
  beforeEach(() => {
    slots = new PictureSlotsFile(2, 12);
  });
  afterEach(() => slots.close());

  it('returns the written pictures, slot by slot', () => {
    const pictures = [1, 2].map((seed) => Uint8Array.from({ length: 12 }, (_, i) => i * seed));
    pictures.forEach((picture, slot) => slots.write(slot, picture));
    for (const slot of [1, 0]) {
      const into = new Uint8Array(12);
      readSlot(slots.fd, slot, into);
      assert.deepEqual(into, pictures[slot]);
    }
  });

  it('reserves its memory from the start, for its owner alone', () => {
    const { size, mode } = fstatSync(slots.fd);
    assert.equal(size, 24);
    if (process.platform !== 'win32') assert.equal(mode & 0o777, 0o600);
  });

  it('has no name, so that no file can be left behind', function () {
    if (!existsSync('/dev/shm')) this.skip();
    assert.equal(fstatSync(slots.fd).nlink, 0);
    assert.deepEqual(
      readdirSync('/dev/shm').filter((name) => name.startsWith('nowcast-')),
      [],
    );
  });

  it('refuses a picture of another size, naming both', () => {
    assert.throws(() => slots.write(0, new Uint8Array(13)), { code: 'NOWCAST_INTERNAL', message: /13 bytes.* 12/ });
  });

  it('reports a slot outside the file', () => {
    assert.throws(() => readSlot(slots.fd, 2, new Uint8Array(12)), /only partly read/);
  });

  it('may be closed twice', () => {
    slots.close();
    slots.close();
    assert.throws(() => fstatSync(slots.fd));
  });
});
