import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { addGlobalOptions, type CliContext } from '../../src/cli/command-io.js';

type Block = { readonly page: string; readonly language: string; readonly code: string };

const PAGES = ['README.md', ...readdirSync('docs').map((name) => join('docs', name)), 'examples/README.md'].filter(
  (path) => path.endsWith('.md'),
);
const BLOCKS: readonly Block[] = PAGES.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language, code]) => ({
    page,
    language,
    code,
  })),
);

/** Tests that run the programs of a page. */
const RUN_BY: Readonly<Record<string, string>> = {
  'README.md js': 'package.integration, documented-clients.integration',
  'docs/evaluation.md js': 'own-policy.test',
  'docs/library.md js': 'programs.integration',
  'docs/synthetic-world.md js': 'programs.integration',
  'docs/feed-protocol.md js': 'documented-clients.integration',
  'docs/feed-protocol.md html': 'documented-clients.integration',
};

/** Names that a type-checked block takes for granted, with their types. */
const GIVEN: Readonly<Record<string, string>> = {
  'docs/evaluation.md': `
    import type { GroundTruth, TruthFrame } from 'nowcast/evaluation';
    import type { ModelDetector, PipelineEvent } from 'nowcast';
    import type { Observable } from 'rxjs';
    declare const truth: GroundTruth, truthFrames: Observable<TruthFrame>;
    declare const detector: ModelDetector, events: Observable<PipelineEvent>;`,
  'docs/scene.md': `
    import type { PipelineEvent } from 'nowcast';
    import type { Observable } from 'rxjs';
    declare const events: Observable<PipelineEvent>;`,
  'docs/library.md': `
    import type { ModelDetector, PerceptEvent } from 'nowcast';
    declare const detector: ModelDetector, percept: PerceptEvent;`,
};

/** Lines of a shell block, without comments; lines that end in \ continue. */
function shellLines(code: string): string[] {
  return code
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*/, '').trim())
    .filter((line) => line !== '');
}

/** The arguments of each call of `nowcast` in a line. */
function nowcastCalls(line: string): string[][] {
  return line
    .split(/&&|\|/)
    .map((part) => /^(?:[A-Z_]+=\S+ )?(?:npx )?nowcast (.*)/.exec(part.trim())?.[1])
    .filter((call) => call !== undefined)
    .map((call) =>
      [
        ...call
          .replace(/ > \S+$/, '')
          .replaceAll(/[[\]]/g, '')
          .matchAll(/'([^']*)'|(\S+)/g),
      ].map(([, a, b]) => a ?? b),
    );
}

/** Parses a command line with the command's own declaration, without its action. */
async function parse(args: readonly string[]): Promise<void> {
  const program = addGlobalOptions(new Command('nowcast')).exitOverride();
  const file = args[0] === 'eval' ? 'eval/eval' : args[0];
  const { register } = (await import(`../../src/cli/${file}.js`)) as {
    register(program: Command, context: CliContext): void;
  };
  register(program, { env: {}, signal: new AbortController().signal, secrets: new Set(), print: () => undefined });
  const disarm = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    if (command.commands.length === 0) command.action(() => undefined);
    command.commands.forEach(disarm);
  };
  program.commands.forEach(disarm);
  await program.parseAsync(args, { from: 'user' });
}

/** In this package, so that the package's own name resolves. */
const COMPILED = join('dist', 'test', 'docs', 'compiled');
const TYPESCRIPT = BLOCKS.filter(({ language }) => language === 'ts');
const fileOf = (block: Block): string => join(COMPILED, `${TYPESCRIPT.indexOf(block)}.ts`);

/** Compiles every block at once, because a compiler takes seconds to start. @returns the lines of its errors */
function compile(): string[] {
  mkdirSync(COMPILED, { recursive: true });
  for (const block of TYPESCRIPT) writeFileSync(fileOf(block), `${GIVEN[block.page] ?? ''}\n${block.code}`);
  try {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        resolve('node_modules/typescript/bin/tsc'),
        ...['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'],
        ...['--types', 'node', ...TYPESCRIPT.map(fileOf)],
      ],
      { encoding: 'utf8' },
    );
    const found = stdout.split('\n').filter((line) => line.includes('error TS'));
    assert.equal(status === 0, found.length === 0, `${stdout}${stderr}`);
    return found;
  } finally {
    rmSync(COMPILED, { recursive: true });
  }
}

describe('the blocks of the documentation', function () {
  this.timeout(60_000);
  let errors: readonly string[];
  before(() => {
    errors = compile();
  });

  it('are found', () => assert.ok(BLOCKS.length > 25, String(BLOCKS.length)));

  const isShell = ({ language, code }: Block): boolean =>
    language === 'sh' || (language === '' && /^(npx )?nowcast \w+ /.test(code));
  for (const page of PAGES) {
    const blocks = BLOCKS.filter((block) => block.page === page);
    for (const { code } of blocks.filter(isShell))
      for (const line of shellLines(code))
        for (const args of nowcastCalls(line))
          it(`${page}: "nowcast ${args.join(' ')}" is a valid command line`, () => parse(args));

    for (const { code } of blocks.filter(isShell))
      it(`${page}: the files of the package in "${shellLines(code)[0]}…" exist`, () => {
        const named = [...code.matchAll(/(?<=\s|^|nowcast\/)((?:configs|models|examples|docs)\/[\w./-]+)/gm)].map(
          ([, path]) => path,
        );
        const made = new Set([...code.matchAll(/^cp \S+ (\S+)/gm)].map(([, path]) => path));
        for (const path of named) assert.ok(made.has(path) || existsSync(path), path);
      });

    for (const block of blocks.filter((block) => TYPESCRIPT.includes(block)))
      it(`${page}: "${block.code.trim().split('\n')[0]}…" compiles`, () => {
        const isOfAnother = (line: string): boolean => line.startsWith(COMPILED) && !line.startsWith(fileOf(block));
        assert.deepEqual(
          errors.filter((line) => !isOfAnother(line)),
          [],
        );
      });

    for (const { language } of blocks.filter(({ language }) => language === 'js' || language === 'html'))
      it(`${page}: its ${language} programs have a test that runs them`, () =>
        assert.ok(RUN_BY[`${page} ${language}`] !== undefined));
  }
});
