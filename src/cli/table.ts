/** Rows of text in aligned columns, two spaces apart. Numbers, which begin with a digit, are right-aligned. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const isNumeric = header.map(
    (_, column) =>
      rows.length > 0 && rows.every((row) => /^(\d|-$|$)/.test(row[column]) && !/[a-z]$/.test(row[column])),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (isNumeric[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line)].join('\n');
}
