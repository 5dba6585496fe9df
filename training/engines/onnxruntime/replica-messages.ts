import type { AssignerName } from '../../assign/assigners.js';
import type { Network } from '../../network/description.js';
import type { Batch } from '../engine.js';

/** The start message of a replica's thread. Arrays are shared memory, written by one side while the other waits. */
export type ReplicaStart = {
  readonly network: Network;
  readonly assigner: AssignerName;
  readonly pictures: number;
  readonly threads: number;
  /** Read by all replicas. */
  readonly parameters: Float32Array;
  readonly runningStatistics: Float32Array;
  /** Written by this one. */
  readonly gradient: Float32Array;
  readonly statistics: Float32Array;
};

/** The answer is the sums of losses, once gradient and statistics contain this step's. */
export type ReplicaRequest = { readonly batch: Batch; readonly l1: boolean };
