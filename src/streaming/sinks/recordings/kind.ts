import { UsageError } from '../../../core/errors.js';
import type { Keys } from '../../../core/keys.js';
import type { Retention } from '../../../core/retention.js';
import { KeptFolder } from '../../../files/kept-folder.js';
import { tryFolder } from '../../../files/try-place.js';
import { toUs } from '../../../recording/microseconds.js';
import { OUTPUT_SECTION } from '../output-section.js';
import { sinkKind } from '../sink-kind.js';
import { isRecordingName, RotatingRecording } from './rotating-recording.js';

const keys = {
  recordings: {
    type: 'file',
    description: 'Folder for recordings of every event, one file after another, which are removed in time.',
    allowed: 'a folder to write',
  },
  recordings_segment: { type: 'duration', description: 'Length of one of these files.', default: '1h' },
  recordings_retain_days: {
    type: 'number',
    above: 0,
    max: 36_500,
    description: 'Remove those that are older, in days.',
    default: 10,
  },
  recordings_retain_mb: {
    type: 'number',
    above: 0,
    description: 'Remove the oldest of them when all together are larger, in megabytes.',
    default: 1000,
  },
} as const satisfies Keys;

export const recordingsKind = sinkKind({
  name: 'recordings',
  section: OUTPUT_SECTION,
  onOtherSettings: 'reopen-after',
  liveKeys: ['recordings_retain_days', 'recordings_retain_mb'],
  keys,
  check({ recordings }) {
    if (recordings === undefined)
      throw new UsageError(
        'output.recordings is missing; it must be a folder to write, or remove the keys output.recordings_…',
      );
  },
  prepare: ({ recordings = '' }) => tryFolder('output.recordings', recordings),
  async open(
    { recordings = '', recordings_segment: segmentMs, recordings_retain_days: days, recordings_retain_mb: mb },
    { header, clock, wallClock, onWarning },
  ) {
    let streams = header.streams;
    const both = { now: () => clock.now(), toUnixMs: (ms: number) => wallClock.toUnixMs(ms) };
    const folder = await KeptFolder.open({
      folder: recordings,
      isOwn: isRecordingName,
      retention: retentionOf(days, mb),
      clock: both,
      onFailure: ({ message }) => onWarning(message),
      onHealed: () => undefined,
    });
    const recording = new RotatingRecording({
      folder,
      header: () => ({ ...header, streams, unixUsAtZero: toUs(wallClock.toUnixMs(0)) }),
      segmentMs,
      clock: both,
      onTrouble: ({ message }) => onWarning(`${message}; another recording is tried every ten seconds`),
    });
    return {
      write: (event) => recording.write(event),
      onSources(sources) {
        streams = sources.map(({ id }) => id);
        recording.next();
      },
      change: ({ recordings_retain_days: newDays, recordings_retain_mb: newMb }) =>
        folder.setRetention(retentionOf(Number(newDays), Number(newMb))),
      async close() {
        await recording.close();
        await folder.close();
      },
      get files() {
        return recording.files.filter((path) => folder.has(path));
      },
      health: () => ({ kept: { ...folder.use, ...recording.trouble } }),
    };
  },
});

function retentionOf(days: number, megabytes: number): Retention {
  return { maxAgeMs: days * 86_400_000, maxBytes: megabytes * 1e6 };
}
