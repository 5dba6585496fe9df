import { counted } from './counted.js';

/** Where the nodes of a network run, after ONNX Runtime's optimisations. */
export type Placement = {
  readonly nodes: number;
  /** The operators that run on the CPU although the session has another provider, one for each node. */
  readonly onCpu: readonly string[];
};

/** As people read it: `all 163 nodes run on it`, `1 of 164 nodes runs on the CPU (SpaceToDepth)`. */
export function describePlacement({ nodes, onCpu }: Placement): string {
  if (onCpu.length === 0) return `all ${counted(nodes, 'node')} run on it`;
  return `${onCpu.length} of ${counted(nodes, 'node')} ${onCpu.length === 1 ? 'runs' : 'run'} on the CPU (${[...new Set(onCpu)].sort().join(', ')})`;
}
