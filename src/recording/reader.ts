import { createReadStream } from 'node:fs';
import { DataError } from '../core/errors.js';
import type { PipelineEvent } from '../core/events.js';
import { decodeEvent, decodeHeader, type RecordingHeader } from './format.js';

export type Recording = {
  readonly header: RecordingHeader;
  /** Reads the file anew each time it is iterated, a piece at a time. Throws DataError naming the line at fault. */
  readonly events: AsyncIterable<PipelineEvent>;
};

/**
 * Opens a recording, a running one too.
 * @param onWarning told when the last line is torn, as it is where a run was killed or its disk was full; it is skipped
 * @throws DataError where the file cannot be read or is not a recording
 */
export async function readRecording(path: string, onWarning: (message: string) => void): Promise<Recording> {
  const header = await readHeader(path);
  return {
    header,
    events: { [Symbol.asyncIterator]: () => readEvents(path, header.classes, onWarning) },
  };
}

async function readHeader(path: string): Promise<RecordingHeader> {
  for await (const { text } of readLines(path)) return decodeHeader(text);
  throw new DataError(`${path} is empty: a recording starts with a header line`);
}

async function* readEvents(path: string, classes: readonly string[], onWarning: (message: string) => void): AsyncGenerator<PipelineEvent, void, void> {
  for await (const { text, number, ended } of readLines(path)) {
    if (number === 1) continue;
    let event: PipelineEvent;
    try {
      event = decodeEvent(text, number, classes);
    } catch (error) {
      if (ended) throw error;
      onWarning(`${path}: line ${number}, the last one, is torn and was skipped`);
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
