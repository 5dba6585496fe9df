/** Node's timers take up to 2^31 - 1 milliseconds; a longer one would fire at once. */
export const LONGEST_DURATION_MS = 2 ** 31 - 1;

/** The forms of a duration, for messages. */
export const DURATION_FORMS =
  'a duration above 0 such as 500ms, 30s, 2m or 1h (a bare number is milliseconds), at most 24 days';

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of `500ms`, `30s`, `2m`, `1.5h` or a bare number of milliseconds; undefined for anything else. */
export function durationMs(value: unknown): number | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|m|h)?$/.exec(String(value).trim());
  if (match === null || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
  const ms = Number(match[1]) * UNIT_MS[(match[2] ?? 'ms') as keyof typeof UNIT_MS];
  return ms > 0 && ms <= LONGEST_DURATION_MS ? ms : undefined;
}

/** The forms of a place in a recording, for messages. */
export const TIME_FORMS = 'a time such as 90s, 1:30 or 1:02:03.5 (a bare number is milliseconds), at most 24 days';

/** Milliseconds of `1:30`, `1:02:03.5`, 0, or a duration; undefined for anything else. */
export function timeMs(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value).trim();
  if (/^0\s*(?:ms|s|m|h)?$/.test(text)) return 0;
  const match = /^(?:(\d+):)?(\d+):(\d\d(?:\.\d+)?)$/.exec(text);
  if (match === null) return durationMs(value);
  const [hours, minutes, seconds] = [match[1] ?? 0, match[2], match[3]].map(Number);
  if (seconds >= 60 || (match[1] !== undefined && minutes >= 60)) return undefined;
  const ms = Math.round(((hours * 60 + minutes) * 60 + seconds) * 1_000_000) / 1_000;
  return ms <= LONGEST_DURATION_MS ? ms : undefined;
}
