import type { RunConfig } from '../../config/run-config.js';
import { locateFfmpeg, type Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { AppContext } from '../context.js';
import { sinkEntry, sourceEntry, type RunParts } from '../parts.js';

/**
 * Starts the search early, because the detector takes longer to start. Undefined if neither a source nor a sink needs
 * ffmpeg.
 */
export function findFfmpeg(config: RunConfig, context: AppContext, parts: RunParts): Promise<Ffmpeg | undefined> {
  const isNeeded =
    config.sinks.some(({ kind, settings }) => sinkEntry(kind, parts).needsFfmpeg?.(settings) === true) ||
    config.sources.some(({ kind }) => sourceEntry(kind, parts).needsFfmpeg);
  const search = isNeeded ? locateFfmpeg(context.env, context.cacheDir, config.sandbox) : Promise.resolve(undefined);
  // Awaited later: the run reports a failed detector before a missing ffmpeg.
  search.catch(() => undefined);
  return search;
}
