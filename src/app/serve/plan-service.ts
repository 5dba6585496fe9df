import type { RunConfig } from '../../config/run-config.js';
import type { AppContext } from '../context.js';
import type { RunParts } from '../parts.js';
import { planRun, type RunPlan } from '../run/plan.js';
import { hasCodedVideo } from './coded-video.js';
import { serviceAccess, withHttpOfFeed } from './listen.js';

/**
 * Checks a service without opening a source, a port or a detector, and warns of cameras whose video cannot be kept.
 * @param given with the feed, whose server is the service's
 * @throws UsageError for a problem that would keep it from starting
 */
export async function planService(given: RunConfig, context: AppContext, parts: RunParts): Promise<RunPlan> {
  const config = withHttpOfFeed(given);
  serviceAccess(config);
  const plan = await planRun(config, context, parts);
  for (const warning of videoWarnings(config, parts)) context.log.warn(warning);
  return plan;
}

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
