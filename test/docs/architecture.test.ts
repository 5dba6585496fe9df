import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const PAGE = readFileSync('docs/architecture.md', 'utf8');
const ROOTS = ['src', 'evaluation', 'synth', 'training'];

/** The rows of the first table after a heading, each as the texts of its cells. */
function tableAfter(heading: string): string[][] {
  const [, text] = PAGE.split(new RegExp(`^${heading}$`, 'm'));
  assert.ok(text !== undefined, `the page has the heading "${heading}"`);
  const lines = text.slice(text.indexOf('\n|')).trim().split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return (end < 0 ? lines : lines.slice(0, end)).slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** `a(b|c)d` as `abd` and `acd`. */
function alternatives(path: string): string[] {
  const [, before, middle, after] = /^(.*)\((.*)\)(.*)$/.exec(path) ?? [];
  return middle === undefined ? [path] : middle.split('|').map((part) => before + part + after);
}

const codeIn = (cell: string): string[] => Array.from(cell.matchAll(/`([^`]+)`/g), ([, code]) => code);

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** The source files that import a file. */
function importersOf(file: string): string[] {
  return ROOTS.flatMap(sourceFiles).filter((from) =>
    Array.from(
      readFileSync(from, 'utf8').matchAll(/from '(\.[^']+)\.js'/g),
      ([, to]) => `${join(dirname(from), to)}.ts`,
    ).includes(file),
  );
}

describe('docs/architecture.md', () => {
  it('names only files and folders that exist', () => {
    const paths = codeIn(PAGE.replaceAll(/```[^]*?```/g, '')).filter((code) =>
      /^(src|evaluation|synth|training|test|configs|models|docs|bench)(\/[\w./-]*)?$/.test(code),
    );
    assert.ok(paths.length > 50, `${paths.length} paths`);
    assert.deepEqual(
      paths.filter((path) => !existsSync(path) && !existsSync(`${path}.ts`)),
      [],
    );
  });

  it('lists every folder of src', () => {
    const listed = tableAfter('## Folders').flatMap(([folder]) => codeIn(folder));
    const folders = readdirSync('src', { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${name}`);
    assert.deepEqual(
      folders.filter((folder) => !listed.includes(folder)),
      [],
    );
  });

  it('lists the imports that the import checker allows', () => {
    const { forbidden } = createRequire(resolve('package.json'))('./.dependency-cruiser.cjs') as {
      forbidden: { name: string; from: { path?: string }; to: { pathNot?: string | string[] } }[];
    };
    const allowed = forbidden
      .filter(({ name }) => name.endsWith(' imports only what it may'))
      .map(({ from, to }) => {
        const folder = from.path!.replaceAll(/^\^|\/$/g, '');
        const others = [to.pathNot ?? []]
          .flat()
          .map((path) => path.replace(/^\^/, ''))
          .filter((path) => path !== `${folder}/`);
        return [
          folder,
          others
            .flatMap(alternatives)
            .map((path) => path.replace(/\/$/, ''))
            .sort(),
        ];
      });
    const listed = tableAfter('## Imports').map(([folder, others]) => [codeIn(folder)[0], codeIn(others).sort()]);
    assert.deepEqual(listed, allowed);
  });

  for (const [, name, count] of PAGE.matchAll(/^### (.+): (\d+) files?$/gm)) {
    it(`has a recipe for ${name.toLowerCase()}, and its ${count} files suffice for an example`, () => {
      const rows = tableAfter(`### ${name}: ${count} files?`);
      assert.equal(rows.length, Number(count));
      const examples = rows.map(([cell]) => codeIn(cell).at(-1)!);
      assert.deepEqual(
        examples.filter((file) => !existsSync(file)),
        [],
      );
      // Only the other files of the recipe, the file's own folder and the library's list of names import a new file.
      const [part] = examples;
      if (!rows[0][0].includes('<name>')) return;
      const isNear = (file: string): boolean => rows[0][0].includes('<name>/') && dirname(file) === dirname(part);
      const others = importersOf(part).filter((file) => !isNear(file) && file !== 'src/index.ts');
      assert.deepEqual(
        others.filter((file) => !examples.includes(file)),
        [],
      );
      assert.ok(others.length > 0, `${part} is in its registry`);
    });
  }

  it('has a recipe for each kind of extension', () => {
    assert.equal(Array.from(PAGE.matchAll(/^### .+: \d+ files?$/gm)).length, 6);
  });
});
