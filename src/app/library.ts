import type { Observable } from 'rxjs';
import { monotonicClock } from './clock.js';
import { BUILT_IN_PARTS } from './parts.js';
import { cacheDir, ownZoo } from './paths.js';
import { sourceConfig } from '../config/run-sources.js';
import { lookAtSources } from '../config/sources.js';
import { DETECTOR_DEFAULTS } from '../config/detector-defaults.js';
import type { ModelDetector } from '../core/detector.js';
import type { SourceEvent } from '../core/events.js';
import type { Pace } from '../core/pace.js';
import type { PictureFormat } from '../core/picture.js';
import type { ProcessDetectorOptions } from '../model/host/host-plan.js';
import { createProcessDetector } from '../model/host/process-detector.js';
import { findModel } from '../model/find-model.js';
import type { Originals } from '../streaming/originals/originals.js';
import { locateFfmpeg } from '../streaming/ffmpeg/binary.js';

export type OpenDetectorOptions = Partial<Omit<ProcessDetectorOptions, 'model'>>;

/**
 * Opens a model in its own process, with the command line's defaults.
 * @param model path of an ONNX file, or the name of a model that is on this machine (`nowcast models list`)
 * @throws ModelError, UsageError
 */
export async function openDetector(model: string, options: OpenDetectorOptions = {}): Promise<ModelDetector> {
  const cache = options.cacheDir ?? cacheDir(process.env);
  const { path, entry } = await findModel(model, { cacheDir: cache, ownZoo: ownZoo(process.env) });
  return createProcessDetector({
    provider: DETECTOR_DEFAULTS.provider,
    confThreshold: DETECTOR_DEFAULTS.conf,
    nmsThreshold: DETECTOR_DEFAULTS.nms,
    nms: DETECTOR_DEFAULTS.nmsMode,
    ...(entry && { labels: entry.labels }),
    ...options,
    cacheDir: cache,
    model: path,
  });
}

export type OpenSourceOptions = {
  /** Size and format of the pictures: the detector's `detector.info.input`. */
  readonly input: PictureFormat;
  /** The stream's name in every event. Default: the file's name or the camera's host. */
  readonly streamId?: string;
  /** For files: `source` plays in real time (the default), `max` as fast as the consumer takes frames. */
  readonly pace?: Pace;
  /** Receives the pictures of cameras, files and folders at their full size. Default: none. */
  readonly originals?: Originals;
};

/**
 * Opens any source that `nowcast run` takes: a video file, pictures, a camera, or `demo:`. Frames come on
 * subscription.
 * @throws UsageError if the source does not exist; SourceError if ffmpeg is missing
 */
export async function openSource(
  source: string,
  { input, streamId, pace = 'source', originals }: OpenSourceOptions,
): Promise<Observable<SourceEvent>> {
  const { sources } = BUILT_IN_PARTS;
  const { kind, config } = sourceConfig(streamId, { source }, sources, {}, await lookAtSources([source], sources));
  const ffmpeg = kind.needsFfmpeg ? await locateFfmpeg(process.env, cacheDir(process.env)) : undefined;
  return kind.open(config, {
    streamId: config.id,
    input,
    clock: monotonicClock,
    pace,
    ffmpeg,
    givesUpFirst: false,
    originals,
  });
}
