import { KNOWN_PARAMETERS } from './harmless-words.js';
import { PART_LENGTH, PartsOfSecrets } from './parts-of-secrets.js';
import { HIDDEN, shownUrl } from './shown-url.js';
import { decodePart, encodeCredentials, splitUrl } from './url-parts.js';

export { HIDDEN } from './shown-url.js';

/** Shorter ones are ordinary words and digits; hiding these everywhere would garble every message. */
const LEAST_SECRET_LENGTH = 4;

/** An apostrophe ends a URL only before anything but a letter or digit: URLs may contain it. */
const URL_IN_TEXT = /\b[a-z][a-z0-9+.-]*:\/\/(?:[^\s'"<>]|'(?=[\w%]))*/gi;
/** An address that lacks a slash. */
const MISTYPED_URL = /\b((?:rtsps?|https?|rtmp[a-z]*|srt|udp|tcp|rtp):\/)(?!\/)[^\s"<>]+/gi;
/** Punctuation of a sentence around a URL. */
const SENTENCE_END = /(?:[.,:;!)\]}]+|\?(?=$))$/;

/** A text whose URLs are as {@link shownUrl} shows them. */
export function redactUrls(text: string): string {
  return text
    .replaceAll(URL_IN_TEXT, (found) => {
      const url = found.replace(SENTENCE_END, '');
      return shownUrl(url).shown + found.slice(url.length);
    })
    .replaceAll(MISTYPED_URL, `$1${HIDDEN}`);
}

/**
 * The texts of a URL that no output may show, besides the URL itself.
 * @returns short texts only if they are secrets for certain
 */
export function secretsOf(url: string): readonly string[] {
  const { hidden, secrets, shown } = shownUrl(url);
  const { user, password } = splitUrl(url);
  const basic = user === undefined ? [] : [base64(`${decodePart(user)}:${decodePart(password ?? '')}`)];
  return [
    ...new Set([
      ...secrets.filter(({ length }) => length >= LEAST_SECRET_LENGTH),
      ...hidden.filter((text) => text.length >= PART_LENGTH),
      ...doubtfulCredentials(url, shown),
      ...basic,
    ]),
  ];
}

/**
 * `http://me:7?a=b@host` may have a port and parameters, or a password with an `@` after it. It is shown as the first;
 * of the second, all is secret that this does not show. Names of parameters as cameras have them are no password.
 */
function doubtfulCredentials(url: string, shown: string): string[] {
  const { scheme } = splitUrl(url);
  const credentials = url.slice(scheme.length, Math.max(scheme.length, url.lastIndexOf('@')));
  const names = Array.from(credentials.matchAll(/[?&;]([^=&;]*)=/g), ([, name]) => name.toLowerCase());
  if (names.length > 0 && names.every((name) => KNOWN_PARAMETERS.has(name))) return [];
  const texts: string[] = [];
  let from = -1;
  for (let at = 0; at + PART_LENGTH <= credentials.length; at++) {
    const isShown = shown.includes(credentials.slice(at, at + PART_LENGTH));
    if (!isShown && from < 0) from = at;
    const isLast = at + PART_LENGTH === credentials.length;
    if (from >= 0 && (isShown || isLast)) {
      texts.push(credentials.slice(from, at + PART_LENGTH - (isShown ? 1 : 0)));
      from = -1;
    }
  }
  return texts;
}

/**
 * Makes a function that removes secrets from texts: in each spelling that programs print, in any case of letters, and
 * parts of them of eight characters or more. It also hides the secrets of URLs in the texts.
 */
export function hiderOf(secrets: Iterable<string>): (text: string) => string {
  const parts = new PartsOfSecrets();
  for (const secret of secrets) {
    // The host of a secret URL stands in messages and names of streams.
    if (/^[a-z][a-z\d+.-]*:\/\//i.test(secret)) for (const text of [secret, ...secretsOf(secret)]) parts.add(text);
    else parts.add(secret);
  }
  return (text) => parts.hide(redactUrls(text));
}

/** Makes a function that removes a URL's secrets from any text, and those of other URLs in it. */
export function redactorOf(url: string): (text: string) => string {
  const { shown } = shownUrl(url);
  const hide = hiderOf(secretsOf(url));
  // Its password may contain spaces and quotes, which end a URL in a text.
  const spellings = shown === url ? [] : [url, encodeCredentials(url)];
  return (text) => hide(spellings.reduce((result, spelling) => result.replaceAll(spelling, shown), text));
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
