/** Words of statements that hold without exception. */
const ABSOLUTE =
  /\b(never|always|exactly|equals?|identical|unchanged|at (?:most|least)|nothing|none|nobody|neither|whole|cannot|no other|every|each(?! other))\b/i;

/**
 * The sentences of a Markdown page, one line each: of paragraphs, list items and table rows, without code blocks,
 * headings and pictures.
 */
export function sentencesOf(markdown: string): string[] {
  return markdown
    .replaceAll(/^```[^]*?^```$/gm, '')
    .replaceAll(/<!--[^]*?-->/g, '')
    .split(/\n\s*\n|\n(?=\s*- |#|\|)/)
    .map((block) => onOneLine(block))
    .filter((block) => block !== '' && !/^(#|!\[|[|\s:-]+$)/.test(block))
    .flatMap((block) => (isRow(block) ? [block] : splitSentences(block.replace(/^- /, ''))));
}

/** True if a sentence of a text, not of a table, states something without exception. */
export function isAbsolute(sentence: string): boolean {
  return !isRow(sentence) && ABSOLUTE.test(sentence);
}

export function onOneLine(text: string): string {
  return text.split(/\s+/).join(' ').trim();
}

const isRow = (block: string): boolean => block.startsWith('|');

const splitSentences = (text: string): string[] => text.split(/(?<!\bet al\.)(?<=[.!?])\s|(?<=:)\s(?=[A-Z`*[])/);
