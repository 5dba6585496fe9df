import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { median, printTable } from './table.js';

/**
 * Figures on the structure of the source tree: `npm run structure`, or `-- --root FOLDER` for another checkout. Docs,
 * tests, benchmarks and generated files are left out.
 */

const ROOMS = ['src', 'evaluation', 'synth', 'training'];
const COLUMNS = 120;

type SourceFile = { readonly path: string; readonly source: ts.SourceFile; readonly imports: readonly string[] };
type FunctionSize = { readonly where: string; readonly statements: number };

const {
  values: { root },
} = parseArgs({ options: { root: { type: 'string', default: '.' } } });
const files = ROOMS.flatMap((room) => sourcesBelow(resolve(root), join(resolve(root), room)));
const cli = files.filter(({ path }) => path.startsWith('src/cli/'));
const intoCli = files
  .filter(({ path }) => !path.startsWith('src/cli/'))
  .flatMap(({ imports }) => imports.filter((path) => path.startsWith('src/cli/')));
const cycles = findCycles(new Map(files.map(({ path, imports }) => [path, imports])));
const longLines = files.flatMap(linesBeyond);
const functions = files.flatMap(functionsOf).sort((a, b) => b.statements - a.statements);

printTable(
  ['structure', 'value'],
  [
    ['source files', files.length],
    ['lines of source', files.reduce((sum, { source }) => sum + lineCount(source), 0)],
    ['lines of src/cli', cli.reduce((sum, { source }) => sum + lineCount(source), 0)],
    ['imports into src/cli from other rooms', intoCli.length],
    ['cycles of imports, type-only ones too', cycles.length],
    [`lines over ${COLUMNS} columns`, longLines.length],
    ['of these, not for a string, URL or pattern', longLines.filter(({ isCode }) => isCode).length],
    ['functions', functions.length],
    ['median function, statements', median(functions.map(({ statements }) => statements))],
    ['longest function, statements', functions[0].statements],
  ],
);
printTable(
  ['longest functions', 'statements'],
  functions.slice(0, 5).map(({ where, statements }) => [where, statements]),
);
for (const { where } of longLines.filter(({ isCode }) => isCode)) console.log(`long line: ${where}`);
for (const cycle of cycles) console.log(`cycle: ${cycle.join(', ')}`);

function sourcesBelow(top: string, folder: string): SourceFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name) && !/(_pb|\.d)\.ts$/.test(entry.name))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
      const imports = specifiersOf(source)
        .filter((name) => name.startsWith('.'))
        .map((name) => relative(top, resolve(dirname(path), name.replace(/\.js$/, '.ts'))));
      return { path: relative(top, path), source, imports };
    });
}

/** The files that a file imports or re-exports, statically or on demand. */
function specifiersOf(source: ts.SourceFile): string[] {
  const found: string[] = [];
  walk(source, (node) => {
    let from: ts.Expression | undefined;
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) from = node.moduleSpecifier;
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) [from] = node.arguments;
    if (from !== undefined && ts.isStringLiteralLike(from)) found.push(from.text);
  });
  return found;
}

/** The strongly connected sets of more than one file (Tarjan 1972). */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, { readonly index: number; low: number; onStack: boolean }>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (path: string): { low: number } => {
    const own = { index: order.size, low: order.size, onStack: true };
    order.set(path, own);
    stack.push(path);
    for (const next of graph.get(path) ?? []) {
      if (!graph.has(next)) continue;
      const known = order.get(next);
      if (known === undefined) own.low = Math.min(own.low, visit(next).low);
      else if (known.onStack) own.low = Math.min(own.low, known.index);
    }
    if (own.low === own.index) {
      const set = stack.splice(stack.indexOf(path));
      for (const member of set) order.get(member)!.onStack = false;
      if (set.length > 1) found.push(set.sort());
    }
    return own;
  };
  for (const path of graph.keys()) if (!order.has(path)) visit(path);
  return found;
}

/** Lines that are too long; `isCode` if they are too long even without their strings, patterns and URLs. */
function linesBeyond({ path, source }: SourceFile): { readonly where: string; readonly isCode: boolean }[] {
  const literalColumns = new Map<number, number>();
  const add = (start: number, end: number): void => {
    const { line } = source.getLineAndCharacterOfPosition(start);
    const isWithin = source.getLineAndCharacterOfPosition(end).line === line;
    literalColumns.set(line, (literalColumns.get(line) ?? 0) + (isWithin ? end - start : COLUMNS));
  };
  walk(source, (node) => {
    if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node) && !ts.isRegularExpressionLiteral(node))
      return true;
    add(node.getStart(), node.getEnd());
    return false;
  });
  return source.text.split('\n').flatMap((text, line) => {
    if (text.length <= COLUMNS) return [];
    const urls = /^\s*(\/\/|\/?\*)/.test(text) ? (text.match(/https?:\/\/\S+/g) ?? []).join('').length : 0;
    return [{ where: `${path}:${line + 1}`, isCode: text.length - (literalColumns.get(line) ?? 0) - urls > COLUMNS }];
  });
}

/** Each function with its own statements; statements of inner functions belong to those. */
function functionsOf({ path, source }: SourceFile): FunctionSize[] {
  const sizes: FunctionSize[] = [];
  walk(source, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
    const body = node.body as ts.Node;
    let statements = ts.isBlock(body) ? 0 : 1;
    walk(body, (inner) => {
      if (inner !== body && ts.isFunctionLike(inner)) return false;
      if (ts.isStatement(inner) && !ts.isBlock(inner)) statements++;
      return true;
    });
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    sizes.push({ where: `${path}:${line + 1} ${nameOf(node)}`, statements });
  });
  return sizes;
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  return ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent)
    ? node.parent.name.getText()
    : ts.isConstructorDeclaration(node)
      ? 'constructor'
      : '(inner)';
}

function lineCount({ text }: ts.SourceFile): number {
  return text.split('\n').length - 1;
}

/** Calls `visit` for a node and all its descendants; if it returns false, the descendants are skipped. */
function walk(node: ts.Node, visit: (node: ts.Node) => unknown): void {
  if (visit(node) === false) return;
  ts.forEachChild(node, (child) => walk(child, visit));
}
