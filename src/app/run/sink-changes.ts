import type { SinkConfig } from '../../config/run-config.js';
import { sinkEntry, type RunParts } from '../parts.js';

/** The effect of other settings on the outputs of a service that runs. */
export type SinkChanges = {
  readonly added: readonly SinkConfig[];
  readonly removed: readonly SinkConfig[];
  /** Others take their places, before or after they end. */
  readonly reopened: readonly SinkConfig[];
  readonly reopenedAfter: readonly SinkConfig[];
  /** They take over the values of their live keys. */
  readonly live: readonly SinkConfig[];
};

/** @returns the changes that can be made while the service runs; {@link pendingSinkKeys} has the others */
export function sinkChanges(
  before: readonly SinkConfig[],
  after: readonly SinkConfig[],
  parts: Pick<RunParts, 'sinks'>,
): SinkChanges {
  const changes = {
    added: [] as SinkConfig[],
    removed: [] as SinkConfig[],
    reopened: [] as SinkConfig[],
    reopenedAfter: [] as SinkConfig[],
    live: [] as SinkConfig[],
  };
  for (const next of after) {
    const { onOtherSettings = 'reopen', liveKeys = [] } = sinkEntry(next.kind, parts);
    const old = before.find(({ kind }) => kind === next.kind);
    const others = old === undefined ? [] : changedKeys(old, next).filter((key) => !liveKeys.includes(key));
    if (old === undefined) {
      if (onOtherSettings !== 'restart') changes.added.push(next);
    } else if (onOtherSettings === 'restart' || others.length === 0) {
      if (changedKeys(old, next).some((key) => liveKeys.includes(key))) changes.live.push(next);
    } else changes[onOtherSettings === 'reopen' ? 'reopened' : 'reopenedAfter'].push(next);
  }
  for (const old of before) {
    const isKept =
      after.some(({ kind }) => kind === old.kind) || sinkEntry(old.kind, parts).onOtherSettings === 'restart';
    if (!isKept) changes.removed.push(old);
  }
  return changes;
}

/**
 * Outputs and keys of them (`feed.port`) that are in use after a restart.
 * @param first of the service's start
 */
export function pendingSinkKeys(
  first: readonly SinkConfig[],
  after: readonly SinkConfig[],
  parts: Pick<RunParts, 'sinks'>,
): readonly string[] {
  const kinds = [...new Set([...first, ...after].map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const [old, next] = [first, after].map((sinks) => sinks.find((sink) => sink.kind === kind));
    const { section, onOtherSettings, liveKeys = [] } = sinkEntry(kind, parts);
    if (onOtherSettings !== 'restart') return [];
    if (old === undefined || next === undefined) return [kind];
    return changedKeys(old, next)
      .filter((key) => !liveKeys.includes(key))
      .map((key) => `${section.name}.${key}`);
  });
}

function changedKeys({ settings: before }: SinkConfig, { settings: after }: SinkConfig): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}
