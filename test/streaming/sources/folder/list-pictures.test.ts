import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listPictures } from '../../../../src/streaming/sources/folder/list-pictures.js';
import { formatOfFile, isPattern, isPictureFile } from '../../../../src/streaming/sources/folder/recognise.js';
import { temporaryFolder } from '../../../helpers/temporary.js';

const FIELD = 'test/fixtures/field/folder-skips';

describe('listPictures', () => {
  const folder = temporaryFolder();
  const write = (...names: string[]): void => {
    for (const name of names) {
      mkdirSync(join(folder(), name, '..'), { recursive: true });
      cpSync(join(FIELD, 'a.JPG'), join(folder(), name));
    }
  };
  const filesOf = async (...places: string[]): Promise<string[]> =>
    (await listPictures(places.map((place) => join(folder(), place)))).pictures.map(({ file }) => file);

  it('takes pictures by their content, and counts what it leaves out', async () => {
    cpSync(FIELD, folder(), { recursive: true });
    writeFileSync(join(folder(), 'labels.txt'), 'dog');
    mkdirSync(join(folder(), 'more'));
    const { pictures, unsupported, others, subfolders } = await listPictures([folder()]);
    assert.deepEqual(
      pictures.map(({ file }) => file),
      ['a.JPG', 'b.jfif', 'i.heic', 'j.mpo'],
    );
    assert.deepEqual(
      { unsupported, others, subfolders },
      { unsupported: ['e.pgm', 'f.jp2'], others: 1, subfolders: 1 },
    );
  });

  it('expands patterns of a shell, in natural order', async () => {
    write('a/2.jpg', 'a/10.jpg', 'a/deep/1.jpg', 'b/3.png', 'c.jpg');
    assert.deepEqual(await filesOf('a/*.jpg'), ['2.jpg', '10.jpg']);
    assert.deepEqual(await filesOf('**/*.jpg'), ['a/2.jpg', 'a/10.jpg', 'a/deep/1.jpg', 'c.jpg']);
    assert.deepEqual(await filesOf('{a,b}/[0-9].*'), ['a/2.jpg', 'b/3.png']);
    assert.deepEqual(await filesOf('a/**'), ['2.jpg', '10.jpg', 'deep/1.jpg']);
  });

  it('expands the numbered patterns of ffmpeg', async () => {
    write('f_00001.jpg', 'f_00010.jpg', 'f_2.jpg', 'f_x.jpg', 'g_00003.jpg');
    assert.deepEqual(await filesOf('f_%05d.jpg'), ['f_00001.jpg', 'f_00010.jpg']);
    assert.deepEqual(await filesOf('f_%d.jpg'), ['f_00001.jpg', 'f_2.jpg', 'f_00010.jpg']);
  });

  it('keeps the order of named files, and names them from their common folder', async () => {
    write('a/2.jpg', 'b/1.jpg');
    assert.deepEqual(await filesOf('b/1.jpg', 'a/2.jpg'), ['b/1.jpg', 'a/2.jpg']);
  });

  it('takes a path with the form of a pattern that exists', async () => {
    write('[2024] trip/1.jpg');
    assert.deepEqual(await filesOf('[2024] trip'), ['1.jpg']);
  });

  it('says what there is instead of pictures', async () => {
    write('sub/1.jpg');
    writeFileSync(join(folder(), 'notes.txt'), 'none');
    await assert.rejects(listPictures([folder()]), {
      code: 'NOWCAST_SOURCE_NO_PICTURES',
      message:
        /holds no pictures \(1 other file, 1 subfolder\); supported are JPEG, .*; to read subfolders, give ".*\*\*"/,
    });
    await assert.rejects(listPictures([join(folder(), '*.png')]), {
      code: 'NOWCAST_SOURCE_NO_PICTURES',
      message: /\*\.png" matches no pictures/,
    });
  });
});

describe('isPattern', () => {
  for (const [text, is] of [
    ['a/*.jpg', true],
    ['a?.png', true],
    ['f[0-9].png', true],
    ['{a,b}.png', true],
    ['f%05d.png', true],
    ['plain.jpg', false],
    ['100%.jpg', false],
    ['a [draft].jpg'.replace('[draft]', '[]'), false],
  ] as const) {
    it(`is ${is} for ${text}`, () => assert.equal(isPattern(text), is));
  }
});

describe('formatOfFile', () => {
  const folder = temporaryFolder();

  it('goes by content, not by name', () => {
    writeFileSync(join(folder(), 'a.jpg'), 'text');
    const names = [join(folder(), 'a.jpg'), join(FIELD, 'i.heic'), join(FIELD, 'f.jp2'), folder(), 'missing.png'];
    assert.deepEqual(
      names.map((path) => formatOfFile(path)?.name),
      [undefined, 'JPEG', 'JPEG 2000', undefined, undefined],
    );
  });
});

describe('isPictureFile', () => {
  const folder = temporaryFolder();

  for (const [what, name, content, is] of [
    ['a picture of any name', 'a.mp4', '\xff\xd8\xff\xe0', true],
    ['an empty file with the name of a picture', 'a.jpg', '', true],
    ['text with the name of a picture', 'a.PNG', 'text', true],
    ['a video with the name of a picture', 'a.gif', '\0\0\0\x20ftypisom', false],
    ['text of another name', 'a.txt', 'text', false],
  ] as const) {
    it(`is ${is} for ${what}`, () => {
      const path = join(folder(), name);
      writeFileSync(path, content, 'latin1');
      assert.equal(isPictureFile(path), is);
    });
  }
});
