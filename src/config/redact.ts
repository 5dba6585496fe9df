import { HIDDEN, hideParameters, redactUrls } from '../core/redact.js';

/** A shorter text is not treated as a secret: hiding it would damage every message. */
const SHORTEST_SECRET = 3;

/** Hides URL credentials, secret query values and the given secrets in a text, in each of their spellings. */
export function redactText(text: string, secrets: Iterable<string> = []): string {
  let redacted = text;
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < SHORTEST_SECRET) continue;
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) forms.add(form);
  }
  for (const form of [...forms].sort((a, b) => b.length - a.length)) redacted = redacted.replaceAll(form, HIDDEN);
  return redactUrls(redacted);
}

/** The password of a URL, if it has one. Programs that open the URL may print the password alone. */
export function passwordIn(url: string): string | undefined {
  return /^[a-z][a-z\d+.-]*:\/\/[^:]*:(.*)@/is.exec(hideParameters(url))?.[1];
}

/** Keys with secret values, in any section. */
const SECRET_KEYS = new Set(['token', 'password']);

/** A copy of `value` for printing and recording: its strings are redacted, and values of secret keys are hidden. */
export function redact(value: unknown, secrets: Iterable<string> = []): unknown {
  const known = [...secrets];
  const copy = (part: unknown, key?: string): unknown => {
    if (typeof part === 'string') return key !== undefined && SECRET_KEYS.has(key) ? HIDDEN : redactText(part, known);
    if (Array.isArray(part)) return part.map((item) => copy(item));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, item]) => [name, copy(item, name)]));
  };
  return copy(value);
}
