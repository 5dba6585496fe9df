import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { UsageError } from '../../core/errors.js';
import { hashOfToken } from '../../core/token-form.js';

/** Begins the subprotocol by which a page shows its token; the token follows as base64url of its UTF-8 bytes. */
export const TOKEN_SUBPROTOCOL = 'nowcast.token.';

/**
 * SHA-256 of each token, in hexadecimal digits. A token may be given as `sha256:` and these digits.
 * @throws UsageError for an empty token, and for `sha256:` without 64 hexadecimal digits
 */
export function tokenDigests(tokens: readonly string[], from = "the feed's token"): string[] {
  return tokens.map((token) => hashOfToken(token, from) ?? sha256(Buffer.from(token)).toString('hex'));
}

/**
 * The digests of a file with one token a line; empty lines and lines that begin with `#` are comments.
 * @throws UsageError if the file cannot be read or holds no token
 */
export function readTokenFile(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`the file of tokens ${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const tokens = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (tokens.length === 0)
    throw new UsageError(`the file of tokens ${path} holds no token: write one on a line, as text or as sha256:DIGITS`);
  return tokenDigests(tokens, `a token of ${path}`);
}

/**
 * The one whose token this is; undefined if it is nobody's. Takes equally long for each wrong token.
 * @param shown as {@link shownToken} gives it
 */
export function ownerOfToken<T extends { readonly digest: string }>(
  shown: string,
  owners: readonly T[],
): T | undefined {
  // Node reads header bytes as Latin-1. Programs send UTF-8 or Latin-1 there.
  const forms = [sha256(Buffer.from(shown, 'latin1')), sha256(Buffer.from(shown, 'utf8'))];
  let found: T | undefined;
  for (const owner of owners) {
    const known = Buffer.from(owner.digest, 'hex');
    for (const form of forms) found = timingSafeEqual(known, form) ? owner : found;
  }
  return found;
}

/** The token that a request shows: as a bearer, as the password of any name, as a subprotocol, or in its address. */
export function shownToken({ headers, url }: Pick<IncomingMessage, 'headers' | 'url'>): string | undefined {
  const [, bearer] = /^Bearer +(.+)$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  const [, basic] = /^Basic +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const [, password] = /^[^:]*:(.+)$/s.exec(Buffer.from(basic ?? '', 'base64').toString('utf8')) ?? [];
  if (password !== undefined) return password;
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
  const encoded = offered?.find((name) => name.startsWith(TOKEN_SUBPROTOCOL))?.slice(TOKEN_SUBPROTOCOL.length);
  if (encoded !== undefined) return Buffer.from(encoded, 'base64url').toString('utf8');
  return new URLSearchParams(url?.split('?')[1]).get('token') ?? undefined;
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
