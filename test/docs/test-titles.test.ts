import assert from 'node:assert/strict';
import { createTitleFinder } from './test-titles.js';

const SOURCE = `
  describe('a suite', () => {
    it("says \\"hello\\"", () => {});
    itNeeds(NEEDS, 'has needs', () => {});
    for (const name of NAMES) it(\`reads \${name} (\${kind}) to its end\`, () => {});
    for (const name of NAMES) it(\`\${name} \${kind}\`, () => {});
    it.skip('is skipped', () => {});
    for (const name of NAMES) it(name, () => assert.equal('is a value', 1));
    // it('is a comment', () => {});
  });`;

describe('the titles of tests', () => {
  const isTitle = createTitleFinder(() => SOURCE);

  it('are those of suites, tests and tests with needs', () => {
    for (const title of ['a suite', 'says "hello"', 'has needs']) assert.ok(isTitle('a.test.ts', title), title);
  });

  it('are found by the literal parts of a template, or by the template itself', () => {
    for (const title of ['reads a clip (H.264) to its end', 'reads ${name} (${kind}) to its end'])
      assert.ok(isTitle('a.test.ts', title), title);
    for (const title of ['reads a clip to its end', 'reads a clip (H.264) to its end twice'])
      assert.ok(!isTitle('a.test.ts', title), title);
  });

  it('are not those of skipped or computed tests, comments and parts of titles', () => {
    for (const title of ['is skipped', 'is a value', 'is a comment', 'has', 'anything else', 'NEEDS'])
      assert.ok(!isTitle('a.test.ts', title), title);
  });
});
