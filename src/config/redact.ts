import { hiderOf, HIDDEN, secretsOf } from '../core/redact.js';

/** A shorter text is not treated as a secret: hiding it would damage every message. */
const SHORTEST_SECRET = 3;
/** A secret that shares as much with the name of a camera would hide that name. */
const SHARED_LENGTH = 8;

/** Hides the secrets of URLs and the given secrets in a text, in each of their spellings. */
export function redactText(text: string, secrets: Iterable<string> = []): string {
  return hiderFor(secrets)(text);
}

/** An address whose scheme was forgotten or misspelt, `rtsp//me:secret@host`, and so is taken for a path. */
const MISSPELT_ADDRESS = /^(?:(?![a-z][a-z\d+.-]*:\/\/).*?\/\/(?:[^\s/:@]*:)?|[^\s/:@]+:(?!\/\/))(.+)@[^\s/]/i;

/**
 * The texts of a source that no output may show. Programs that open a URL may print them alone.
 * @param names of the cameras, which people chose to see
 */
export function sourceSecrets(source: string, names: readonly string[]): readonly string[] {
  const secrets = secretsOf(source.trim()).filter((secret) => !names.some((name) => sharesText(name, secret)));
  const password = MISSPELT_ADDRESS.exec(source)?.[1];
  return password === undefined ? secrets : [...secrets, password];
}

/** Keys with secret values, in any section. */
const SECRET_KEYS = new Set(['token', 'password', 'secret', 'headers']);

/** A copy of `value` for printing and recording: its strings are redacted, and values of secret keys are hidden. */
export function redact(value: unknown, secrets: Iterable<string> = []): unknown {
  const hide = hiderFor(secrets);
  const copy = (part: unknown, key?: string): unknown => {
    if (typeof part === 'string') return key !== undefined && SECRET_KEYS.has(key) ? HIDDEN : hide(part);
    if (Array.isArray(part)) return part.map((item) => copy(item, key));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, item]) => [name, copy(item, name)]));
  };
  return copy(value);
}

type Hider = { readonly secretCount: number; readonly hide: (text: string) => string };

/** Of sets, which only grow. Every line of a log needs one. */
const hiders = new WeakMap<object, Hider>();

function hiderFor(secrets: Iterable<string>): (text: string) => string {
  const all = [...secrets];
  const known = hiders.get(secrets as object);
  if (known?.secretCount === all.length) return known.hide;
  const hide = hiderOf(all.filter(({ length }) => length >= SHORTEST_SECRET));
  if (secrets instanceof Set) hiders.set(secrets, { secretCount: all.length, hide });
  return hide;
}

function sharesText(name: string, secret: string): boolean {
  const [small, text] = [name.toLowerCase(), secret.toLowerCase()];
  for (let i = 0; i + SHARED_LENGTH <= text.length; i++)
    if (small.includes(text.slice(i, i + SHARED_LENGTH))) return true;
  return small.includes(text);
}
