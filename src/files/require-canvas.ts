import { createRequire } from 'node:module';
import { UsageError } from '../core/errors.js';

const NAME = '@napi-rs/canvas';

/**
 * Checks that the package that draws is installed, without loading it. It is large, so only those who draw install it.
 * @param use the part that draws, for the message
 * @throws UsageError with the command that installs it
 */
export function requireCanvas(use: string): void {
  try {
    createRequire(import.meta.url).resolve(NAME);
  } catch (cause) {
    throw new UsageError(`${use} needs the npm package ${NAME}, which is not installed; run: npm install ${NAME}`, {
      cause,
    });
  }
}
