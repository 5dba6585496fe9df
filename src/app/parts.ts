import { runKeys } from '../config/run-keys.js';
import { InternalError } from '../core/errors.js';
import { POLICIES } from '../scheduling/kinds.js';
import type { PolicyKind } from '../scheduling/policy.js';
import { SINKS } from '../streaming/sinks/kinds.js';
import type { SinkEntry } from '../streaming/sinks/sink-kind.js';
import { SOURCES } from '../streaming/sources/kinds.js';
import type { SourceEntry } from '../streaming/sources/source-kind.js';
import { TRACKERS } from '../track/kinds.js';
import type { TrackerKind } from '../track/tracker.js';
import { demoKind } from './demo/kind.js';
import { ownPolicyKind } from './own-policy.js';

/** The registries of all parts that a run can use. */
export type RunParts = {
  readonly sources: readonly SourceEntry[];
  readonly sinks: readonly SinkEntry[];
  readonly policies: readonly PolicyKind[];
  readonly forecasters: readonly TrackerKind[];
};

export const BUILT_IN_PARTS: RunParts = {
  sources: [...SOURCES, demoKind],
  sinks: SINKS,
  policies: [...POLICIES, ownPolicyKind],
  forecasters: TRACKERS,
};

/** Every key of a run's configuration. */
export const RUN_KEYS = runKeys(BUILT_IN_PARTS);

/** The entry of a source of a checked configuration. */
export function sourceEntry(kind: string, { sources }: RunParts): SourceEntry {
  return entryNamed(kind, sources);
}

/** The entry of a sink of a checked configuration. */
export function sinkEntry(kind: string, { sinks }: Pick<RunParts, 'sinks'>): SinkEntry {
  return entryNamed(kind, sinks);
}

function entryNamed<E extends { readonly name: string }>(wanted: string, entries: readonly E[]): E {
  const found = entries.find(({ name }) => name === wanted);
  if (found === undefined) throw new InternalError(`no registry holds ${wanted}`);
  return found;
}
