import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { isAbsolute, onOneLine, sentencesOf } from './page-sentences.js';
import { createTitleFinder } from './test-titles.js';

const LIST = 'test/docs/promises.yaml';
/** Pages for those who change Nowcast, and figures with their dates. */
const OTHER_PAGES = ['architecture.md', 'benchmarks.md', 'decisions.md'];
const PAGES = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md') && !OTHER_PAGES.includes(name))
    .map((name) => join('docs', name)),
];

const sentence = z.string().transform(onOneLine);
const List = z.record(
  z.string(),
  z.strictObject({
    promises: z.array(
      z.strictObject({
        says: sentence,
        proof: z.array(z.strictObject({ file: z.string(), title: z.string() })).min(1),
      }),
    ),
    'not promises': z.array(z.strictObject({ says: sentence, because: z.string().min(1) })),
  }),
);

describe('the promises of the documentation', () => {
  const list = List.parse(parse(readFileSync(LIST, 'utf8')));
  const isTitle = createTitleFinder();

  it('are listed for every page', () => assert.deepEqual(Object.keys(list).sort(), [...PAGES].sort()));

  for (const [page, { promises, 'not promises': others }] of Object.entries(list)) {
    const name = basename(page, '.md');
    const sentences = existsSync(page) ? sentencesOf(readFileSync(page, 'utf8')) : [];

    for (const { says, proof } of promises)
      it(`${name}: ${says}`, () => {
        assert.ok(sentences.includes(says), `${page} no longer says this; mend or remove the entry in ${LIST}`);
        for (const { file, title } of proof) {
          assert.ok(existsSync(file), `${LIST} names ${file}, which does not exist`);
          assert.ok(isTitle(file, title), `${LIST} names "${title}", and ${file} has no test of that title`);
        }
      });

    it(`${name}: are its absolute sentences, except for those with a reason`, () => {
      const listed = new Set([...promises, ...others].map(({ says }) => says));
      const missing = sentences.filter((text) => isAbsolute(text) && !listed.has(text));
      assert.deepEqual(
        missing,
        [],
        `name the tests that prove these sentences of ${page} in ${LIST}, or the reason why they promise nothing`,
      );
    });

    it(`${name}: are not the sentences with a reason, which it still has`, () => {
      const stale = others.map(({ says }) => says).filter((says) => !sentences.includes(says));
      assert.deepEqual(stale, [], `${page} no longer says this; remove the entries in ${LIST}`);
      const both = others.map(({ says }) => says).filter((says) => promises.some((promise) => promise.says === says));
      assert.deepEqual(both, []);
    });
  }
});
