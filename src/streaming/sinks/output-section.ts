import { UsageError } from '../../core/errors.js';
import type { SinkSection } from '../../core/sink-kind.js';

/** The section of the sinks that write one file each. */
export const OUTPUT_SECTION: SinkSection = { name: 'output', description: 'Files to write.' };

/**
 * @param output its key and flag, for the message
 * @throws UsageError where there are several sources
 */
export function checkOneSource(output: string, sources: readonly unknown[]): void {
  if (sources.length > 1)
    throw new UsageError(
      `${output} holds the results of one source, and there are ${sources.length}; run them one by one, or use output.record (--record), which holds all`,
    );
}
