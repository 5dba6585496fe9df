export const DIGEST_ALGORITHMS = ['SHA-256', 'SHA-256-sess', 'MD5', 'MD5-sess'] as const;
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

export type DigestChallenge = {
  readonly scheme: 'digest';
  readonly algorithm: DigestAlgorithm;
  readonly realm: string;
  readonly nonce: string;
  readonly opaque?: string;
  /** True if the server offers `qop=auth`; otherwise the answer has the form of RFC 2069. */
  readonly hasAuthQop: boolean;
  /** True if the previous nonce was right, but is too old. */
  readonly isStale: boolean;
};

export type BasicChallenge = { readonly scheme: 'basic' };
export type Challenge = DigestChallenge | BasicChallenge;

type Parsed = { readonly scheme: string; readonly parameters: ReadonlyMap<string, string> };

const MOST_CHARACTERS = 8 * 1024;
/** A name, or `name=value`, with the value in quotes or not. */
const PART = /[\s,]*([^\s,="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s,]*)))?/gy;

/**
 * The strongest challenge that we can answer, among all `WWW-Authenticate` fields of a reply (RFC 7235 §4.1: a field
 * may hold several): Digest with SHA-256, Digest with MD5, Basic. Undefined if there is none.
 */
export function strongestChallenge(fields: readonly string[]): Challenge | undefined {
  const challenges = fields
    .flatMap(challengesIn)
    .map(understood)
    .filter((challenge) => challenge !== undefined);
  return challenges.sort((a, b) => rankOf(a) - rankOf(b))[0];
}

function rankOf(challenge: Challenge): number {
  return challenge.scheme === 'basic' ? DIGEST_ALGORITHMS.length : DIGEST_ALGORITHMS.indexOf(challenge.algorithm);
}

/** A name without `=` after it is a scheme, and begins a challenge. */
function challengesIn(field: string): Parsed[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  for (const [, name, quoted, plain] of field.slice(0, MOST_CHARACTERS).matchAll(PART)) {
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else if (challenges.at(-1)?.parameters.has(name.toLowerCase()) === false)
      challenges.at(-1)?.parameters.set(name.toLowerCase(), value);
  }
  return challenges;
}

function understood({ scheme, parameters }: Parsed): Challenge | undefined {
  if (scheme === 'basic') return { scheme };
  const nonce = parameters.get('nonce');
  const written = (parameters.get('algorithm') ?? 'MD5').toUpperCase();
  const algorithm = DIGEST_ALGORITHMS.find((known) => known.toUpperCase() === written);
  if (scheme !== 'digest' || nonce === undefined || algorithm === undefined) return undefined;
  const qop =
    parameters
      .get('qop')
      ?.toLowerCase()
      .split(/[\s,]+/)
      .filter((word) => word !== '') ?? [];
  // `auth-int` covers bodies; no camera requires it alone.
  if (qop.length > 0 && !qop.includes('auth')) return undefined;
  const opaque = parameters.get('opaque');
  return {
    scheme,
    algorithm,
    realm: parameters.get('realm') ?? '',
    nonce,
    hasAuthQop: qop.length > 0,
    isStale: parameters.get('stale')?.toLowerCase() === 'true',
    ...(opaque === undefined ? {} : { opaque }),
  };
}
