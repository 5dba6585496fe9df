import { isCollection, visit, type Document, type LineCounter } from 'yaml';

/** After the first, others often follow from it. */
const MOST_PROBLEMS = 10;

/** What keeps a text from being plain YAML of one document, one line each: `cameras.yaml:3: not YAML: …`. */
export function problemsOfYaml(document: Document, name: string, lines: LineCounter): string[] {
  const at = (offset: number, text: string): string => `${name}:${lines.linePos(offset).line}: ${text}`;
  const problems = [...document.errors, ...document.warnings].map(({ code, pos, message }) => {
    if (code === 'MULTIPLE_DOCS') return at(pos[0], 'a second document begins here (---); put each into a file');
    if (code === 'TAG_RESOLVE_FAILED')
      return at(pos[0], `${message}; put a value that begins with an exclamation mark in quotes`);
    return at(pos[0], `not YAML: ${message}`);
  });
  visit(document, {
    Pair(_, { key }) {
      if (isCollection(key)) problems.push(at(key.range?.[0] ?? 0, 'a list or a section stands where a key must be'));
    },
  });
  const more = problems.length - MOST_PROBLEMS;
  return more <= 0 ? problems : [...problems.slice(0, MOST_PROBLEMS), `${name}: ${more} more problems`];
}
