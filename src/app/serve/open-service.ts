import type { RunConfig } from '../../config/run-config.js';
import type { OpenRun } from '../run/open-run.js';
import { budgetsOf } from './budgets.js';
import { hasCodedVideo } from './coded-video.js';
import type { Prepared } from './kept-place.js';
import { pictureFolder } from './open-objects.js';
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
    { config, originals: coded, ffmpeg: () => run.ffmpeg, onClip: (shown, clip) => objects.clipped(shown, clip) },
    context,
  );
  parts.videos = videos;
  const onSources = ({ sources }: RunConfig): Promise<void> =>
    videos.onCameras(
      sources
        .filter(({ id }) => switches.isOn(id, 'enabled'))
        .map((source) => ({ id: source.id, hasCodedVideo: hasCodedVideo(source, runParts) })),
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
    prepare: async (next) => {
      const pictures = await parts.pictures.prepare(pictureFolder(next));
      let changed: Prepared;
      try {
        changed = await videos.prepare(next);
      } catch (error) {
        await pictures.discard();
        throw error;
      }
      return {
        commit: () => {
          pictures.commit();
          changed.commit();
          parts.metrics?.setBudgets(budgetsOf(next));
        },
        discard: async () => {
          await pictures.discard();
          await changed.discard();
        },
      };
    },
    onRun: (source) => {
      const end = coded.begin(source);
      return async () => {
        videos.ended(source.id);
        await end();
      };
    },
    onFault,
  });
  parts.service = service;
  return service;
}
