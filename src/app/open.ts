import type { Observable } from 'rxjs';
import { monotonicClock } from './clock.js';
import { demoSource } from './demo/demo-source.js';
import { cacheDir } from './paths.js';
import { lookAt } from '../config/look-at.js';
import { DEFAULTS } from '../config/schema.js';
import { classifySource, streamIdFor } from '../config/source-kind.js';
import type { Detector } from '../core/detector.js';
import type { SourceEvent } from '../core/events.js';
import type { PictureFormat } from '../core/picture.js';
import type { ProcessDetectorOptions } from '../model/host/host-plan.js';
import { createProcessDetector } from '../model/host/process-detector.js';
import { findModel } from '../model/zoo.js';
import { cameraSource } from '../streaming/sources/camera/camera.js';
import { locateFfmpeg } from '../streaming/ffmpeg/binary.js';
import { folderSource } from '../streaming/sources/folder/folder.js';
import type { Pace } from '../streaming/sources/video/playout.js';
import { videoSource } from '../streaming/sources/video/video.js';

export type OpenDetectorOptions = Partial<Omit<ProcessDetectorOptions, 'model'>>;

/**
 * Opens a model in a process of its own, with the command line's defaults.
 * @param model path of an ONNX file, or the name of a model that is on this machine (`nowcast models list`)
 * @throws ModelError, UsageError
 */
export async function openDetector(model: string, options: OpenDetectorOptions = {}): Promise<Detector> {
  const cache = options.cacheDir ?? cacheDir(process.env);
  const { path } = await findModel(model, cache);
  return createProcessDetector({
    provider: DEFAULTS.provider,
    confThreshold: DEFAULTS.conf,
    nmsThreshold: DEFAULTS.nms,
    nms: DEFAULTS.nmsMode,
    ...options,
    cacheDir: cache,
    model: path,
  });
}

export type OpenSourceOptions = {
  /** How pictures are fitted: the detector's input, `detector.info.input`. */
  readonly input: PictureFormat;
  /** The stream's name in every event; by the file's name or the camera's host unless given. */
  readonly streamId?: string;
  /** Of files: `source` plays them by the clock (the default), `max` as fast as the consumer takes them. */
  readonly pace?: Pace;
};

/**
 * Opens whatever `nowcast run` takes: a video file, a folder of pictures, a camera, or `demo:`. Frames come on subscription.
 * @throws UsageError where there is no such source; SourceError where ffmpeg is missing
 */
export async function openSource(source: string, { input, streamId, pace = DEFAULTS.pace }: OpenSourceOptions): Promise<Observable<SourceEvent>> {
  const kind = classifySource(source);
  const common = { streamId: streamId ?? streamIdFor(kind), input, clock: monotonicClock };
  if (kind.kind === 'demo') return demoSource(kind.seed, { ...common, pace });
  const file = kind.kind === 'path' ? lookAt(kind.path) : undefined;
  if (file?.kind === 'pictures') return folderSource(file.path, { ...common, pace });
  const ffmpeg = await locateFfmpeg(process.env, cacheDir(process.env));
  return kind.kind === 'path'
    ? videoSource(kind.path, { ...common, ffmpeg, pace })
    : cameraSource(kind.url, { ...common, ffmpeg, transport: DEFAULTS.transport, timeoutMs: DEFAULTS.timeoutMs, maxBehindMs: DEFAULTS.maxBehindMs });
}
