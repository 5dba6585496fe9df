/** The text in place of a secret. */
export const HIDDEN = '***';

/** Query parameters whose values are secret: the name with its `=` is the first group, the value follows it. */
export const SECRET_PARAMETER =
  /([?&;](?:[\w.-]*(?:token|password|passwd|secret|signature|credential)[\w.-]*|[\w-]*(?:pwd|auth|key)|pass|psw|sig|user|usr|username|login|streamid|passphrase)=)[^&;\s'"<>]*/gi;

const URL = /\b([a-z][a-z0-9+.-]*:\/\/)([^\s'"<>]*)/gi;

/** Text that must be a host, although credentials could stand there with a password after a colon. */
const BEGINS_WITH_HOST = /^(?:\[[^\]]*\]|[^:/?#]+)(?::\d+)?[/?]/;

/**
 * A text without the secrets of its URLs: `***` replaces the values of secret query parameters, and everything before
 * the last `@`, because passwords are often typed raw with `@`, `#` and `/` in them. A path that contains `@` is hidden
 * too: it is better to hide too much than too little.
 */
export function redactUrls(text: string): string {
  return hideParameters(
    text.replaceAll(URL, (_, scheme: string, after: string) => `${scheme}${withoutSecrets(after)}`),
  );
}

/** Replaces the values of secret query parameters with `***`. */
export function hideParameters(text: string): string {
  return text.replaceAll(SECRET_PARAMETER, `$1${HIDDEN}`);
}

/** Parameters are replaced first, because an `@` in a parameter's value does not end credentials. */
function withoutSecrets(afterScheme: string): string {
  const shown = hideParameters(afterScheme);
  if (shown.includes('@')) return `${HIDDEN}@${shown.slice(shown.lastIndexOf('@') + 1)}`;
  // If the only `@` was in a removed parameter, that parameter may have been part of a password.
  return !afterScheme.includes('@') || BEGINS_WITH_HOST.test(afterScheme) ? shown : HIDDEN;
}
