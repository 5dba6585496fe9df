import { createReadStream } from 'node:fs';
import { DataError } from '../core/errors.js';
import type { PipelineEvent } from '../core/events.js';
import { decodeEvent, decodeHeader } from './decode.js';
import type { RecordingHeader } from './format.js';

export type Recording = {
  readonly header: RecordingHeader;
  /** Each iteration reads the file again, in pieces. Throws DataError naming the invalid line. */
  readonly events: AsyncIterable<PipelineEvent>;
};

/** A recording in memory. */
export type ParsedRecording = {
  readonly header: RecordingHeader;
  /** Throws DataError naming the invalid line. */
  readonly events: Iterable<PipelineEvent>;
};

/**
 * Opens a recording, even of a current run.
 * @param onWarning called if the last line is torn, because the run was killed or its disk was full; the reader skips
 *   that line
 * @throws DataError if the file cannot be read or is not a recording
 */
export async function readRecording(path: string, onWarning: (message: string) => void): Promise<Recording> {
  const header = await readHeader(path);
  const onTorn = (lineNumber: number): void =>
    onWarning(`${path}: the last line, ${lineNumber}, is incomplete and was skipped`);
  return {
    header,
    events: { [Symbol.asyncIterator]: () => readEvents(path, header.classes, onTorn) },
  };
}

/**
 * Reads the text of a recording.
 * @param onTorn receives the number of the last line, counted from 1, if it is torn; it is skipped
 * @throws DataError, as does reading the events
 */
export function parseRecording(text: string, onTorn: (lineNumber: number) => void): ParsedRecording {
  const [first] = linesOf(text);
  const header = headerOf(first, 'the recording');
  return { header, events: { [Symbol.iterator]: () => parseEvents(linesOf(text), header.classes, onTorn) } };
}

async function readHeader(path: string): Promise<RecordingHeader> {
  for await (const line of readLines(path)) return headerOf(line, path);
  return headerOf(undefined, path);
}

async function* readEvents(
  path: string,
  classes: readonly string[],
  onTorn: (lineNumber: number) => void,
): AsyncGenerator<PipelineEvent, void, void> {
  for await (const line of readLines(path)) yield* parseEvents([line], classes, onTorn);
}

/** @param name of the recording, for messages */
function headerOf(first: Line | undefined, name: string): RecordingHeader {
  if (first === undefined) throw new DataError(`${name} is empty: a recording starts with a header line`);
  return decodeHeader(first.text);
}

function* parseEvents(
  lines: Iterable<Line>,
  classes: readonly string[],
  onTorn: (lineNumber: number) => void,
): Generator<PipelineEvent, void, void> {
  for (const { text, number, ended } of lines) {
    if (number === 1) continue;
    let event: PipelineEvent;
    try {
      event = decodeEvent(text, number, classes);
    } catch (error) {
      if (ended) throw error;
      onTorn(number);
      return;
    }
    yield event;
  }
}

type Line = {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
  /** A line feed came after it. */
  readonly ended: boolean;
};

function* linesOf(text: string): Generator<Line, void, void> {
  let number = 0;
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    yield { text: text.slice(start, end < 0 ? undefined : end), number: ++number, ended: end >= 0 };
    start = end < 0 ? text.length : end + 1;
  }
}

const LINE_FEED = 0x0a;

async function* readLines(path: string): AsyncGenerator<Line, void, void> {
  let number = 0;
  let rest: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
        const line = Buffer.concat([...rest, chunk.subarray(start, end)]);
        rest = [];
        start = end + 1;
        yield { text: line.toString('utf8'), number: ++number, ended: true };
      }
      if (start < chunk.length) rest.push(chunk.subarray(start));
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new DataError(`cannot read the recording ${path}: ${(cause as Error).message}`, { cause });
  }
  if (rest.length > 0) yield { text: Buffer.concat(rest).toString('utf8'), number: ++number, ended: false };
}
