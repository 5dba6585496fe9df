import { existsSync } from 'node:fs';
import { isAbsolute, join, win32 } from 'node:path';

/**
 * The path of a picture that a data set names. The name may be a whole path, and backslashes may separate its parts, as
 * Windows writes them.
 * @param folder the data root, and below it the folder of the picture's sequence
 */
export function annotatedPath(folder: string, name: string): string {
  const path = isAbsolute(name) || win32.isAbsolute(name) ? name : join(folder, name);
  return !path.includes('\\') || existsSync(path) ? path : path.replaceAll('\\', '/');
}
