import { redactUrls } from '../../core/redact.js';
import { splitUrl } from '../../core/url-parts.js';

/** An address for a file: its secrets stand in environment variables. */
export type FiledAddress = {
  /** With `${NAME}` in place of a secret. */
  readonly text: string;
  /** The variable that the file needs, and what belongs into it. */
  readonly variable: { readonly name: string; readonly holds: string } | undefined;
};

/** Parameters, or a part of a path that looks like a key: a long word of letters and digits. A plain word is a name. */
const MAY_HOLD_A_KEY = /[?&;=]|(?=[^/]{8})(?=[^/]*\d)(?=[^/]*[a-z])[^/]+/i;

/**
 * Takes the secrets out of a camera's address: the password alone, if it is the only secret, else the whole address.
 * @param camera its name, of which the variable is made
 */
export function filedAddress(address: string, camera: string): FiledAddress {
  const prefix = camera
    .toUpperCase()
    .replaceAll(/\W|-/g, '_')
    .replace(/^(?=\d)/, 'CAMERA_');
  const escaped = (text: string): string => text.replaceAll('${', () => '$${');
  const { scheme, user, password, rest } = splitUrl(address);
  const bare = `${scheme}${rest}`;
  const isPlain =
    (redactUrls(bare) === bare || !MAY_HOLD_A_KEY.test(rest.replace(/^[^/]*/, ''))) &&
    // A lone user may be a token.
    (password !== undefined || user === undefined || !MAY_HOLD_A_KEY.test(user));
  if (!isPlain) {
    const name = `${prefix}_URL`;
    return { text: `\${${name}}`, variable: { name, holds: `the whole address of ${camera}` } };
  }
  if (user === undefined || password === undefined) return { text: escaped(address), variable: undefined };
  const name = `${prefix}_PASSWORD`;
  return {
    text: `${scheme}${escaped(user)}:\${${name}}@${escaped(rest)}`,
    variable: { name, holds: `the password of ${camera}, as in its address` },
  };
}
