import type { Outcome } from './command.js';

/** Done, failed, bad usage, and ended by SIGINT or SIGTERM. */
const EXIT_CODES: readonly (number | null)[] = [0, 1, 2, 130, 143];
const STACK = /this is a bug|^\s+at .*(?:file:|node:)/m;
// Line ends and tabs are no harm. A terminal obeys all others, C1 among them.
const CONTROL_CHARACTER = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
const NO_NUMBER = /\b(?:NaN|Infinity)\b/;

/** The faults of a command that no input may cause, each as a few words; empty if there are none. */
export function faultsOf(outcome: Outcome): string[] {
  const { code, signal, stdout, stderr, isHung, leftBehind } = outcome;
  if (isHung) return ['hung'];
  const faults = [];
  if (!EXIT_CODES.includes(code)) faults.push(signal === null ? `exit code ${String(code)}` : `ended by ${signal}`);
  if (STACK.test(stderr)) faults.push('stack trace');
  if (code !== 0 && stderr.trim() === '') faults.push('failed without a message');
  if (CONTROL_CHARACTER.test(stderr)) faults.push('control characters in the log');
  if (code === 0 && !isJson(stdout)) faults.push('its result is no JSON');
  if (code === 0 && NO_NUMBER.test(withoutTexts(stdout))) faults.push('NaN or Infinity in its result');
  for (const line of leftBehind) faults.push(`left a process behind: ${line}`);
  return faults;
}

function withoutTexts(json: string): string {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
