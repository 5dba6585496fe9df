import assert from 'node:assert/strict';
import { outputPaths } from '../../../../src/app/evaluate/save/output-paths.js';

describe('outputPaths', () => {
  it('gives each sequence a folder', () => {
    assert.deepEqual(outputPaths('drawn', false, ['a', 'b']), ['drawn/a', 'drawn/b']);
  });

  it('gives the one sequence the MP4, and several their own', () => {
    assert.deepEqual(outputPaths('out/boxes.mp4', true, ['drive']), ['out/boxes.mp4']);
    assert.deepEqual(outputPaths('out/boxes.MP4', true, ['a', 'b']), ['out/boxes-a.MP4', 'out/boxes-b.MP4']);
  });

  it('leads no name out of the folder', () => {
    assert.deepEqual(outputPaths('drawn', false, ['..', '../x', 'a\\b']), ['drawn/_', 'drawn/.._x', 'drawn/a_b']);
  });

  it('gives no two sequences the same name', () => {
    assert.deepEqual(outputPaths('b.mp4', true, ['a/b', 'a_b', 'a_b_2', 'a\\b']), [
      'b-a_b.mp4',
      'b-a_b_2.mp4',
      'b-a_b_2_2.mp4',
      'b-a_b_3.mp4',
    ]);
  });
});
