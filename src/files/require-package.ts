import { createRequire } from 'node:module';
import { UsageError } from '../core/errors.js';

/**
 * Checks that an optional npm package is installed, without loading it.
 * @param use the part that needs it, for the message
 * @throws UsageError with the command that installs it
 */
export function requirePackage(name: string, use: string): void {
  try {
    createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new UsageError(`${use} needs the npm package ${name}, which is not installed; run: npm install ${name}`, {
      cause,
    });
  }
}

/** Checks for the package that draws. It is large, so only those who draw install it. */
export function requireCanvas(use: string): void {
  requirePackage('@napi-rs/canvas', use);
}
