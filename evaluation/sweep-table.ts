import { bestRow, type SweepRow } from './sweep.js';

type Column = {
  /** As a heading of people's tables, and as a column of CSV. */
  readonly title: string;
  readonly csv: string;
  readonly isText?: true;
  /** Exact, for CSV; null where it is undefined. */
  readonly value: (row: SweepRow) => string | number | null;
  /** Rounded, for people. */
  readonly digits?: number;
};

/** The columns of a sweep, in every form. Scores are 0 to 1, times in milliseconds. */
const COLUMNS: readonly Column[] = [
  { title: 'detector', csv: 'detector', isText: true, value: ({ detector }) => detector },
  { title: 'schedule', csv: 'schedule', isText: true, value: ({ schedule }) => schedule },
  { title: 'forecast', csv: 'forecast', isText: true, value: ({ forecast }) => forecast },
  { title: 'perf', csv: 'perf_factor', value: ({ perfFactor }) => perfFactor },
  { title: 'sAP', csv: 'sap', value: ({ stats }) => stats.AP, digits: 3 },
  { title: 'sAP50', csv: 'sap50', value: ({ stats }) => stats.AP50, digits: 3 },
  { title: 'sAP75', csv: 'sap75', value: ({ stats }) => stats.AP75, digits: 3 },
  { title: 'offline AP', csv: 'offline_ap', value: ({ offlineAP }) => offlineAP, digits: 3 },
  { title: 'frames behind', csv: 'mean_staleness_frames', value: ({ meanStaleness }) => meanStaleness, digits: 2 },
  { title: 'missed', csv: 'missed_frames', value: ({ pairing }) => pairing.miss },
  { title: 'detected', csv: 'detected_frames', value: ({ runs }) => runs },
  { title: 'p50 ms', csv: 'latency_p50_ms', value: ({ latencyMs }) => latencyMs?.p50 ?? null, digits: 1 },
  { title: 'p99 ms', csv: 'latency_p99_ms', value: ({ latencyMs }) => latencyMs?.p99 ?? null, digits: 1 },
];

/** A table for people: headings, and rows of rounded cells. */
export function sweepCells(rows: readonly SweepRow[]): { readonly head: string[]; readonly body: string[][] } {
  return {
    head: COLUMNS.map(({ title }) => title),
    body: rows.map((row) => COLUMNS.map((column) => shown(column, row))),
  };
}

/** Comma-separated values as in RFC 4180, with exact numbers; an undefined number is empty. */
export function sweepCsv(rows: readonly SweepRow[]): string {
  const lines = [
    COLUMNS.map(({ csv }) => csv),
    ...rows.map((row) => COLUMNS.map(({ value }) => String(value(row) ?? ''))),
  ];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

/** A table for LaTeX with the package booktabs. The best row is bold. */
export function sweepLatex(rows: readonly SweepRow[]): string {
  const best = bestRow(rows);
  const line = (cells: readonly string[]): string => `${cells.join(' & ')} \\\\`;
  return [
    '% Made by nowcast eval sweep; needs \\usepackage{booktabs}. Scores are 0 to 1.',
    `\\begin{tabular}{${COLUMNS.map(({ isText }) => (isText ? 'l' : 'r')).join('')}}`,
    '\\toprule',
    line(COLUMNS.map(({ title }) => latexText(title))),
    '\\midrule',
    ...rows.map((row) =>
      line(
        COLUMNS.map((column) => {
          const text = latexText(shown(column, row));
          return row === best ? `\\textbf{${text}}` : text;
        }),
      ),
    ),
    '\\bottomrule',
    '\\end{tabular}',
    '',
  ].join('\n');
}

function shown({ value, digits }: Column, row: SweepRow): string {
  const found = value(row);
  if (found === null) return '-';
  return typeof found === 'number' && digits !== undefined ? found.toFixed(digits) : String(found);
}

/** A spreadsheet would run a text that begins like a formula. */
function csvCell(text: string): string {
  const safe = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const LATEX_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
};

function latexText(text: string): string {
  return text.replaceAll(/[\\~^&%$#_{}]/g, (letter) => LATEX_ESCAPES[letter] ?? `\\${letter}`);
}
