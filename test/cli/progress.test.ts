import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { TerminalProgress } from '../../src/cli/progress.js';

/** The part of a terminal that a progress bar uses. */
function terminal() {
  const written: string[] = [];
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 80,
    rows: 24,
    cursorTo: () => true,
    moveCursor: () => true,
    clearLine: () => true,
    clearScreenDown: () => true,
  }) as unknown as NodeJS.WriteStream;
  (stream as unknown as PassThrough).on('data', (chunk: Buffer) => written.push(chunk.toString()));
  return { stream, text: () => written.join('') };
}

describe('progress', () => {
  it('draws a bar at the bottom of a terminal, and lines above it', () => {
    const { stream, text } = terminal();
    const progress = new TerminalProgress(stream, true);
    const bar = progress.bar({ label: 'yolox-s', total: 36, unit: 'MB' });
    bar.set(18);
    progress.print('a line\n');
    bar.done();
    bar.done();
    assert.match(text(), /yolox-s .*\/36 MB/);
    assert.ok(text().includes('a line\n'), text());
  });

  it('writes only lines without a terminal', () => {
    const { stream, text } = terminal();
    const progress = new TerminalProgress(stream, false);
    const bar = progress.bar({ label: 'frames', total: undefined, unit: 'frames' });
    bar.set(1);
    progress.print('a line\n');
    bar.done();
    progress.stop();
    assert.equal(text(), 'a line\n');
  });
});
