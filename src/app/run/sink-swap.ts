import type { SinkConfig } from '../../config/run-config.js';
import type { Sink } from '../../streaming/sinks/sink-kind.js';
import type { SinkChanges } from './sink-changes.js';

export type OpenSinkOfRun = { readonly config: SinkConfig; readonly sink: Sink };

/** What a swap of sinks does with each. */
export type SinkSwapSteps = {
  prepare(config: SinkConfig): Promise<void>;
  open(config: SinkConfig): Promise<OpenSinkOfRun>;
  /** Ends one for good. */
  retire(sink: OpenSinkOfRun, next?: SinkConfig): Promise<void>;
  /** Opens one again that has been retired for another one. Never rejects. */
  restore(retired: OpenSinkOfRun): Promise<void>;
};

/** The open sink of this kind; the caller knows that there is one. */
export function sinkOfKind(open: readonly OpenSinkOfRun[], { kind }: SinkConfig): OpenSinkOfRun {
  return open.find(({ config }) => config.kind === kind)!;
}

/**
 * Opens other sinks beside those that are open, all of them or none.
 * @param after all sinks that there shall be
 * @returns the opened ones
 * @throws UsageError or OutputError if one of them cannot be opened; the former ones are then open as before
 */
export async function openOtherSinks(
  open: readonly OpenSinkOfRun[],
  { added, reopened, reopenedAfter }: SinkChanges,
  after: readonly SinkConfig[],
  steps: SinkSwapSteps,
): Promise<readonly OpenSinkOfRun[]> {
  const fresh: OpenSinkOfRun[] = [];
  const undo: (() => Promise<void>)[] = [];
  const openNew = async (config: SinkConfig): Promise<void> => {
    const opened = await steps.open(config);
    fresh.push(opened);
    undo.push(() => steps.retire(opened));
  };
  try {
    // Those that go on read their files again, too.
    const goOn = after.filter(({ kind }) =>
      open.some(({ config, sink }) => config.kind === kind && sink.change !== undefined),
    );
    for (const one of new Set([...added, ...reopened, ...reopenedAfter, ...goOn])) await steps.prepare(one);
    for (const one of [...added, ...reopened]) await openNew(one);
    for (const one of reopenedAfter) {
      const old = sinkOfKind(open, one);
      undo.push(() => steps.restore(old));
      await steps.retire(old, one);
      await openNew(one);
    }
  } catch (error) {
    for (const back of undo.toReversed()) await back();
    throw error;
  }
  return fresh;
}
