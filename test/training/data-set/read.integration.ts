import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { readDataSet } from '../../../training/data-set/read.js';
import type { DataSet } from '../../../training/data-set/data-set.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const FIELD = 'test/fixtures/field/train-set';

describe('readDataSet', () => {
  const folder = temporaryFolder();
  const read = (name: string): Promise<DataSet> =>
    readDataSet({ annotations: join(FIELD, `${name}.json`), root: join(FIELD, 'pics') });

  it('names the empty classes of a sound data set, and nothing else', async () => {
    const { pictures, warnings } = await read('plain');
    assert.equal(pictures.length, 2);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /2 classes of 8 have no annotation: motorcycle, stop sign;/);
  });

  it('refuses boxes that are shares of the picture', () =>
    assert.rejects(read('normalized-boxes'), { name: 'DataError', message: /every box lies within the first pixel/ }));

  it('refuses a data set whose records all swap width and height', () =>
    assert.rejects(read('swapped-size'), {
      name: 'DataError',
      message: /its record swaps width and height.*2 times.*001\.jpg has 480x300 pixels, its record 300x480/,
    }));

  it("names Roboflow's root", async () =>
    assert.match((await read('roboflow-root')).warnings.join(), /no annotation: street-x1.*Roboflow/));

  it('names categories of the same name', async () =>
    assert.match((await read('duplicate-class-name')).warnings.join(), /categories 3 "car" and 99 "car"/));

  it('says that no annotation has a known picture', () =>
    assert.rejects(read('unknown-images'), { message: /its image_id is no id of "images" \(38 times, first .*1001/ }));

  it('reads ids beyond 2^53 to the last digit, whole paths, and names with backslashes, as evaluation does', async () => {
    const annotations = join(folder(), 'a.json');
    const [one, other] = ['1623456789123556789', '1623456789123556790'];
    const sizes = '"width": 480, "height": 300';
    writeFileSync(
      annotations,
      `{"categories": [{"id": 1, "name": "car"}],
        "images": [{"id": ${one}, "file_name": ${JSON.stringify(resolve(FIELD, 'pics/001.jpg'))}, ${sizes}},
                   {"id": ${other}, "file_name": "pics\\\\003.jpg", ${sizes}}],
        "annotations": [{"image_id": ${other}, "category_id": 1, "bbox": [5, 5, 20, 20]},
                        {"image_id": 1623456789123556791, "category_id": 1, "bbox": [5, 5, 20, 20]}]}`,
    );
    const { pictures, warnings } = await readDataSet({ annotations, root: FIELD });
    assert.deepEqual(
      pictures.map(({ path, labels }) => [path, labels.classIds.length]),
      [
        [resolve(FIELD, 'pics/001.jpg'), 0],
        [join(FIELD, 'pics/003.jpg'), 1],
      ],
    );
    assert.match(
      warnings.join(),
      /its image_id is no id of "images" \(annotations\[1\], image_id "?1623456789123556791/,
    );
  });

  it('refuses a compressed file, and an empty one', async () => {
    const annotations = join(folder(), 'a.json');
    writeFileSync(annotations, gzipSync('{}'));
    await assert.rejects(readDataSet({ annotations, root: FIELD }), { name: 'DataError', message: /unpack it first$/ });
    writeFileSync(annotations, '');
    await assert.rejects(readDataSet({ annotations, root: FIELD }), {
      name: 'DataError',
      message: /a\.json is empty$/,
    });
  });

  /** One picture of 60x40 as cameras hold it, and turned by its EXIF orientation; one missing picture. */
  async function turned(width: number, height: number): Promise<DataSet> {
    const picture = sharp({ create: { width: 60, height: 40, channels: 3, background: '#888' } });
    await picture.jpeg().withMetadata({ orientation: 6 }).toFile(join(folder(), 'turned.jpg'));
    copyFileSync(join(FIELD, 'pics/001.jpg'), join(folder(), 'sound.jpg'));
    const annotations = join(folder(), 'a.json');
    writeFileSync(
      annotations,
      JSON.stringify({
        categories: [{ id: 1, name: 'car' }],
        images: [
          { id: 1, file_name: 'turned.jpg', width, height },
          { id: 2, file_name: 'sound.jpg', width: 480, height: 300 },
          { id: 3, file_name: 'missing.jpg', width: 480, height: 300 },
        ],
        annotations: [1, 2, 3].map((image_id) => ({ image_id, category_id: 1, bbox: [5, 5, 20, 20] })),
      }),
    );
    return readDataSet({ annotations, root: folder() });
  }

  it('compares records with pictures upright by EXIF, and passes over those that cannot be read', async () => {
    const upright = await turned(40, 60);
    assert.equal(upright.pictures.length, 2);
    assert.equal(upright.warnings.length, 1);
    assert.match(upright.warnings[0], /passed over: it cannot be read \(.*missing\.jpg/);
    const lying = await turned(60, 40);
    assert.equal(lying.pictures.length, 1);
    assert.match(lying.warnings[0], /turned\.jpg has 40x60 pixels, its record 60x40/);
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    await assert.rejects(
      readDataSet({ annotations: join(FIELD, 'plain.json'), root: join(FIELD, 'pics'), signal }),
      /stopped/,
    );
  });
});
