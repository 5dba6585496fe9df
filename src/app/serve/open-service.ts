import type { RunConfig } from '../../config/run-config.js';
import { sourceEntry } from '../parts.js';
import type { OpenRun } from '../run/open-run.js';
import type { ServiceParts } from './service-parts.js';
import { ServiceVideos } from './service-videos.js';
import { Service } from './service.js';

/**
 * The cameras of a service and their videos, which are among the service's parts from now on. No camera runs yet.
 * @param onFault called if a camera ends by a fault of the program
 * @throws OutputError if a folder of videos cannot be used
 */
export async function openService(
  parts: ServiceParts,
  run: OpenRun,
  onFault: (error: unknown) => void,
): Promise<Service> {
  const { first: config, context, runParts, switches, coded, objects } = parts;
  const videos = await ServiceVideos.open(
    { config, originals: coded, ffmpeg: run.ffmpeg, onClip: (shown, clip) => objects.clipped(shown, clip) },
    context,
  );
  parts.videos = videos;
  const onSources = ({ sources }: RunConfig): Promise<void> =>
    videos.onCameras(
      sources.map(({ id, kind, record }) => ({
        id,
        hasCodedVideo: record !== undefined || sourceEntry(kind, runParts).pictures === 'in-kept-copy',
      })),
    );
  await onSources(config);
  const service = new Service({
    run,
    config,
    switches,
    context,
    parts: runParts,
    onCamera: (source, isThere) => {
      if (isThere) {
        parts.add(source);
        return;
      }
      parts.remove(source);
      run.measurements.forget(source.id);
    },
    onSources,
    onRun: (source) => coded.begin(source),
    onFault,
  });
  parts.service = service;
  return service;
}
