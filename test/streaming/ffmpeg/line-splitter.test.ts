import assert from 'node:assert/strict';
import { LineSplitter } from '../../../src/streaming/ffmpeg/line-splitter.js';

describe('LineSplitter', () => {
  it('emits whole lines for any division of the text, and the last one at the end', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const text of ['a', 'b\nc', '\r', '\nd\n\ne']) splitter.push(text);
    splitter.end();
    assert.deepEqual(
      lines.filter((line) => line !== ''),
      ['ab', 'c', 'd', 'e'],
    );
  });

  it('emits an endless line in pieces', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (let i = 0; i < 5; i++) splitter.push('x'.repeat(20 * 1024));
    splitter.push('y\n');
    assert.deepEqual(
      lines.map(({ length }) => length),
      [80 * 1024, 20 * 1024 + 1],
    );
  });
});
