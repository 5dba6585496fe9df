import { createReadStream } from 'node:fs';
import { DataError } from '../core/errors.js';
import type { PipelineEvent } from '../core/events.js';
import { decodeEvent, decodeHeader } from './decode.js';
import type { RecordingHeader } from './format.js';
import { isHeaderLine } from './header.js';

/** Which run of a file is read. */
export type RunChoice = {
  /** From 1; by default the last. */
  readonly run?: number | undefined;
};

/** The place of a run among those of its file. */
export type RunPlace = {
  /** From 1. */
  readonly run: number;
  /** Number of runs in the file. */
  readonly runs: number;
  /** Line of its header, from 1. */
  readonly firstLine: number;
};

export type Recording = RunPlace & {
  readonly header: RecordingHeader;
  /** Each iteration reads the file again, in pieces. Throws DataError naming the invalid line. */
  readonly events: AsyncIterable<PipelineEvent>;
};

/** A recording in memory. */
export type ParsedRecording = RunPlace & {
  readonly header: RecordingHeader;
  /** Throws DataError naming the invalid line. */
  readonly events: Iterable<PipelineEvent>;
};

/**
 * Opens a run of a recording, even a current one.
 * @param onWarning called if the file holds other runs, too; and if the last line is torn, because the run was killed
 *   or its disk was full: the reader skips that line
 * @throws DataError if the file cannot be read, is not a recording, or has no such run
 */
export async function readRecording(
  path: string,
  onWarning: (message: string) => void,
  choice: RunChoice = {},
): Promise<Recording> {
  const headers: Line[] = [];
  for await (const line of readLines(path)) if (line.number === 1 || isHeaderLine(line.text)) headers.push(line);
  const { header, ...place } = chosenRun(headers, path, choice);
  if (place.runs > 1) onWarning(`${path} ${runText(header, place)}`);
  const onTorn = (lineNumber: number): void =>
    onWarning(`${path}: the last line, ${lineNumber}, is incomplete and was skipped`);
  return {
    header,
    ...place,
    events: { [Symbol.asyncIterator]: () => readEvents(path, place.firstLine, header.classes, onTorn) },
  };
}

/**
 * Reads a run from the text of a recording.
 * @param onTorn receives the number of the last line, counted from 1, if it is torn; it is skipped
 * @throws DataError, as does reading the events
 */
export function parseRecording(
  text: string,
  onTorn: (lineNumber: number) => void,
  choice: RunChoice = {},
): ParsedRecording {
  const headers = [...linesOf(text)].filter(({ number, text: line }) => number === 1 || isHeaderLine(line));
  const { header, ...place } = chosenRun(headers, 'the recording', choice);
  return {
    header,
    ...place,
    events: { [Symbol.iterator]: () => parseEvents(linesOf(text), place.firstLine, header.classes, onTorn) },
  };
}

/** Says which run of several is read. */
export function runText({ runId }: RecordingHeader, { run, runs }: RunPlace): string {
  return `holds ${runs} runs; run ${run} is read${runId === undefined ? '' : ` (id ${runId})`}`;
}

/** @param name of the recording, for messages */
function chosenRun(
  headers: readonly Line[],
  name: string,
  choice: RunChoice,
): RunPlace & { readonly header: RecordingHeader } {
  if (headers.length === 0) throw new DataError(`${name} is empty: a recording starts with a header line`);
  const run = choice.run ?? headers.length;
  const line = headers.at(run - 1);
  if (run < 1 || line === undefined)
    throw new DataError(
      `${name} holds ${headers.length === 1 ? '1 run' : `${headers.length} runs`}, so there is no run ${run}`,
    );
  return { header: decodeHeader(line.text), run, runs: headers.length, firstLine: line.number };
}

async function* readEvents(
  path: string,
  firstLine: number,
  classes: readonly string[],
  onTorn: (lineNumber: number) => void,
): AsyncGenerator<PipelineEvent, void, void> {
  for await (const line of readLines(path)) {
    if (line.number > firstLine && isHeaderLine(line.text)) return;
    yield* parseEvents([line], firstLine, classes, onTorn);
  }
}

function* parseEvents(
  lines: Iterable<Line>,
  firstLine: number,
  classes: readonly string[],
  onTorn: (lineNumber: number) => void,
): Generator<PipelineEvent, void, void> {
  for (const { text, number, ended } of lines) {
    if (number <= firstLine) continue;
    if (isHeaderLine(text)) return;
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
