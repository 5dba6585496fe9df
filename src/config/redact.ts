import { HIDDEN, hideParameters, redactUrls } from '../core/redact.js';

/** A shorter text is no secret, and hiding it would punch holes into every message. */
const SHORTEST_SECRET = 3;

/** Hides URL credentials, secret query values and every given secret in a text, in each form in which it may be written. */
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

/** The password in a URL, if it has one; programs that open it may echo it without the URL around it. */
export function passwordIn(url: string): string | undefined {
  return /^[a-z][a-z\d+.-]*:\/\/[^:]*:(.*)@/is.exec(hideParameters(url))?.[1];
}

/** The keys whose values are secret wherever they stand. */
const SECRET_KEYS = new Set(['token', 'password']);

/** A copy of `value` that may be printed and recorded: every string in it redacted, secret keys hidden whole. */
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
