import { statSync } from 'node:fs';
import { join } from 'node:path';
import { cspNetwork } from '../../training/network/variants.js';
import type { Network } from '../../training/network/description.js';
import { parameterLayout } from '../../training/network/parameters.js';
import { initialWeights, takeTensors, type NamedTensor, type Weights } from '../../training/network/weights.js';
import { readSafetensors } from '../helpers/safetensors.js';
import { parityCases, readJson } from '../helpers/shared.js';

export type Pass = {
  readonly total_loss: number;
  readonly iou_loss: number;
  readonly l1_loss: number;
  readonly conf_loss: number;
  readonly cls_loss: number;
  readonly num_fg: number;
  readonly use_l1: boolean;
  readonly assign: readonly {
    readonly anchors: readonly number[];
    readonly gt: readonly number[];
    readonly iou: readonly number[];
  }[];
  readonly grad: Readonly<Record<string, { readonly l2: number; readonly head: readonly number[] }>>;
  readonly running_after: Readonly<Record<string, number>>;
};

/** One of the reference's networks with its weights, pictures and answers. */
export type YoloxCase = {
  readonly name: string;
  readonly network: Network;
  readonly weights: Weights;
  /** [batch, 3, height, width]. */
  readonly images: NamedTensor;
  /** [batch, 20, 5]: class, cx, cy, w, h in pixels; rows of zeros fill up. */
  readonly targets: NamedTensor;
  readonly expected: ReadonlyMap<string, NamedTensor>;
  readonly passes: readonly Pass[];
};

/** Every folder of the parity data that holds a network. */
export function yoloxCases(): { readonly name: string; load(): YoloxCase }[] {
  return parityCases('yolox-')
    .filter(({ path }) => statSync(path).isDirectory())
    .map(({ name, path }) => ({
      name,
      load: () => {
        const { config, passes } = readJson<{
          config: { num_classes: number; depth: number; width: number; depthwise: boolean };
          passes: Pass[];
        }>(join(path, 'expected.json'));
        const network = cspNetwork(name, config, config.num_classes);
        const weights = initialWeights(network, 0);
        takeTensors(parameterLayout(network), weights, tensors(join(path, 'weights.safetensors')));
        const input = tensors(join(path, 'input.safetensors'));
        return {
          name,
          network,
          weights,
          images: input.get('images')!,
          targets: input.get('targets')!,
          expected: tensors(join(path, 'expected.safetensors')),
          passes,
        };
      },
    }));
}

function tensors(path: string): Map<string, NamedTensor> {
  return readSafetensors(path) as Map<string, NamedTensor>;
}
