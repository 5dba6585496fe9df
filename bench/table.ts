import { cpus } from 'node:os';
import { quantile as quantileOf } from '../src/core/quantile.js';

/** Prints rows under a header, in Markdown, so that it can be pasted into docs/benchmarks.md. */
export function printTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const cells = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, i) => (row[i] ?? '').padEnd(width)).join(' | ')} |`;
  console.log(
    [
      line(cells[0]),
      `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
      ...cells.slice(1).map(line),
      '',
    ].join('\n'),
  );
}

/** The machine of the measurements. */
export function machine(): string {
  return `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, ${process.platform}-${process.arch}`;
}

/** The value at quantile `q` of values in any order; NaN for an empty list. */
export function quantile(values: readonly number[], q: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending.length === 0 ? NaN : quantileOf(ascending, q);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
