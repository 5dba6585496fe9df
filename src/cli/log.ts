import { pino } from 'pino';
import { printable } from '../core/printable.js';
import type { Log, LogFacts } from '../app/context.js';

export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export type LogOptions = {
  readonly format: LogFormat;
  readonly level: 'debug' | 'info' | 'warn';
  /** Takes one line, with its line feed. */
  readonly write: (line: string) => void;
  /** Hides secrets in a text, or in the texts of a value. */
  readonly redact: (value: unknown) => unknown;
};

/**
 * `json`: one object a line, with Unix milliseconds; `text`: the local time, the level if it is not `info`, the message
 * and its facts.
 */
export function createLog({ format, level, write, redact }: LogOptions): Log {
  const emit = (line: string): void => write(printable(line));
  const logger = pino(
    { level, base: null, formatters: { level: (label) => ({ level: label }) } },
    { write: format === 'json' ? emit : (line: string) => emit(asText(JSON.parse(line) as LogLine)) },
  );
  const method =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, facts: LogFacts = {}) =>
      // Before they become one line: a secret of digits must not turn a number into something else.
      logger[name](redact(facts), String(redact(message)));
  return { debug: method('debug'), info: method('info'), warn: method('warn'), error: method('error') };
}

type LogLine = { readonly level: string; readonly msg: string; readonly time: number } & LogFacts;

function asText({ level, msg, time, ...facts }: LogLine): string {
  const label = `${timeOfDay(time)} ${level === 'info' ? '' : `${level === 'warn' ? 'warning' : level}: `}`;
  const tail = Object.entries(facts).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  // A name with a line feed must not look like another message.
  return `${`${label}${msg}${tail.join('')}`.replaceAll('\n', '\n  ')}\n`;
}

/** `09:04:43`, in the machine's zone, for people who watch; logs that are kept are JSON. */
function timeOfDay(unixMs: number): string {
  return new Date(unixMs).toTimeString().slice(0, 8);
}
