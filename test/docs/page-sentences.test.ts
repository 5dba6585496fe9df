import assert from 'node:assert/strict';
import { isAbsolute, sentencesOf } from './page-sentences.js';

describe('the sentences of a page', () => {
  it('are those of paragraphs, list items and table rows, each on one line', () => {
    const page = [
      '# Every heading',
      'One sentence,\nin two lines. Another (Li et al. 2020) one: `code` follows. ffmpeg begins\nsmall.',
      '```sh\nevery line of code\n```',
      '- an item.\n- **A name.** Its text,\n  indented.',
      '| key | meaning |\n|---|---|\n| `a` | never. Ever |',
      '![a picture](a.png)',
      '<!-- every comment -->',
    ].join('\n\n');
    assert.deepEqual(sentencesOf(page), [
      'One sentence, in two lines.',
      'Another (Li et al. 2020) one:',
      '`code` follows.',
      'ffmpeg begins small.',
      'an item.',
      '**A name.** Its text, indented.',
      '| key | meaning |',
      '| `a` | never. Ever |',
    ]);
  });

  it('are absolute if they state something without exception', () => {
    for (const text of ['It never waits.', 'Each frame counts.', 'AP equals theirs.', 'At most 72 s.', 'Every one.'])
      assert.equal(isAbsolute(text), true, text);
    for (const text of ['They follow each other.', 'It waits.', 'Nevertheless, it waits.', '| `every` | every frame |'])
      assert.equal(isAbsolute(text), false, text);
  });
});
