import { anchorGrid } from '../../anchors.js';
import type { Assigner, Assignment } from '../../assign/assignment.js';
import { detectionLoss, type LossSums } from '../../losses.js';
import type { Network } from '../../network/description.js';
import { parameterLayout, type ParameterLayout } from '../../network/parameters.js';
import type { Weights } from '../../network/weights.js';
import type { Batch } from '../engine.js';
import { forwardGraph } from './forward-graph.js';
import { gradientGraph } from './gradient-graph.js';
import { openGraph, type GraphSession } from './graph-session.js';
import { packPictures } from './pack-pictures.js';

export type ReplicaStep = {
  readonly losses: LossSums;
  /** Sums of the losses; the code that adds up the replicas divides. */
  readonly gradient: Float32Array;
  readonly statistics: Float32Array;
  readonly assignments: readonly Assignment[];
};

/** One copy of the network: runs its share of a batch. */
export class Replica {
  readonly #network: Network;
  readonly #layout: ParameterLayout;
  readonly #assign: Assigner;
  readonly #forward: GraphSession;
  readonly #gradient: GraphSession;

  private constructor(network: Network, assign: Assigner, forward: GraphSession, gradient: GraphSession) {
    this.#network = network;
    this.#layout = parameterLayout(network);
    this.#assign = assign;
    this.#forward = forward;
    this.#gradient = gradient;
  }

  /** @param pictures number of pictures in each of its batches */
  static async open(network: Network, assign: Assigner, pictures: number, threads: number): Promise<Replica> {
    const forward = await openGraph(forwardGraph(network, pictures), threads);
    return new Replica(network, assign, forward, await openGraph(gradientGraph(network, pictures), threads));
  }

  async step(
    { parameters, statistics }: Weights,
    { input, pixels, objects }: Batch,
    { l1 }: { readonly l1: boolean },
  ): Promise<ReplicaStep> {
    const { normChannels, size } = this.#layout;
    const shared = {
      images: packPictures(this.#network, pixels, objects.length, input),
      parameters: { data: parameters, dims: [size] },
    };
    const { raw, ...made } = await this.#forward.run({
      ...shared,
      center: { data: statistics.subarray(0, normChannels), dims: [normChannels] },
    });
    const {
      sums,
      gradient: atRaw,
      assignments,
    } = detectionLoss(raw.data, objects, {
      classCount: this.#network.classCount,
      grid: anchorGrid(input),
      assign: this.#assign,
      l1,
    });
    const { gradient } = await this.#gradient.run({
      ...shared,
      ...made,
      raw_gradient: { data: atRaw, dims: raw.dims },
    });
    return {
      losses: sums,
      gradient: gradient.data,
      statistics: this.#unbiased(made['statistics'].data, objects.length, input),
      assignments,
    };
  }

  async close(): Promise<void> {
    await this.#forward.close();
    await this.#gradient.close();
  }

  /** Batch statistics with the running variance's divisor: one less than the number of values. */
  #unbiased(
    statistics: Float32Array,
    pictures: number,
    { width, height }: { readonly width: number; readonly height: number },
  ): Float32Array {
    const { norms, normChannels } = this.#layout;
    const unbiased = statistics.slice();
    this.#network.layers
      .filter((layer) => layer.kind === 'conv')
      .forEach(({ output: { channels, stride } }, i) => {
        const values = pictures * (width / stride) * (height / stride);
        const start = normChannels + norms[i].offset;
        for (let k = start; k < start + channels; k++) unbiased[k] *= values / Math.max(values - 1, 1);
      });
    return unbiased;
  }
}
