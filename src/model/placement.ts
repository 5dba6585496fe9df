import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Placement } from '../core/placement.js';

/** The one part of ONNX Runtime's trace that matters here: an event for each kernel that ran. */
type TraceEvent = {
  readonly cat?: string;
  readonly name?: string;
  readonly args?: { readonly provider?: string; readonly op_name?: string };
};

/**
 * Reads the placement from the trace of one run.
 * @param trace ONNX Runtime's profile, in the format of Chrome's tracing
 */
export function placementOf(trace: readonly TraceEvent[]): Placement {
  const kernels = trace.filter(({ cat, name }) => cat === 'Node' && name?.endsWith('_kernel_time') === true);
  const onCpu = kernels.flatMap(({ args }) =>
    args?.provider === 'CPUExecutionProvider' ? [args.op_name ?? 'unknown'] : [],
  );
  return { nodes: kernels.length, onCpu };
}

/** Records one run. `record` gets the start of the path to write ONNX Runtime's profile to. */
export async function recordPlacement(record: (at: string) => Promise<void>): Promise<Placement> {
  const folder = await mkdtemp(join(tmpdir(), 'nowcast-places-'));
  try {
    await record(join(folder, 'trace'));
    const [file] = await readdir(folder);
    return placementOf(JSON.parse(await readFile(join(folder, file), 'utf8')) as TraceEvent[]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
