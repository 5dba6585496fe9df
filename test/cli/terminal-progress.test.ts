import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { TerminalProgress } from '../../src/cli/terminal-progress.js';

const CLOCK = { now: () => 0 };

/** The part of a terminal that a progress bar uses. */
function terminal(columns = 80) {
  const written: string[] = [];
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    columns,
    rows: 24,
    cursorTo: () => true,
    moveCursor: () => true,
    clearLine: () => true,
    clearScreenDown: () => true,
    getWindowSize: () => [columns, 24],
  }) as unknown as NodeJS.WriteStream;
  (stream as unknown as PassThrough).on('data', (chunk: Buffer) => written.push(chunk.toString()));
  return { stream, text: () => written.join('') };
}

describe('progress on a terminal', () => {
  it('draws a bar at the bottom, and lines above it', () => {
    const { stream, text } = terminal();
    const progress = new TerminalProgress(stream, CLOCK);
    const bar = progress.bar({ label: 'yolox-s', total: 36, unit: 'MB' });
    bar.set(18);
    progress.print('a line\n');
    bar.done();
    bar.done();
    assert.match(text(), /yolox-s .* 50% +18 of 36 MB/);
    assert.ok(text().includes('a line\n'), text());
  });

  it('says what else is to know of the work, and the time that is left', () => {
    let nowMs = 0;
    const { stream, text } = terminal(200);
    const progress = new TerminalProgress(stream, { now: () => nowMs });
    const bar = progress.bar({
      label: 'detecting',
      total: 600,
      unit: 'frames',
      details: () => ({ text: '118 percepts (29.5/s), 2 dropped, latency 27 ms', facts: {} }),
    });
    nowMs = 4000;
    bar.set(120);
    progress.print('a line\n');
    bar.done();
    assert.match(text(), /20% +120 of 600 frames, 16 s left, 118 percepts \(29\.5\/s\), 2 dropped, latency 27 ms/);
  });

  it('counts work of unknown length without a bar', () => {
    let nowMs = 0;
    const { stream, text } = terminal();
    const progress = new TerminalProgress(stream, { now: () => nowMs });
    const bar = progress.bar({ label: 'yolox-s', total: undefined, unit: 'MB' });
    nowMs = 2000;
    bar.set(5);
    progress.print('a line\n');
    bar.done();
    assert.match(text(), /yolox-s {2}5 MB, 2\.5 MB\/s/);
    assert.ok(!text().includes('%'), text());
  });

  it('draws the work in a shorter bar on a narrow terminal', () => {
    const widths = [80, 200].map((columns) => {
      const { stream, text } = terminal(columns);
      const progress = new TerminalProgress(stream, CLOCK);
      const bar = progress.bar({ label: 'synth', total: 2, unit: 'frames' });
      progress.print('a line\n');
      bar.done();
      return Math.max(
        ...text()
          .split(/[^░█]+/)
          .map(({ length }) => length),
      );
    });
    assert.deepEqual(widths, [12, 30]);
  });

  it('writes lines as they are while there is no bar', () => {
    const { stream, text } = terminal();
    const progress = new TerminalProgress(stream, CLOCK);
    progress.print('a line\n');
    progress.stop();
    assert.equal(text(), 'a line\n');
  });
});
