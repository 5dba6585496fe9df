/** One message of ffmpeg's log, taken apart. */
export type LogLine = {
  /** The part of ffmpeg that wrote it, without its address: `h264`, `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly component: string | undefined;
  readonly level: string;
  readonly text: string;
};

const COMPONENT = String.raw`\[[^[\]]* @ (?:0x)?[0-9a-fA-F]+\] `;
/** Releases differ in whether the level stands before or after the components. */
const LINE = new RegExp(`^((?:${COMPONENT})*)\\[([a-z]+)\\] ((?:${COMPONENT})*)(.*)$`);

/**
 * Parses a line as `-v repeat+level` begins every message. Text that an author wrote, such as a title, stands inside a
 * message, so a line that does not begin like one is not a message: undefined.
 */
export function parseLogLine(line: string): LogLine | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [, before, level, after, text] = match;
  return { component: lastComponent(after) ?? lastComponent(before), level, text };
}

const COMPLAINTS = new Set(['warning', 'error', 'fatal', 'panic']);

/** A message of level warning or above; undefined for other lines. */
export function complaintIn(line: string): LogLine | undefined {
  const message = parseLogLine(line);
  return message !== undefined && COMPLAINTS.has(message.level) ? message : undefined;
}

/** Of `[parent @ 0x1] [child @ 0x2] `, the child. */
function lastComponent(prefixes: string): string | undefined {
  return /\[([^[\]]*) @ [^[\]]*\] $/.exec(prefixes)?.[1];
}
