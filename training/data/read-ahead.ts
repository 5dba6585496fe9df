/** Yields the results of `make` for the numbers from `first` up to `end`, with `depth` of them started ahead. */
export async function* readAhead<T>(
  make: (n: number) => Promise<T>,
  first: number,
  end: number,
  depth: number,
): AsyncGenerator<T, void> {
  const made: Promise<T>[] = [];
  for (let next = first; next < end || made.length > 0;) {
    while (next < end && made.length <= depth) {
      const item = make(next++);
      // The consumer sees the failure; until then, it must not count as unhandled.
      item.catch(() => undefined);
      made.push(item);
    }
    yield await made.shift()!;
  }
}
