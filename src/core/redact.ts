/** What stands where a secret stood. */
export const HIDDEN = '***';

/** Query parameters whose values are secret: the name with its `=` is the first group, the value follows it. */
export const SECRET_PARAMETER = /([?&;](?:[\w.-]*(?:token|password|passwd|secret|signature|credential)[\w.-]*|[\w-]*(?:pwd|auth|key)|pass|psw|sig|user|usr|username|login|streamid|passphrase)=)[^&;\s'"<>]*/gi;

const URL = /\b([a-z][a-z0-9+.-]*:\/\/)([^\s'"<>]*)/gi;

/**
 * A text whose URLs hold no secrets any more: everything before the last `@` becomes `***`, since passwords are often
 * typed raw with `@`, `#` and `/` in them, and so do the values of secret query parameters. A path with `@` is hidden
 * with it: rather too much than one character of a password.
 */
export function redactUrls(text: string): string {
  return text
    .replaceAll(URL, (url, scheme: string, after: string) => after.includes('@') ? `${scheme}${HIDDEN}@${after.slice(after.lastIndexOf('@') + 1)}` : url)
    .replaceAll(SECRET_PARAMETER, `$1${HIDDEN}`);
}
