import type { PipelineEvent } from '../core/events.js';
import { encodeEvent, encodeHeader } from './encode.js';
import type { RecordingHeader } from './format.js';
import { prepareOlderRecording } from './older-recording.js';
import { OutputFile, type OnOutputFailure } from '../files/output-file.js';

/** `await using` closes it. */
export type Recorder = AsyncDisposable & {
  /** Adds one line. When this returns, other programs can read it, and it survives the end of this process. */
  write(event: PipelineEvent): void;
  close(): Promise<void>;
};

/** A recording tells who was where and when: its file is for its owner alone. */
const OWNER_ONLY = 0o600;

/**
 * Starts a recording. In a file that holds recorded runs already, the new run goes behind them.
 * @param onFailure called once if the disk is full or gone; the recording ends there, readable to its last complete
 * line
 * @throws OutputError if the file cannot be created, is no recording, or another process writes it
 */
export function createRecorder(path: string, header: RecordingHeader, onFailure: OnOutputFailure): Recorder {
  const file = new OutputFile(path, onFailure, 'continued', OWNER_ONLY);
  try {
    file.write(`${prepareOlderRecording(path) ? '\n' : ''}${encodeHeader(header)}\n`);
  } catch (error) {
    file.close();
    throw error;
  }
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
