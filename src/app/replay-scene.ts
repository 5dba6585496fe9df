import { lostTrackMs, type StreamDetectConfig } from '../config/detect-config.js';
import type { SourceConfig } from '../config/run-sources.js';
import type { SceneSettings } from '../config/keys/scene-keys.js';
import { resolveScene } from '../config/scene-config.js';
import { DataError, UsageError, type OutputError } from '../core/errors.js';
import type { SceneEvent } from '../core/scene-events.js';
import { SCENE_DEFAULTS } from '../core/scene-rules.js';
import type { RecordingHeader } from '../recording/format.js';
import { readRecording } from '../recording/reader.js';
import { EMPTY_SCENE, endScene, nextScene } from '../scene/scene.js';
import { createSceneEventFile } from '../streaming/sinks/events/scene-event-file.js';
import type { AppContext } from './context.js';
import { BUILT_IN_PARTS } from './parts.js';
import { withModelClasses } from './run/scene-classes.js';
import { SceneTally, type SceneSummary } from './run/scene-tally.js';

export type SceneReplayOptions = {
  /** File of a recording. */
  readonly recording: string;
  /** Which of its runs, from 1; by default the last. */
  readonly run?: number | undefined;
  /** Which of its streams; needed if there are several. */
  readonly stream?: string | undefined;
  readonly settings: SceneSettings;
  /** File for the events. */
  readonly out?: string | undefined;
};

export type SceneReplay = {
  readonly stream: string;
  readonly scene: SceneSummary;
  readonly written: readonly string[];
};

/**
 * Finds in a recording what a run by these rules would have found.
 * @throws DataError for a damaged recording or one without tracks; UsageError; OutputError
 */
export async function replayScene(
  { recording, run, stream, settings, out }: SceneReplayOptions,
  { log, signal }: Pick<AppContext, 'log' | 'signal'>,
): Promise<SceneReplay> {
  const { header, events } = await readRecording(recording, (message) => log.warn(message), { run });
  const streamId = streamOf(header, recording, stream);
  const rules = withModelClasses(
    resolveScene(settings, '', recordedLostMs(header, streamId)),
    header.classes,
    streamId,
  );
  const tally = new SceneTally(rules);
  let failure: OutputError | undefined;
  const file =
    out === undefined
      ? undefined
      : createSceneEventFile(
          out,
          header,
          () => header.unixUsAtZero,
          (error) => (failure = error),
        );
  const take = (found: readonly SceneEvent[]): void => {
    for (const event of found) {
      tally.seen(event);
      file?.write(event);
    }
  };
  let [detections, tracked] = [0, 0];
  try {
    let state = EMPTY_SCENE;
    for await (const event of events) {
      signal.throwIfAborted();
      if (event.streamId !== streamId) continue;
      if (event.type === 'percept') {
        detections += event.detections.length;
        tracked += event.detections.filter(({ trackId }) => trackId !== undefined).length;
      }
      const step = nextScene(rules, state, event);
      state = step.state;
      take(step.events);
    }
    take(endScene(rules, state, streamId, 'run-ended').events);
  } finally {
    await file?.close();
  }
  if (failure !== undefined) throw failure;
  if (detections > 0 && tracked === 0)
    throw new DataError(
      `${recording} has ${detections} detections of ${streamId} and no tracks, which zones and lines need; record the run with --track`,
    );
  return { stream: streamId, scene: tally.summary, written: out === undefined ? [] : [out] };
}

function streamOf({ streams }: RecordingHeader, recording: string, wanted: string | undefined): string {
  const names = streams.join(', ');
  if (wanted === undefined && streams.length === 1) return streams[0];
  if (wanted === undefined)
    throw new UsageError(
      `${recording} has the streams ${names}, and the rules are for one picture; choose with --stream`,
    );
  if (!streams.includes(wanted))
    throw new UsageError(`--stream is "${wanted}", which is not in ${recording}; it has ${names}`);
  return wanted;
}

/** The time for which the tracker of the recorded run kept a track, if the recording states it. */
function recordedLostMs({ config }: RecordingHeader, streamId: string): number {
  const { sources, detect } = (config ?? {}) as { readonly sources?: unknown; readonly detect?: StreamDetectConfig };
  const all: readonly SourceConfig[] = Array.isArray(sources) ? sources : [];
  const choice = all.find(({ id }) => id === streamId)?.detect ?? detect;
  return typeof choice?.trackLife?.lostTrackMs === 'number' && typeof choice.forecast === 'string'
    ? lostTrackMs(choice, BUILT_IN_PARTS)
    : SCENE_DEFAULTS.lostMs;
}
