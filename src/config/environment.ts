import { UsageError } from '../core/errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `$${` (an escape), `${NAME}`, `${NAME:-default}`, or an invalid `${`. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}|\$\{/g;

/**
 * Replaces environment variables in a text: `${NAME}`, `${NAME:-default}` (also for an empty NAME), `$${` for `${`.
 * @param where the place of the text, for messages
 * @param onValue receives every value from the environment; these are secrets
 * @throws UsageError if a variable is unset and has no default, or if the form is none of these
 */
export function substitute(text: string, env: Environment, where: string, onValue: (value: string) => void): string {
  return text.replaceAll(REFERENCE, (match: string, name: string | undefined, fallback: string | undefined) => {
    if (match === '$${') return '${';
    if (name === undefined)
      throw new UsageError(
        `${where} has "\${" without a name and "}" after it; write \${NAME}, \${NAME:-default}, or $\${ for the two characters themselves`,
        { code: 'NOWCAST_CONFIG' },
      );
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value !== undefined && (value !== '' || fallback === undefined)) {
      onValue(value);
      return value;
    }
    if (fallback !== undefined) return fallback;
    throw new UsageError(
      `${where} needs the environment variable ${name}, which is not set; set it, or write \${${name}:-default}`,
      { code: 'NOWCAST_CONFIG' },
    );
  });
}
