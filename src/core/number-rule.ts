/** The numbers that a flag or a key of a configuration allows. */
export type NumberRule = {
  readonly min?: number;
  /** A lower bound, itself not allowed. */
  readonly above?: number;
  readonly max?: number;
  readonly isInteger?: boolean;
  readonly multipleOf?: number;
};

/** Completes the sentence "it must be …": `a whole number from 0 to 65535`. */
export function allowedNumbers({ min, above, max, isInteger = false, multipleOf }: NumberRule): string {
  const kind = multipleOf !== undefined ? `a multiple of ${multipleOf}` : isInteger ? 'a whole number' : 'a number';
  if (above !== undefined) return `${kind} above ${above}${max === undefined ? '' : ` and at most ${max}`}`;
  if (min === undefined) return `${kind}${max === undefined ? '' : ` of ${max} or less`}`;
  return max === undefined ? `${kind} of ${min} or more` : `${kind} from ${min} to ${max}`;
}

/**
 * Parses a number in a flag, an environment variable or a configuration. A quoted number is a number too.
 * @returns undefined for any other value, and for a number that the rule does not allow
 */
export function readNumber(
  value: unknown,
  { min = -Infinity, above = -Infinity, max = Infinity, isInteger = false, multipleOf }: NumberRule,
): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  if (number < min || number <= above || number > max) return undefined;
  if (multipleOf !== undefined && number % multipleOf !== 0) return undefined;
  return isInteger && !Number.isSafeInteger(number) ? undefined : number;
}
