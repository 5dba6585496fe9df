import { UsageError } from './errors.js';

/** A token in its stored form. */
const HASHED = /^sha256:(.*)$/is;

/**
 * The digits of a token that is given as `sha256:` and the 64 hexadecimal digits of its hash, in lower case; undefined
 * for a token that is given as it is.
 * @param from what holds the token, for the error
 * @throws UsageError for an empty token, and for `sha256:` without 64 hexadecimal digits
 */
export function hashOfToken(token: string, from: string): string | undefined {
  if (token === '')
    throw new UsageError(`${from} is empty: set it to at least one character, or remove it to let everyone in`);
  const digits = HASHED.exec(token)?.[1].trim();
  if (digits !== undefined && !/^[\da-f]{64}$/i.test(digits))
    throw new UsageError(
      `${from} begins with sha256: but 64 hexadecimal digits do not follow; make them with: printf %s TOKEN | sha256sum`,
    );
  return digits?.toLowerCase();
}
