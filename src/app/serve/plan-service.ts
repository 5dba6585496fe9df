import type { RunConfig } from '../../config/run-config.js';
import { aboutKeys } from '../../core/error-key.js';
import type { Retention } from '../../core/retention.js';
import { tryFileAndFolder, tryFolder } from '../../files/try-place.js';
import type { AppContext } from '../context.js';
import type { RunParts } from '../parts.js';
import { asUsage, planRun, type RunPlan } from '../run/plan.js';
import { hasCodedVideo } from './coded-video.js';
import { ACCESS_KEYS, serviceAccess, withHttpOfFeed } from './listen.js';

/**
 * Checks a service without opening a source, a port or a detector, and warns of cameras whose video cannot be kept. The
 * places of its files are tried, and nothing stays there.
 * @param given with the feed, whose server is the service's
 * @throws UsageError for a problem that would keep it from starting
 */
export async function planService(given: RunConfig, context: AppContext, parts: RunParts): Promise<RunPlan> {
  const config = withHttpOfFeed(given);
  aboutKeys(ACCESS_KEYS, () => serviceAccess(config));
  const plan = await planRun(config, context, parts);
  const kept = keptOf(config);
  await asUsage(() => tryPlaces(config, kept));
  for (const warning of videoWarnings(config, parts)) context.log.warn(warning);
  return { ...plan, outputs: [...plan.outputs, ...(context.redact(kept) as RunPlan['outputs'])] };
}

/** @throws OutputError naming the key of the first one that cannot be used */
function tryPlaces({ stateFile }: RunConfig, kept: RunPlan['outputs']): void {
  for (const { kind, settings } of kept) tryFolder(`${kind}.folder`, String(settings['folder']));
  if (stateFile !== undefined) tryFileAndFolder('state', stateFile);
}

/** The sections of files that are kept in folders, with their keys. Times are milliseconds. */
function keptOf({ clips, record, snapshots }: RunConfig): RunPlan['outputs'] {
  const of = (kind: string, section: KeptSection | undefined, own: object = {}): RunPlan['outputs'] => {
    if (section?.folder === undefined) return [];
    const { folder, cameras, retention } = section;
    const limits = { retain_days: retention.maxAgeMs / DAY_MS, retain_mb: retention.maxBytes / 1e6 };
    return [{ kind, settings: { folder, ...(cameras && { cameras }), ...own, ...limits } }];
  };
  return [
    ...of('clips', clips, clips && { pre_roll: clips.preMs, post_roll: clips.postMs, max_length: clips.maxMs }),
    ...of('record', record, record && { segment: record.segmentMs }),
    ...of('snapshots', snapshots),
  ];
}

type KeptSection = {
  readonly folder: string | undefined;
  readonly cameras?: readonly string[] | undefined;
  readonly retention: Retention;
};

const DAY_MS = 86_400_000;

/** One for each camera that `clips` or `record` names, or means, and that has no coded video. */
function videoWarnings({ sources, clips, record }: RunConfig, parts: RunParts): string[] {
  const without = sources.filter((source) => !hasCodedVideo(source, parts));
  const warnings = (section: string, cameras: readonly string[] | undefined, among: RunConfig['sources']): string[] =>
    among
      .filter(({ id }) => cameras?.includes(id) !== false)
      .map(({ id }) => `${section}: no video of ${id}: its source has no coded video`);
  return [
    ...(clips === undefined
      ? []
      : warnings(
          'clips',
          clips.cameras,
          without.filter(({ scene }) => scene !== undefined),
        )),
    ...(record === undefined ? [] : warnings('record', record.cameras, without)),
  ];
}
