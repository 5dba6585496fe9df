/**
 * The assignment of rows to columns with as many pairs as possible, and of these the one of least total cost. Source:
 * Kuhn 1955, "The Hungarian method for the assignment problem", with shortest augmenting paths and potentials.
 * @param costs by row, then by column; `Infinity` forbids a pair
 * @returns for each row its column, or -1
 */
export function bestAssignment(costs: readonly ArrayLike<number>[]): Int32Array {
  const rows = costs.length;
  const columns = rows === 0 ? 0 : costs[0].length;
  // A forbidden pair costs more than all others together, so that it is taken only where nothing else is left.
  let sum = 1;
  for (const row of costs) for (let c = 0; c < columns; c++) if (row[c] !== Infinity) sum += Math.abs(row[c]);
  const size = Math.max(rows, columns);
  const costAt = (r: number, c: number): number =>
    r < rows && c < columns && costs[r][c] !== Infinity ? costs[r][c] : sum;

  // Rows and columns count from 1; column 0 holds the row that is being placed.
  const rowPotential = new Float64Array(size + 1);
  const columnPotential = new Float64Array(size + 1);
  const rowOf = new Int32Array(size + 1);
  const before = new Int32Array(size + 1);
  for (let row = 1; row <= size; row++) {
    rowOf[0] = row;
    const least = new Float64Array(size + 1).fill(Infinity);
    const isReached = new Uint8Array(size + 1);
    let column = 0;
    while (rowOf[column] !== 0) {
      isReached[column] = 1;
      const from = rowOf[column];
      let step = Infinity;
      let next = 0;
      for (let c = 1; c <= size; c++) {
        if (isReached[c] === 1) continue;
        const reduced = costAt(from - 1, c - 1) - rowPotential[from] - columnPotential[c];
        if (reduced < least[c]) {
          least[c] = reduced;
          before[c] = column;
        }
        if (least[c] < step) {
          step = least[c];
          next = c;
        }
      }
      for (let c = 0; c <= size; c++) {
        if (isReached[c] === 1) {
          rowPotential[rowOf[c]] += step;
          columnPotential[c] -= step;
        } else least[c] -= step;
      }
      column = next;
    }
    while (column !== 0) {
      rowOf[column] = rowOf[before[column]];
      column = before[column];
    }
  }

  const assigned = new Int32Array(rows).fill(-1);
  for (let c = 1; c <= columns; c++) {
    const r = rowOf[c] - 1;
    if (r >= 0 && r < rows && costs[r][c - 1] !== Infinity) assigned[r] = c - 1;
  }
  return assigned;
}
