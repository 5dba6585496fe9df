import { readFileSync } from 'node:fs';
import ts from 'typescript';

const CALLS = new Set(['describe', 'it', 'itNeeds']);

/** Finds the titles of tests and suites in their source files, each of which is read once. */
export function createTitleFinder(read: (file: string) => string = (file) => readFileSync(file, 'utf8')) {
  const titlesOf = new Map<string, readonly Title[]>();

  /** True if a test or a suite of the file has the title. */
  return (file: string, title: string): boolean => {
    let titles = titlesOf.get(file);
    if (titles === undefined) titlesOf.set(file, (titles = titlesIn(file, read(file))));
    return titles.some(({ source, pattern }) => source === title || pattern.test(title));
  };
}

type Title = {
  /** As written between the quotes. */
  readonly source: string;
  /** The literal parts of a template, with anything between them. */
  readonly pattern: RegExp;
};

function titlesIn(file: string, source: string): Title[] {
  const titles: Title[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && CALLS.has(node.expression.text)) {
      const [first, second] = node.arguments;
      const title = titleIn(node.expression.text === 'itNeeds' ? second : first);
      if (title !== undefined) titles.push(title);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  return titles;
}

/** Undefined if the title is computed, or has no literal part to find it by. */
function titleIn(node: ts.Node | undefined): Title | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
    return { source: node.text, pattern: patternOf([node.text]) };
  if (!ts.isTemplateExpression(node)) return undefined;
  const parts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  if (!parts.some((part) => /\w \w/.test(part))) return undefined;
  return { source: node.getText().slice(1, -1), pattern: patternOf(parts) };
}

function patternOf(parts: readonly string[]): RegExp {
  return new RegExp(`^${parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('[^]*')}$`);
}
