import { join } from 'node:path';
import type { RunConfig } from '../../config/run-config.js';
import type { DetectorInfo } from '../../core/detector.js';
import type { PipelineEvent } from '../../core/events.js';
import { runHeader } from '../../recording/header.js';
import { cocoCategoryIds, LABEL_SETS } from '../../model/labels.js';
import type { MeasurementsSnapshot } from '../../pipeline/measurements.js';
import { createFeedServer, type FeedServer, type PageHandler } from '../../streaming/feed/feed-server.js';
import { createCocoResults } from '../../streaming/sinks/coco-results.js';
import type { OnOutputFailure } from '../../recording/output-file.js';
import { createRecorder } from '../../recording/recorder.js';
import type { AppContext } from '../context.js';
import { hostFacts } from '../host-facts.js';

/** Everything that a run writes to, opened before the first frame so that what cannot be had is told at once. */
export type Outputs = {
  publish(event: PipelineEvent): void;
  publishStats(snapshot: MeasurementsSnapshot, atMs: number): void;
  /** Where the one camera's stream is kept until its pictures are annotated; undefined where they are not to be. */
  readonly keptCopy: string | undefined;
  /** Where the feed is, if there is one. */
  readonly feedUrl: string | undefined;
  /** The recording, asked for or temporary; undefined where none is kept. */
  readonly recording: string | undefined;
  /** Safe to call twice. */
  close(): Promise<void>;
};

/**
 * @param temporary a folder for what the annotated video is made from; undefined where none is asked for
 * @param pages served at the feed's address, too
 * @param onFailure told when a file cannot be written any more; the rest goes on
 * @throws OutputError where a file cannot be written or the feed's port is taken
 */
export async function openOutputs(
  config: RunConfig, temporary: string | undefined, info: DetectorInfo, onFailure: OnOutputFailure, io: AppContext, pages?: PageHandler,
): Promise<Outputs> {
  const { output, feed: feedConfig, sources } = config;
  const recording = output.record ?? (temporary === undefined ? undefined : join(temporary, 'run.jsonl'));
  const writers: { write(event: PipelineEvent): void; close(): Promise<void> }[] = [];
  let feed: FeedServer | undefined;
  const close = async (): Promise<void> => {
    await Promise.all([feed?.close(), ...writers.splice(0).map((writer) => writer.close())]);
  };

  try {
    // First, since a port that is taken must not cost an older recording of that name.
    if (feedConfig !== undefined) {
      const { token, ...rest } = feedConfig;
      feed = await createFeedServer({
        ...rest,
        ...(token === undefined ? {} : { token }),
        ...(pages === undefined ? {} : { pages }),
        streams: sources.map(({ id }) => id),
        classes: info.classNames,
        clock: io.clock,
        wallClock: io.clock,
        onWarning: (message) => io.log.warn(message),
      });
    }
    if (recording !== undefined) {
      const header = runHeader(info, io.clock, { streams: sources.map(({ id }) => id), config: io.redact(config), host: hostFacts() });
      writers.push(createRecorder(recording, header, onFailure));
    }
    if (output.coco !== undefined) {
      writers.push(createCocoResults(output.coco, { imageId: ({ seq }) => seq, categoryId: categoryIdOf(info.classNames) }, onFailure));
    }
  } catch (error) {
    await close();
    throw error;
  }

  return {
    publish(event) {
      feed?.publish(event);
      for (const writer of writers) writer.write(event);
    },
    publishStats: ({ streams }, atMs) => feed?.publishStats({
      atMs,
      streams: Object.entries(streams).map(([stream, { received, percepts, drops, inFlight, latencyMs: { count, p50, p90, p99 } }]) => ({
        stream, received, percepts, drops, inFlight, ...(count === 0 ? {} : { latencyMs: { p50, p90, p99 } }),
      })),
    }),
    keptCopy: temporary && join(temporary, 'camera.nut'),
    feedUrl: feed?.url,
    recording,
    close,
  };
}

/** COCO numbers its 80 classes from 1 to 90; other class sets are numbered as they are. */
function categoryIdOf(classNames: readonly string[]): (classId: number) => number {
  const isCoco = LABEL_SETS.coco.every((name, id) => classNames[id] === name);
  return isCoco ? (classId) => cocoCategoryIds[classId] : (classId) => classId;
}
