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

  it('keeps a carriage return inside a line, as in a title', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    splitter.push('title: a\r[error] b\r\nc\n');
    assert.deepEqual(lines, ['title: a\r[error] b', 'c']);
  });

  it('hands on the beginning of a line that does not end, and goes on after it', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (let i = 0; i < 9; i++) splitter.push('x'.repeat(20 * 1024));
    splitter.push('y\nz\n');
    assert.deepEqual(
      lines.map(({ length }) => length),
      [80 * 1024, 1],
    );
  });
});
