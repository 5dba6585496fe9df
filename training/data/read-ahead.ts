/** Gives what `make` makes of the numbers from `first` up to `end`, `depth` of them begun before they are asked for. */
export async function* readAhead<T>(make: (n: number) => Promise<T>, first: number, end: number, depth: number): AsyncGenerator<T, void> {
  const made: Promise<T>[] = [];
  for (let next = first; next < end || made.length > 0;) {
    while (next < end && made.length <= depth) {
      const item = make(next++);
      // Whoever takes it sees the failure; until then it is not unhandled.
      item.catch(() => undefined);
      made.push(item);
    }
    yield await made.shift()!;
  }
}
