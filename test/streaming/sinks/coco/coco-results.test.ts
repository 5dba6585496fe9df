import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { OutputError } from '../../../../src/core/errors.js';
import {
  createCocoResults,
  createCocoResultsOfRun,
  type CocoNumbering,
} from '../../../../src/streaming/sinks/coco/coco-results.js';
import { itNeeds } from '../../../helpers/needs.js';
import { temporaryFolder } from '../../../helpers/temporary.js';
import { mountTinyDisk } from '../../../helpers/tiny-disk.js';
import { detectionOf, dropEventOf, perceptOf } from '../../events.js';

const bySeq: CocoNumbering = { imageId: ({ seq }) => seq, categoryId: (classId) => classId + 1 };
const failOn = (message: unknown): never => assert.fail(String(message));

describe('COCO results', () => {
  const folder = temporaryFolder();
  const inFolder = (name: string): string => join(folder(), name);
  const read = (): unknown => JSON.parse(readFileSync(inFolder('results.json'), 'utf8'));

  it('lists observed boxes as left, top, width and height, and no forecasts', async () => {
    const results = createCocoResults(inFolder('results.json'), bySeq, failOn);
    results.write(
      perceptOf(7, { forecast: { forecaster: 'kalman', validAtMs: 740, detections: [detectionOf(1, 0.1)] } }),
    );
    results.write(dropEventOf(8));
    results.write(perceptOf(9, { detections: [detectionOf(1, 0.123456, [-3.3, 0.1, 10.4, 0.3])] }));
    await results.close();
    assert.deepEqual(read(), [
      { image_id: 7, category_id: 1, bbox: [10, 20, 100.5, 200.25], score: 0.9 },
      { image_id: 7, category_id: 3, bbox: [10, 20, 100.5, 200.25], score: 0.4 },
      { image_id: 9, category_id: 2, bbox: [-3.3, 0.1, 13.7, 0.2], score: 0.123456 },
    ]);
  });

  it('is JSON after every write, from the empty list on', () => {
    const results = createCocoResults(inFolder('results.json'), bySeq, failOn);
    assert.deepEqual(read(), []);
    results.write(perceptOf(0, { detections: [] }));
    assert.deepEqual(read(), []);
    for (let seq = 1; seq <= 20; seq++) {
      results.write(perceptOf(seq));
      assert.equal((read() as unknown[]).length, 2 * seq);
    }
    void results.close();
  });

  it('numbers images and categories by the given functions, and omits those without a number', async () => {
    const results = createCocoResults(
      inFolder('results.json'),
      {
        imageId: ({ seq }) => (seq === 0 ? undefined : 100 + seq),
        categoryId: (classId) => (classId === 2 ? 44 : undefined),
      },
      failOn,
    );
    results.write(perceptOf(0));
    results.write(perceptOf(1));
    await results.close();
    assert.deepEqual(read(), [{ image_id: 101, category_id: 44, bbox: [10, 20, 100.5, 200.25], score: 0.4 }]);
  });

  it('replaces an older file at the first percept', async () => {
    writeFileSync(inFolder('results.json'), '[1]');
    const results = createCocoResults(inFolder('results.json'), bySeq, failOn);
    results.write(dropEventOf(0));
    assert.deepEqual(read(), [1]);
    results.write(perceptOf(1));
    assert.equal((read() as unknown[]).length, 2);
    await results.close();
    assert.deepEqual(readdirSync(folder()), ['results.json']);
  });

  it('of a run without a percept are an empty list if it ended well, else none', async () => {
    for (const endsWell of [true, false]) {
      const results = createCocoResultsOfRun(inFolder('results.json'), bySeq, failOn);
      await results.close();
      if (endsWell) results.finish();
      results.discard();
      assert.deepEqual(readdirSync(folder()), endsWell ? ['results.json'] : []);
      rmSync(inFolder('results.json'), { force: true });
    }
  });

  it('writes ids of any kind, to the last digit', async () => {
    const ids = { imageId: () => 2n ** 60n + 1n, categoryId: (classId: number) => `class "${classId}"` };
    const results = createCocoResults(inFolder('results.json'), ids, failOn);
    results.write(perceptOf(0, { detections: [detectionOf(1, 0.5)] }));
    await results.close();
    assert.match(
      readFileSync(inFolder('results.json'), 'utf8'),
      /"image_id":1152921504606846977,"category_id":"class \\"1\\"",/,
    );
  });

  it('refuses a path that cannot be written', () => {
    mkdirSync(inFolder('folder'));
    assert.throws(() => createCocoResults(inFolder('folder'), bySeq, failOn), OutputError);
  });

  it('stay complete JSON on a disk that becomes full', function () {
    const disk = inFolder('disk');
    const unmount = mountTinyDisk(disk, 8);
    if (unmount === undefined) this.skip();
    try {
      const failures: OutputError[] = [];
      const path = join(disk, 'results.json');
      const results = createCocoResults(path, bySeq, (error) => failures.push(error));
      const counts: number[] = [];
      for (let seq = 0; failures.length === 0; seq++) {
        results.write(perceptOf(seq, { detections: [detectionOf(1, 0.5)] }));
        counts.push((JSON.parse(readFileSync(path, 'utf8')) as unknown[]).length);
      }
      assert.match(failures[0].message, /the disk is full/);
      assert.ok(counts.length > 20, `${counts.length}`);
      assert.deepEqual(
        counts,
        counts.map((_, i) => Math.min(i + 1, counts.length - 1)),
      );
    } finally {
      unmount();
    }
  });

  itNeeds(
    { 'named pipes': process.platform !== 'win32' },
    'end with the run in a pipe, which takes nothing back',
    async () => {
      const path = inFolder('pipe');
      execFileSync('mkfifo', [path]);
      const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const results = createCocoResults(path, bySeq, failOn);
      for (let seq = 0; seq < 2; seq++) results.write(perceptOf(seq, { detections: [detectionOf(1, 0.5)] }));
      await results.close();
      await results.close();
      assert.equal((JSON.parse(readFileSync(reader, 'utf8')) as unknown[]).length, 2);
      closeSync(reader);
    },
  );

  itNeeds({ '/dev/full': existsSync('/dev/full') }, 'reports a full disk once', () => {
    const failures: OutputError[] = [];
    const results = createCocoResults('/dev/full', bySeq, (error) => failures.push(error));
    for (let seq = 0; seq < 3; seq++) results.write(perceptOf(seq));
    assert.equal(failures.length, 1);
  });
});
