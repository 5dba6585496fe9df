import type { PipelineEvent } from '../core/events.js';
import { encodeEvent, encodeHeader } from './encode.js';
import type { RecordingHeader } from './format.js';
import { OutputFile, type OnOutputFailure } from './output-file.js';

/** `await using` closes it. */
export type Recorder = AsyncDisposable & {
  /** Adds one line. It is readable by others, and survives the end of this process, once this returns. */
  write(event: PipelineEvent): void;
  close(): Promise<void>;
};

/**
 * Starts a recording; an older file of that name is replaced.
 * @param onFailure told once when the disk is full or gone; the recording ends there, readable to its last full line
 * @throws OutputError where the file cannot be created
 */
export function createRecorder(path: string, header: RecordingHeader, onFailure: OnOutputFailure): Recorder {
  const file = new OutputFile(path, onFailure);
  file.write(`${encodeHeader(header)}\n`);
  const close = (): Promise<void> => {
    file.close();
    return Promise.resolve();
  };
  return {
    write: (event) => file.write(`${encodeEvent(event)}\n`),
    close,
    [Symbol.asyncDispose]: close,
  };
}
