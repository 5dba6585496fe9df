/** As the dynamic linkers of Linux and Windows put it. */
const PATTERNS = [/([\w.+-]+\.so[.\d]*): cannot open shared object file/, /depends on "([^"]+\.dll)" which is missing/];

/**
 * The first shared library that a process said it could not load; undefined if it named none. A provider's own library
 * reports those that it needs, so the innermost one is named.
 * @param output of the process on standard error
 */
export function missingLibrary(output: string): string | undefined {
  for (const pattern of PATTERNS) {
    const found = pattern.exec(output)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
