import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { DataSet } from '../../../training/data-set/data-set.js';
import type { PictureSizes } from '../../../training/data-set/images.js';
import { parseDataSet } from '../../../training/data-set/parse.js';

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
const parse = (over: object, sizes?: PictureSizes): DataSet =>
  parseDataSet({ ...FILE, ...over }, 'root', 'file.json', sizes);
const messages = (warnings: readonly string[]): string[] => warnings.map((line) => line.replace('file.json: ', ''));

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
    assert.deepEqual(messages(warnings), [
      '1 class of 2 has no annotation: car; the network learns never to report such a class',
    ]);
  });

  it('passes over annotations without a box, and counts objects that are annotated twice', () => {
    const [object] = FILE.annotations;
    const boxes = [[], null, [1, 2, 3], [NaN, 2, 3, 4], ['1', 2, 3, 4]];
    const { pictures, warnings } = parse({
      annotations: [
        object,
        { ...object },
        { ...object, category_id: 2 },
        ...boxes.map((bbox) => ({ ...object, bbox })),
      ],
    });
    assert.deepEqual([...pictures[0].labels.classIds], [1, 1, 0]);
    assert.deepEqual(messages(warnings), [
      'object annotated twice: the same class and box in one picture (annotations[1], bbox [10,20,30,20])',
      'annotation passed over: its "bbox" is not four numbers (5 times, first annotations[3], bbox [])',
    ]);
    assert.throws(
      () => parse({ annotations: [{ ...object, bbox: undefined }] }),
      /there is nothing to learn\n- annotation passed over: its "bbox" is not four numbers \(annotations\[0\], bbox absent\)/,
    );
  });

  it("finds Argoverse-HD's pictures in the folders of their sequences", () => {
    const { pictures } = parse({
      images: [{ id: 10, sid: 1, fid: 0, name: 'x.jpg', width: 100, height: 50 }],
      sequences: ['s', 't'],
      seq_dirs: ['d/s', 'd/t'],
    });
    assert.equal(pictures[0].path, join('root', 'd/t', 'x.jpg'));
    const named = parse({ images: [{ ...FILE.images[0], sid: 1, fid: 0 }], sequences: ['s', 't'] });
    assert.equal(named.pictures[0].path, join('root', 't', 'a.jpg'), "without seq_dirs, by the sequence's name");
  });

  it('clips boxes at the border, and counts skipped records by reason, with an example', () => {
    const { pictures, warnings } = parse({
      categories: [FILE.categories[1]],
      annotations: [
        { image_id: 10, category_id: 2, bbox: [-5, 40, 20, 30] },
        { image_id: 10, category_id: 2, bbox: [5, 5, 0, 30] },
        { image_id: 10, category_id: 2, bbox: [5, 5, 30, -1] },
        { image_id: 10, category_id: 2, bbox: [120, 5, 10, 10] },
        { image_id: 10, category_id: 2, bbox: [5, 5, 10, 10], iscrowd: 1 },
        { image_id: '10', category_id: 2, bbox: [5, 5, 10, 10] },
        { image_id: 10, category_id: 3, bbox: [5, 5, 10, 10] },
        { image_id: 10, category_id: 2, bbox: [99.5, 5, 10, 10] },
      ],
    });
    assert.deepEqual([...pictures[0].labels.corners], [0, 40, 15, 50]);
    assert.deepEqual(messages(warnings), [
      'box reaches over the border and is clipped; COCO writes [left, top, width, height] (annotations[0], bbox [-5,40,20,30] of 100x50)',
      'annotation passed over: its box has no width or no height (2 times, first annotations[1], bbox [5,5,0,30])',
      'annotation passed over: its box is outside the picture (annotations[3], bbox [120,5,10,10] of 100x50)',
      'annotation passed over: it is a crowd (annotations[4], bbox [5,5,10,10])',
      'annotation passed over: its image_id is no id of "images" (annotations[5], image_id "10")',
      'annotation passed over: its category_id is no id of "categories" (annotations[6], category_id 3)',
      'annotation passed over: its box is smaller than a pixel (annotations[7], bbox [99.5,5,10,10])',
    ]);
  });

  it('names classes without an annotation, and a root that is none', () => {
    const { warnings } = parse({
      categories: [{ id: 0, name: 'street', supercategory: 'none' }, ...FILE.categories],
    });
    assert.deepEqual(messages(warnings), [
      '2 classes of 3 have no annotation: street, car; the network learns never to report such a class. ' +
        '"street" looks like the root that Roboflow writes before the classes; remove it from "categories"',
    ]);
  });

  it('names categories whose names differ in case and spaces only', () => {
    const { warnings } = parse({
      categories: [...FILE.categories, { id: 9, name: ' Bus' }],
      annotations: [7, 2, 9].map((category_id) => ({ image_id: 10, category_id, bbox: [10, 20, 30, 20] })),
    });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /the categories 7 "bus" and 9 " Bus" have the same name/);
  });

  it('names a picture that is listed twice', () => {
    const { warnings } = parse({
      categories: [FILE.categories[0]],
      images: [FILE.images[0], { ...FILE.images[0], id: 11 }],
    });
    assert.deepEqual(messages(warnings), [
      'picture listed twice: each record teaches that the objects of the other are not there (images[1], "a.jpg")',
    ]);
  });

  it('compares records with the pictures as they are decoded', () => {
    const one = { categories: [FILE.categories[0]], images: [FILE.images[0]] };
    const twoPictures = { categories: [FILE.categories[0]] };
    const withSize = (width: number, height: number, over: object): ReturnType<typeof parse> =>
      parse(over, new Map([[join('root', 'a.jpg'), { width, height }]]));
    assert.deepEqual(withSize(100, 50, one).warnings, []);
    assert.match(withSize(201, 100, one).warnings[0], /of another size than its record; .*201x100 pixels.*100x50/);
    assert.match(withSize(100, 100, one).warnings[0], /of another shape than its record/);
    assert.throws(() => withSize(50, 100, one), /nothing to learn\n- picture passed over: its record swaps width/);

    const moved = [{ image_id: 11, category_id: 7, bbox: [1, 2, 3, 4] }, ...FILE.annotations];
    const { pictures, warnings } = withSize(50, 100, { ...twoPictures, annotations: moved });
    assert.deepEqual(
      pictures.map(({ path }) => path),
      [join('root', 'b.jpg')],
    );
    assert.equal(warnings.length, 1, 'its annotations are not counted again');
  });

  it('refuses boxes that are shares of the picture, and says so', () => {
    assert.throws(
      () => parse({ annotations: [{ image_id: 10, category_id: 7, bbox: [0.2, 0.1, 0.5, 0.9] }] }),
      /every box lies within the first pixel, such as bbox \[0.2,0.1,0.5,0.9\].*Multiply them/,
    );
    const { warnings } = parse({
      annotations: [{ image_id: 10, category_id: 7, bbox: [0.2, 0.1, 0.5, 0.9] }, ...FILE.annotations],
    });
    assert.match(warnings[1], /smaller than a pixel \(annotations\[0\]/);
  });

  it('gives the reasons if there is nothing to learn', () => {
    const annotations = [5, 6].map((image_id) => ({ image_id, category_id: 7, bbox: [1, 2, 3, 4] }));
    assert.throws(
      () => parse({ annotations }),
      /nothing to learn\n- annotation passed over: its image_id is no id of "images" \(2 times, first annotations\[0\], image_id 5\)/,
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
      [
        { annotations: [{ image_id: 10, category_id: 7, bbox: [1, 2, null, 4] }] },
        /"bbox" is not four numbers \(annotations\[0\], bbox \[1,2,null,4\]\)/,
      ],
      [{ annotations: [] }, /no picture has an object/],
      [{ seq_dirs: null }, /"seq_dirs" must be an array of strings/],
      [{ seq_dirs: ['s', 1] }, /"seq_dirs" must be an array of strings/],
      [{ seq_dirs: ['s'], images: [{ ...FILE.images[0], sid: 1 }] }, /images\[0\]: "sid" is 1, but there are 1 seq/],
      [{ seq_dirs: ['s'], images: [{ ...FILE.images[0], sid: '0' }] }, /images\[0\]: "sid" is "0"/],
    ] as const)
      assert.throws(() => parse(over), { name: 'DataError', message });
  });
});
