import assert from 'node:assert/strict';
import { DataError } from '../../src/core/errors.js';
import { parseGroundTruth } from '../../evaluation/ground-truth.js';
import { drawScene, type Annotations } from './scene.js';

const plain = {
  categories: [
    { id: 3, name: 'car' },
    { id: 1, name: 'person' },
  ],
  images: [
    { id: 20, file_name: 'b10.jpg', width: 640, height: 480 },
    { id: 10, file_name: 'b9.jpg', width: 640, height: 480 },
  ],
  annotations: [{ id: 1, image_id: 20, category_id: 3, bbox: [1, 2, 3, 4], area: 10, iscrowd: 0 }],
};

describe('ground truth', () => {
  it('orders images and classes by id and keeps the annotations', () => {
    const truth = parseGroundTruth(plain);
    assert.deepEqual(
      truth.classes.map(({ name }) => name),
      ['person', 'car'],
    );
    assert.deepEqual(
      truth.images.map(({ id }) => id),
      [10, 20],
    );
    assert.deepEqual([...truth.objects.image], [1]);
    assert.deepEqual([...truth.objects.classIndex], [1]);
    assert.deepEqual([...truth.objects.boxes], [1, 2, 3, 4]);
    assert.deepEqual(truth.warnings, []);
  });

  it('lets each image of a plain COCO file stand alone', () => {
    assert.deepEqual(
      parseGroundTruth(plain).sequences.map(({ name, images }) => [name, ...images]),
      [
        ['b9.jpg', 0],
        ['b10.jpg', 1],
      ],
    );
  });

  it('makes one sequence of a plain COCO video, in the order of the file', () => {
    const { sequences, warnings } = parseGroundTruth(plain, 'clip.mp4');
    assert.deepEqual(
      sequences.map(({ name, images }) => [name, ...images]),
      [['clip.mp4', 1, 0]],
    );
    assert.match(warnings[0], /file name sorts before/);
  });

  it("reads Argoverse-HD's sequences in the order of the file", () => {
    const { annotations } = drawScene(1, { sequences: 2, frames: 3 });
    const truth = parseGroundTruth(annotations);
    assert.deepEqual(
      truth.sequences.map(({ name, dir, images }) => [name, dir, ...images]),
      [
        ['drive-0', 'drive-0/frames', 0, 1, 2],
        ['drive-1', 'drive-1/frames', 3, 4, 5],
      ],
    );
  });

  it('counts skipped records', () => {
    const annotations = [
      { id: 1, image_id: 99, category_id: 3, bbox: [1, 2, 3, 4] },
      { id: 2, image_id: 10, category_id: 7, bbox: [1, 2, 3, 4] },
      { id: 3, image_id: 99, category_id: 3, bbox: [1, 2, 3, 4] },
    ];
    const { objects, warnings } = parseGroundTruth({ ...plain, annotations });
    assert.equal(objects.image.length, 0);
    assert.deepEqual(warnings, [
      'annotation skipped: its "image_id" is unknown (2 times, first annotations[0])',
      'annotation skipped: its "category_id" is unknown (annotations[1])',
    ]);
  });

  it('has no objects if the file has no annotations', () => {
    const { annotations: _, ...withoutAnnotations } = plain;
    assert.equal(parseGroundTruth(withoutAnnotations).objects.image.length, 0);
  });

  it('keeps the last of two records with one id, and says so', () => {
    const { images, warnings } = parseGroundTruth({
      ...plain,
      images: [...plain.images, { id: 10, file_name: 'again.jpg' }],
    });
    assert.deepEqual(
      images.map(({ name }) => name),
      ['again.jpg', 'b10.jpg'],
    );
    assert.deepEqual(warnings, [
      'record replaced by a later one with the same id, as in pycocotools (images[1] by images[2], id 10)',
    ]);
  });

  it('keeps ids of any kind, to the last digit', () => {
    const { images, imageIndex, objects } = parseGroundTruth({
      ...plain,
      images: [{ id: 2n ** 60n + 1n }, { id: 2n ** 60n }],
      annotations: [{ id: 'x', image_id: 2n ** 60n + 1n, category_id: 3, bbox: [1, 2, 3, 4] }],
    });
    assert.deepEqual(
      images.map(({ id, name }) => [id, name]),
      [
        [2n ** 60n, '1152921504606846976'],
        [2n ** 60n + 1n, '1152921504606846977'],
      ],
    );
    assert.equal(imageIndex.get(2n ** 60n + 1n), 1);
    assert.deepEqual([...objects.image], [1]);
  });

  it('names the oddities of records that are scored all the same', () => {
    const { images, classes, warnings } = parseGroundTruth({
      categories: [{ id: 3, name: 7 }],
      images: [{ id: 10, file_name: 12, width: 0, height: 480 }],
      annotations: [
        { id: 1, image_id: 10, category_id: 3, bbox: [1, 2, -3, 4] },
        { id: 2, image_id: 10, category_id: 3, bbox: ['1', '2', '3', '4'] },
      ],
    });
    assert.deepEqual([images[0].name, images[0].size, classes[0].name], ['12', undefined, '7']);
    assert.deepEqual(warnings, [
      'class whose name is no text (categories[0]: 7, read as "7")',
      'image whose name is no text (images[0]: 12, read as "12")',
      'image without a usable "width" and "height"; boxes are scored without them (images[0]: 0 x 480)',
      'box of an annotation with a negative width or height, scored as it is, as in pycocotools (annotations[0], [1,2,-3,4])',
      'box of an annotation written as text and read as numbers (annotations[1])',
    ]);
  });

  it('warns of frames that are out of order', () => {
    const { annotations } = drawScene(1, { sequences: 1, frames: 3 });
    annotations.images.reverse();
    assert.match(parseGroundTruth(annotations).warnings[0], /^image out of order.*2 times, first images\[1\], fid 1/);
  });

  const faults: [string, (json: Annotations) => unknown, RegExp][] = [
    ['something else', () => [], /expected an object with "images"/],
    ['no images', (json) => ({ ...json, images: [] }), /"images" is empty/],
    ['no categories', (json) => ({ ...json, categories: [] }), /"categories" is empty/],
    ['a missing list', (json) => ({ ...json, images: undefined }), /"images" must be an array, got nothing/],
    [
      'an entry that is no object',
      (json) => ({ ...json, annotations: [null] }),
      /annotations\[0\] must be an object, got null/,
    ],
    [
      'an id that is a list',
      (json) => ({ ...json, images: [{ ...json.images[0], id: [1] }] }),
      /images\[0\] \(id \[1\]\): "id" must be a number or a text/,
    ],
    [
      'ids that are numbers and texts',
      (json) => ({ ...json, images: [json.images[0], { ...json.images[0], id: 'a' }] }),
      /some ids of "images" are numbers and some are texts/,
    ],
    [
      'a box that holds a word',
      (json) => ({ ...json, annotations: [{ ...json.annotations[0], bbox: [1, 'wide', 3, 4] }] }),
      /annotations\[0\] \(id 1\): "bbox" must be four numbers, got \[1,"wide",3,4\]/,
    ],
    [
      'a box of three numbers',
      (json) => ({ ...json, annotations: [{ ...json.annotations[0], bbox: [1, 2, 3] }] }),
      /"bbox" must be an array \[left, top, width, height\], got \[1,2,3\]/,
    ],
    [
      'an area that is no number',
      (json) => ({ ...json, annotations: [{ ...json.annotations[0], area: 'big' }] }),
      /annotations\[0\] \(id 1\): "area" must be a number, got "big"/,
    ],
    [
      'an iscrowd that is no flag',
      (json) => ({ ...json, annotations: [{ ...json.annotations[0], iscrowd: 'no' }] }),
      /annotations\[0\] \(id 1\): "iscrowd" must be 0 or 1, got "no"/,
    ],
    [
      'a missing sequence',
      (json) => ({ ...json, images: [{ ...json.images[0], sid: 5 }] }),
      /images\[0\] \(id 0\): "sid" is 5, but there are 1 sequences/,
    ],
    [
      'two sequences of one name',
      (json) => ({ ...json, sequences: ['a', 'a'], seq_dirs: ['a', 'b'] }),
      /two sequences are called "a"/,
    ],
    ['fewer folders than sequences', (json) => ({ ...json, seq_dirs: [] }), /1 "sequences" but 0 "seq_dirs"/],
    ['a mapping that is none', (json) => ({ ...json, coco_mapping: {} }), /"coco_mapping" must be an array/],
  ];
  for (const [what, spoil, message] of faults) {
    it(`refuses ${what}`, () => {
      const { annotations } = drawScene(1, { sequences: 1, frames: 2 });
      assert.throws(
        () => parseGroundTruth(spoil(annotations)),
        (error) => error instanceof DataError && message.test(error.message),
      );
    });
  }
});
