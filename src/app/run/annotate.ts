import type { RunConfig } from '../../config/run-config.js';
import { SourceError } from '../../core/errors.js';
import type { PerceptEvent, PipelineEvent } from '../../core/events.js';
import { annotateVideo } from '../../streaming/sinks/annotated-video/annotated-video.js';
import { readRecording } from '../../recording/reader.js';
import type { CameraCopy } from '../../streaming/sources/camera/camera.js';
import { copyPath } from '../../streaming/sources/camera/copy-keeper.js';
import type { Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { AppContext } from '../context.js';

export type Annotation = {
  readonly config: RunConfig;
  readonly ffmpeg: Ffmpeg;
  /** The run's recording, whose percepts are drawn. */
  readonly recording: string;
  /** The kept copies of a camera, one for each connection. */
  readonly copies: readonly CameraCopy[];
  /** Frames of the run, for the progress bar. */
  readonly frames: number;
};

/**
 * Draws the run's percepts into its video, in a second pass. A camera that reconnected gives one video for each
 * connection: `name.mp4`, `name.1.mp4`…
 * @returns the written videos
 * @throws OutputError, SourceError; the signal's reason if it was aborted meanwhile, which leaves no partial video
 */
export async function annotate({ config, ffmpeg, recording, copies, frames }: Annotation, io: AppContext): Promise<readonly string[]> {
  const out = config.output.save;
  if (out === undefined) return [];
  const [source] = config.sources;
  const parts = source.kind === 'camera' ? copies : [{ path: source.kind === 'video' ? source.path : '', epoch: 0, offsets: undefined }];
  // The run has already reported where it ended early.
  const { events } = await readRecording(recording, () => undefined);
  const bar = io.progress.bar({ label: 'annotating', total: frames, unit: 'frames' });
  // A run that was ended by Ctrl-C still gets its video; the next Ctrl-C ends the program.
  const signal = io.signal.aborted ? undefined : io.signal;
  const written: string[] = [];
  let drawn = 0;
  try {
    for (const { path, epoch, offsets } of parts) {
      const target = copyPath(out, epoch);
      io.log.info(`drawing what was seen into ${target}`);
      try {
        const { pictureCount } = await annotateVideo({
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
        written.push(target);
      } catch (error) {
        // A connection that was lost before its first key picture has no pictures to draw into.
        if (!(error instanceof SourceError) || parts.length === 1) throw error;
        io.log.warn(`no video of connection ${epoch}: ${error.message}`);
      }
    }
  } finally {
    bar.done();
  }
  return written;
}

async function* perceptsOf(events: AsyncIterable<PipelineEvent>, epoch: number): AsyncGenerator<PerceptEvent> {
  for await (const event of events) if (event.type === 'percept' && event.epoch === epoch) yield event;
}

/** Time of the last received frame; the video may continue beyond it if the run was ended early. */
async function lastPtsMs(events: AsyncIterable<PipelineEvent>, epoch: number): Promise<number> {
  let last = 0;
  for await (const event of events) {
    if ((event.type === 'percept' || event.type === 'drop') && event.epoch === epoch) last = Math.max(last, event.ptsMs);
  }
  return last;
}
