import { statSync } from 'node:fs';

/**
 * A text that differs whenever the content of one of the files does, at the cost of a look at each. It follows links,
 * and so sees a link that leads elsewhere and a file that was put in another's place.
 */
export function fileState(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const found = statSync(path, { throwIfNoEntry: false, bigint: true });
      return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
    })
    .join();
}
