import { UsageError } from '../src/core/errors.js';
import { allowedNumbers, readNumber, type NumberRule } from '../src/core/number-rule.js';

/** @throws UsageError naming the option, its value and the allowed ones */
export function numberOption(name: string, text: string, rule: NumberRule): number {
  const value = readNumber(text, rule);
  if (value === undefined) throw new UsageError(`--${name} is "${text}"; it must be ${allowedNumbers(rule)}`);
  return value;
}
