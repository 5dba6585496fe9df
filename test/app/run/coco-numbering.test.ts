import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cocoNumbering } from '../../../src/app/run/coco-numbering.js';
import { LABEL_SETS } from '../../../src/model/labels.js';
import { temporaryFolder } from '../../helpers/temporary.js';
import { perceptOf } from '../../streaming/events.js';

const IMAGES = [
  { id: 7, file_name: 'drive\\a.jpg' },
  { id: 8, file_name: 'b.jpg' },
  { id: 9, file_name: 'x/c.jpg' },
  { id: 10, file_name: 'y/c.jpg' },
];

describe('ids of COCO results', () => {
  const folder = temporaryFolder();
  const said: string[] = [];
  const say = (message: string): unknown => said.push(message);
  const log = { debug: say, info: say, warn: say, error: say };
  beforeEach(() => said.splice(0));

  function numbering(): ReturnType<typeof cocoNumbering> {
    const path = join(folder(), 'annotations.json');
    const categories = [
      { id: 40, name: 'Person' },
      { id: 41, name: 'car' },
    ];
    writeFileSync(path, JSON.stringify({ images: IMAGES, categories }));
    return cocoNumbering(['car', 'person', 'dog'], path, log);
  }

  it('are those of the data set, by names', () => {
    const { imageId, categoryId } = numbering();
    const idOf = (file: string): unknown => imageId({ ...perceptOf(0), file });
    assert.deepEqual(['drive/a.jpg', 'a.jpg', 'set/b.jpg', 'y/c.jpg'].map(idOf), [7, 7, 8, 10]);
    assert.deepEqual([0, 1, 2].map(categoryId), [41, 40, undefined]);
  });

  it('leave out pictures that the data set does not have, or has twice, and say so once', () => {
    const { imageId } = numbering();
    assert.deepEqual(
      ['z.jpg', 'c.jpg'].map((file) => imageId({ ...perceptOf(0), file })),
      [undefined, undefined],
    );
    assert.equal(said.filter((message) => /z\.jpg is no image of .*annotations\.json/.test(message)).length, 1);
  });

  it('leave out pictures of another size than the data set states, and say so once', () => {
    const path = join(folder(), 'sizes.json');
    const { width, height } = perceptOf(0);
    const images = [
      { id: 1, file_name: 'a.jpg', width, height },
      { id: 2, file_name: 'b.jpg', width: height, height: width },
      { id: 3, file_name: 'c.jpg', width: 1, height: 1 },
    ];
    writeFileSync(path, JSON.stringify({ images, categories: [{ id: 1, name: 'car' }] }));
    const { imageId } = cocoNumbering(['car'], path, log);
    assert.deepEqual(
      ['a.jpg', 'b.jpg', 'c.jpg'].map((file) => imageId({ ...perceptOf(0), file })),
      [1, undefined, undefined],
    );
    const sizes = said.filter((message) => / pixels, and /.test(message));
    assert.equal(sizes.length, 1);
    assert.match(
      sizes[0],
      new RegExp(`^b\\.jpg has ${width}x${height} pixels, and .*sizes\\.json describes ${height}x${width};`),
    );
  });

  it('are those of the frames of a video by number', () =>
    assert.deepEqual(
      [0, 3, 4].map((seq) => numbering().imageId(perceptOf(seq))),
      [7, 10, undefined],
    ));

  it('are numbers of the run without a data set, and the run says which', () => {
    const own = cocoNumbering(['car', 'person'], undefined, log);
    assert.deepEqual([own.imageId(perceptOf(5)), own.categoryId(1)], [5, 1]);
    assert.match(said[0], /images are numbered from 0 in the order of the frames, classes are numbered from 0/);
    assert.equal(cocoNumbering(LABEL_SETS.coco, undefined, log).categoryId(79), 90);
    assert.match(said[1], /classes have the ids of COCO/);
  });
});
