import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { OutputError } from '../../../core/errors.js';
import type { SceneEvent } from '../../../core/scene-events.js';
import { OutputFile, type OnOutputFailure } from '../../../files/output-file.js';
import type { RecordingHeader } from '../../../recording/format.js';
import { toSceneMessage } from '../../feed/scene-messages.js';

/** Names the format in the first line of each run. */
export const SCENE_EVENTS_SCHEMA = 'nowcast.scene/1';

export type SceneEventFile = {
  write(event: SceneEvent): void;
  close(): Promise<void>;
};

/** The first bytes of such a file. */
const BEGIN = JSON.stringify({ type: 'header', schema: SCENE_EVENTS_SCHEMA }).slice(0, -1);

/** Who was where and when is for the owner of the file alone. */
const OWNER_ONLY = 0o600;

/**
 * Starts a file of JSON lines: a header, then the messages of the feed, one for each event. In a file that exists, the
 * new run goes behind the earlier ones.
 * @param header of the run, or of its recording: both lead to the same lines
 * @param unixUsAtZero for each event, because the wall clock of a service may be set
 * @param onFailure called once if the disk is full or gone; the events end there
 * @throws OutputError if the file cannot be created, or holds something else
 */
export function createSceneEventFile(
  path: string,
  { runId, streams, classes }: Pick<RecordingHeader, 'runId' | 'streams' | 'classes'>,
  unixUsAtZero: () => number,
  onFailure: OnOutputFailure,
): SceneEventFile {
  const hasTornLine = isTorn(path);
  const file = new OutputFile(path, onFailure, 'continued', OWNER_ONLY);
  const writeLine = (line: object): void => file.write(`${JSON.stringify(line)}\n`);
  if (hasTornLine) file.write('\n');
  writeLine({
    type: 'header',
    schema: SCENE_EVENTS_SCHEMA,
    ...(runId === undefined ? {} : { runId }),
    streams,
    classes,
  });
  return {
    write: (event) => writeLine(toSceneMessage(event, (monotonicMs) => monotonicMs + unixUsAtZero() / 1000)),
    close() {
      file.close();
      return Promise.resolve();
    },
  };
}

/**
 * True if the last line of an older file has no end, because its run was killed.
 * @throws OutputError if the file holds something else
 */
function isTorn(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    if (size === 0) return false;
    const begin = Buffer.alloc(BEGIN.length);
    if (readSync(fd, begin, 0, BEGIN.length, 0) < BEGIN.length || begin.toString() !== BEGIN)
      throw new OutputError(`${path} holds something else than events of a scene; choose another file`);
    const last = Buffer.alloc(1);
    return readSync(fd, last, 0, 1, size - 1) === 1 && last.toString() !== '\n';
  } finally {
    closeSync(fd);
  }
}
