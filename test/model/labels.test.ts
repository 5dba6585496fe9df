import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cocoCategoryIds, loadLabels } from '../../src/model/labels.js';
import { tempFolder } from './temp-folder.js';

describe('loadLabels', () => {
  const folder = tempFolder();
  const written = (text: string): string => {
    const path = join(folder.path, 'labels.txt');
    writeFileSync(path, text);
    return path;
  };

  it("knows COCO's classes and their category ids", async () => {
    const names = (await loadLabels('coco', { classCount: 80 })).names;
    const byCategory = Object.fromEntries(names.map((name, id) => [cocoCategoryIds[id], name]));
    assert.equal(cocoCategoryIds.length, 80);
    assert.deepEqual(
      [
        byCategory[1],
        byCategory[13],
        byCategory[18],
        byCategory[44],
        byCategory[62],
        byCategory[67],
        byCategory[70],
        byCategory[90],
      ],
      ['person', 'stop sign', 'dog', 'bottle', 'chair', 'dining table', 'toilet', 'toothbrush'],
    );
  });

  it("knows Argoverse-HD's classes as the COCO classes that its data set names", async () => {
    const coco = (await loadLabels('coco', { classCount: 80 })).names;
    assert.deepEqual(
      (await loadLabels('argoverse-hd', { classCount: 8 })).names,
      [0, 1, 2, 3, 5, 7, 9, 11].map((id) => coco[id]),
    );
  });

  it('says where names come from: the caller, the file, a guess by their number, or nowhere', async () => {
    const numbered = Array.from({ length: 8 }, (_, i) => `kind ${i}`);
    const cases = [
      [undefined, { classCount: 80 }, 'guess', 'person'],
      [undefined, { classCount: 8 }, 'guess', 'person'],
      [undefined, { classCount: 3 }, 'numbers', 'class-0'],
      [undefined, { classCount: 8, classNames: numbered }, 'file', 'kind 0'],
      ['argoverse-hd', { classCount: 8, classNames: numbered }, 'given', 'person'],
    ] as const;
    for (const [asked, model, origin, first] of cases) {
      const { names, from } = await loadLabels(asked, model);
      assert.deepEqual([from, names[0], names.length], [origin, first, model.classCount]);
    }
  });

  it('refuses a file that is no text in UTF-8, as PowerShell writes it', async () => {
    const path = join(folder.path, 'labels.txt');
    writeFileSync(path, Buffer.from('\uFEFFcat\nhot dog\n', 'utf16le'));
    await assert.rejects(loadLabels(path, { classCount: 2 }), {
      code: 'NOWCAST_MODEL_LABELS',
      message: `the file of labels "${path}" is text in UTF-16; save it as UTF-8`,
    });
  });

  it('reads one name per line, with any line ends', async () => {
    assert.deepEqual((await loadLabels(written('cat\rhot dog\r'), { classCount: 2 })).names, ['cat', 'hot dog']);
    assert.deepEqual((await loadLabels(written('\uFEFFcat\r\nhot dog\r\n\r\n'), { classCount: 2 })).names, [
      'cat',
      'hot dog',
    ]);
  });

  it('reads numbered lines in any order', async () => {
    assert.deepEqual((await loadLabels(written('1  hot dog\n0  cat\n2: 3 wheeler\n'), { classCount: 3 })).names, [
      'cat',
      'hot dog',
      '3 wheeler',
    ]);
  });

  it('reads lines as names unless all are numbered', async () => {
    assert.deepEqual((await loadLabels(written('3 wheeler\ncar\n'), { classCount: 2 })).names, ['3 wheeler', 'car']);
  });

  it('refuses numbers with a gap, and repeated ones', async () => {
    await assert.rejects(loadLabels(written('0 cat\n2 dog\n'), { classCount: 2 }), {
      name: 'ModelError',
      message: /ids must be 0 to 1, each once; "2 dog"/,
    });
    await assert.rejects(loadLabels(written('0 cat\n0 dog\n'), { classCount: 2 }), {
      name: 'ModelError',
      message: /"0 dog"/,
    });
  });

  it('refuses a wrong number of names, naming both counts', async () => {
    await assert.rejects(loadLabels('coco', { classCount: 8 }), {
      name: 'ModelError',
      message: /"coco" have 80 names, the model has 8 classes/,
    });
    await assert.rejects(loadLabels(written(''), { classCount: 1 }), {
      name: 'ModelError',
      message: /have 0 names, the model has 1 class;/,
    });
  });

  it('lists the known names if there is no such file', async () => {
    await assert.rejects(loadLabels(join(folder.path, 'none'), { classCount: 8 }), {
      name: 'ModelError',
      message: /cannot read the labels .*\(there is no such file\).*coco, argoverse-hd/,
    });
  });
});
