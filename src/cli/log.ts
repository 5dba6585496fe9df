import { pino } from 'pino';

export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

type Facts = Readonly<Record<string, unknown>>;

/** What happens, for people and for log collectors. Results never go through here. */
export type Log = Readonly<Record<'debug' | 'info' | 'warn' | 'error', (message: string, facts?: Facts) => void>>;

export type LogOptions = {
  readonly format: LogFormat;
  readonly level: 'debug' | 'info' | 'warn';
  /** Takes one line, with its line feed. */
  readonly write: (line: string) => void;
  /** Hides secrets in a line. */
  readonly redact: (text: string) => string;
};

/** `json`: one object a line, with Unix milliseconds; `text`: the message, its level where that matters, its facts. */
export function createLog({ format, level, write, redact }: LogOptions): Log {
  const emit = (line: string): void => write(redact(line));
  const logger = pino(
    { level, base: null, formatters: { level: (label) => ({ level: label }) } },
    { write: format === 'json' ? emit : (line: string) => emit(asText(JSON.parse(line) as LogLine)) });
  const method = (name: 'debug' | 'info' | 'warn' | 'error') => (message: string, facts: Facts = {}) => logger[name](facts, message);
  return { debug: method('debug'), info: method('info'), warn: method('warn'), error: method('error') };
}

type LogLine = { readonly level: string; readonly msg: string; readonly time: number } & Facts;

function asText({ level, msg, time: _, ...facts }: LogLine): string {
  const label = level === 'info' ? '' : `${level === 'warn' ? 'warning' : level}: `;
  const tail = Object.entries(facts).map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${label}${msg}${tail.join('')}\n`;
}
