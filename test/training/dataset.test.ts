import assert from 'node:assert/strict';
import { join } from 'node:path';
import { parseDataSet } from '../../training/dataset.js';

const FILE = {
  categories: [
    { id: 7, name: 'bus' },
    { id: 2, name: 'car' },
  ],
  images: [
    { id: 10, file_name: 'a.jpg', width: 100, height: 50 },
    { id: 11, file_name: 'b.jpg', width: 100, height: 50 },
  ],
  annotations: [{ image_id: 10, category_id: 7, bbox: [10, 20, 30, 20] }] as object[],
};
const parse = (over: object): ReturnType<typeof parseDataSet> =>
  parseDataSet({ ...FILE, ...over }, 'root', 'file.json');

describe('parseDataSet', () => {
  it('numbers classes in the order of their ids, and keeps pictures without objects', () => {
    const { classNames, pictures, warnings } = parse({});
    assert.deepEqual(classNames, ['car', 'bus']);
    assert.deepEqual(
      pictures.map(({ path, labels }) => [path, [...labels.classIds], [...labels.corners]]),
      [
        [join('root', 'a.jpg'), [1], [10, 20, 40, 40]],
        [join('root', 'b.jpg'), [], []],
      ],
    );
    assert.deepEqual(warnings, []);
  });

  it("finds Argoverse-HD's pictures in the folders of their sequences", () => {
    const { pictures } = parse({
      images: [{ id: 10, sid: 1, fid: 0, name: 'x.jpg', width: 100, height: 50 }],
      sequences: ['s', 't'],
      seq_dirs: ['d/s', 'd/t'],
    });
    assert.equal(pictures[0].path, join('root', 'd/t', 'x.jpg'));
  });

  it('clips boxes at the border, and counts skipped records', () => {
    const { pictures, warnings } = parse({
      annotations: [
        { image_id: 10, category_id: 2, bbox: [-5, 40, 20, 30] },
        { image_id: 10, category_id: 2, bbox: [5, 5, 0, 30] },
        { image_id: 10, category_id: 2, bbox: [120, 5, 10, 10] },
        { image_id: 10, category_id: 2, bbox: [5, 5, 10, 10], iscrowd: 1 },
        { image_id: 99, category_id: 2, bbox: [5, 5, 10, 10] },
        { image_id: 10, category_id: 3, bbox: [5, 5, 10, 10] },
      ],
    });
    assert.deepEqual([...pictures[0].labels.corners], [0, 40, 15, 50]);
    assert.deepEqual(
      warnings.map((line) => line.replace('file.json: ', '')),
      [
        '2 annotations were skipped: their box is empty or outside the picture',
        '1 annotations were skipped: they are crowds',
        '1 annotations were skipped: their image is missing',
        '1 annotations were skipped: their category is missing',
      ],
    );
  });

  it('names the invalid record', () => {
    for (const [over, message] of [
      [{ categories: undefined }, /"categories" must be an array/],
      [{ categories: [] }, /"categories" is empty/],
      [{ categories: [{ id: 'x', name: 'car' }] }, /categories\[0\]/],
      [{ categories: [...FILE.categories, { id: 7, name: 'tram' }] }, /categories\[2\]: the id 7/],
      [{ images: [] }, /"images" is empty/],
      [{ images: [FILE.images[0], null] }, /images\[1\] is null/],
      [{ images: [FILE.images[0], { id: 11, file_name: 'b.jpg', width: 0, height: 50 }] }, /images\[1\].*above 0/],
      [{ images: [FILE.images[0], FILE.images[0]] }, /images\[1\]: the id 10/],
      [{ annotations: [{ image_id: 10, category_id: 7, bbox: [1, 2, null, 4] }] }, /annotations\[0\]: "bbox"/],
      [{ annotations: [] }, /no picture has an object/],
    ] as const)
      assert.throws(() => parse(over), { name: 'DataError', message });
  });
});
