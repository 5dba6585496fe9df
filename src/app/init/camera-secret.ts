import { redactUrls } from '../../core/redact.js';

/** An address for a file: its secrets stand in environment variables. */
export type FiledAddress = {
  /** With `${NAME}` in place of a secret. */
  readonly text: string;
  /** The variable that the file needs, and what belongs into it. */
  readonly variable: { readonly name: string; readonly holds: string } | undefined;
};

const CREDENTIALS = /^([a-z][a-z\d+.-]*:\/\/)([^/@]*@.*)$/i;

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
  const [, scheme, rest = ''] = CREDENTIALS.exec(address) ?? [];
  const at = rest.lastIndexOf('@');
  const credentials = rest.slice(0, at);
  const colon = credentials.indexOf(':');
  const bare = scheme === undefined ? address : `${scheme}${rest.slice(at + 1)}`;
  const isPlain = redactUrls(bare) === bare || !MAY_HOLD_A_KEY.test(bare.replace(/^[^/]*\/\/[^/]*/, ''));
  if (isPlain && scheme === undefined) return { text: escaped(address), variable: undefined };
  if (isPlain && colon >= 0) {
    const name = `${prefix}_PASSWORD`;
    const user = credentials.slice(0, colon);
    return {
      text: `${scheme}${escaped(user)}:\${${name}}@${escaped(rest.slice(at + 1))}`,
      variable: { name, holds: `the password of ${camera}, as in its address` },
    };
  }
  if (isPlain) return { text: escaped(address), variable: undefined };
  const name = `${prefix}_URL`;
  return { text: `\${${name}}`, variable: { name, holds: `the whole address of ${camera}` } };
}
