import { UsageError } from '../../core/errors.js';
import type { SinkSection } from '../../core/sink-kind.js';

/** The section of the sinks that each write one file. */
export const OUTPUT_SECTION: SinkSection = { name: 'output', description: 'Files to write.' };

/**
 * @param output its key and flag, for the message
 * @throws UsageError if there are several sources
 */
export function checkOneSource(output: string, sources: readonly unknown[]): void {
  if (sources.length > 1)
    throw new UsageError(
      `${output} takes the results of one source, but the run has ${sources.length}; run them separately, or use output.record (--record), which takes all`,
    );
}
