import { SourceError } from '../../../core/errors.js';
import type { PerceptEvent, PipelineEvent } from '../../../core/events.js';
import { readRecording } from '../../../recording/reader.js';
import type { MappedStream } from '../../ffmpeg/arguments.js';
import type { Ffmpeg } from '../../ffmpeg/binary.js';
import { copyPath } from '../../sources/camera/copy/copy-keeper.js';
import type { TimeOffset } from '../../sources/camera/copy/kept-times.js';
import type { FinishContext } from '../sink-kind.js';
import type { Selection } from '../../sources/selection.js';
import { annotateVideo } from './annotated-video.js';

export type Annotation = {
  readonly ffmpeg: Ffmpeg;
  /** The pictures that the run played. */
  readonly selection: Selection;
  /** The stream that the run played; undefined if it is not known. */
  readonly played: MappedStream;
  readonly out: string;
  /** The recording of the run, whose percepts are drawn. */
  readonly recording: string;
  /** The video of the run, or the kept copy of a camera, one file for each connection. */
  readonly parts: readonly {
    readonly path: string;
    readonly epoch: number;
    readonly offsets?: readonly TimeOffset[];
  }[];
  /** Number of frames of the run, for the progress bar. */
  readonly frames: number;
  /** Receives the name of each video once it is written. */
  readonly files: string[];
};

/**
 * Draws the run's percepts into its video, in a second pass. A camera that reconnected gives one video for each
 * connection: `name.mp4`, `name.1.mp4`…
 * @throws OutputError, SourceError; the signal's reason if it was aborted; a partial video is then removed
 */
export async function annotateRun(
  { ffmpeg, selection, played, out, recording, parts, frames, files }: Annotation,
  { signal, log, progress }: FinishContext,
): Promise<void> {
  // The run has already reported an early end.
  const { events } = await readRecording(recording, () => undefined);
  const bar = progress.bar({ label: 'annotating', total: frames, unit: 'frames' });
  let drawn = 0;
  try {
    for (const { path, epoch, offsets } of parts) {
      const target = copyPath(out, epoch);
      log.info(`drawing what was seen into ${target}`);
      try {
        const { pictureCount } = await annotateVideo({
          ...selection,
          ...(played === undefined ? {} : { played }),
          ffmpeg,
          source: path,
          percepts: perceptsOf(events, epoch),
          out: target,
          ...(offsets === undefined ? {} : { offsets }),
          untilPtsMs: await lastPtsMs(events, epoch),
          ...(signal === undefined ? {} : { signal }),
          onProgress: ({ pictureCount: count }) => bar.set(drawn + count),
        });
        drawn += pictureCount;
        files.push(target);
      } catch (error) {
        // A connection that was lost before its first key picture has no pictures to draw into.
        if (!(error instanceof SourceError) || parts.length === 1) throw error;
        log.warn(`connection ${epoch} gets no video: ${error.message}`);
      }
    }
  } finally {
    bar.done();
  }
}

async function* perceptsOf(events: AsyncIterable<PipelineEvent>, epoch: number): AsyncGenerator<PerceptEvent> {
  for await (const event of events) if (event.type === 'percept' && event.epoch === epoch) yield event;
}

/** Time of the last received frame; the video may continue beyond it if the run was ended early. */
async function lastPtsMs(events: AsyncIterable<PipelineEvent>, epoch: number): Promise<number> {
  let last = 0;
  for await (const event of events) {
    if ((event.type === 'percept' || event.type === 'drop') && event.epoch === epoch)
      last = Math.max(last, event.ptsMs);
  }
  return last;
}
