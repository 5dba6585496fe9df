import { UsageError } from '../../src/core/errors.js';
import type { Size } from '../../src/core/size.js';
import type { MakeConv } from './blocks.js';
import { cspDarknet } from './csp-darknet.js';
import { darknet53 } from './darknet53.js';
import { NetworkBuilder, type Network } from './description.js';
import { decoupledHead } from './head.js';
import { pafpn } from './pafpn.js';
import { yoloFpn } from './yolo-fpn.js';

export type CspShape = { readonly depth: number; readonly width: number; readonly depthwise: boolean };

/** The published networks that differ only in depth and width. Source: YOLOX `exps/default`. */
const CSP_VARIANTS = {
  'yolox-nano': { depth: 0.33, width: 0.25, depthwise: true },
  'yolox-tiny': { depth: 0.33, width: 0.375, depthwise: false },
  'yolox-s': { depth: 0.33, width: 0.5, depthwise: false },
  'yolox-m': { depth: 0.67, width: 0.75, depthwise: false },
  'yolox-l': { depth: 1, width: 1, depthwise: false },
  'yolox-x': { depth: 1.33, width: 1.25, depthwise: false },
} as const satisfies Record<string, CspShape>;

export type Variant = keyof typeof CSP_VARIANTS | 'yolox-darknet53';

export const VARIANTS: readonly Variant[] = [
  ...(Object.keys(CSP_VARIANTS) as (keyof typeof CSP_VARIANTS)[]),
  'yolox-darknet53',
];

/** The input at which the reference's tables measure a variant, in pixels. */
export function testSize(variant: Variant): Size {
  const side = variant === 'yolox-nano' || variant === 'yolox-tiny' ? 416 : 640;
  return { width: side, height: side };
}

/** @throws UsageError naming the existing variants */
export function parseVariant(name: string): Variant {
  const found = VARIANTS.find((variant) => variant === name);
  if (found === undefined)
    throw new UsageError(`there is no variant "${name}"; it must be one of ${VARIANTS.join(', ')}`);
  return found;
}

/**
 * Describes one of the published networks for any number of classes. It fits every input whose sides are multiples of
 * 32.
 */
export function createNetwork(variant: Variant, classCount: number): Network {
  return variant === 'yolox-darknet53'
    ? darknetNetwork(variant, classCount)
    : cspNetwork(variant, CSP_VARIANTS[variant], classCount);
}

/** Describes a network of the CSPDarknet family. */
export function cspNetwork(name: string, { depth, width, depthwise }: CspShape, classCount: number): Network {
  const net = new NetworkBuilder('silu');
  const makeConv: MakeConv = (...layer) => (depthwise ? net.separableConv(...layer) : net.conv(...layer));
  const pyramid = pafpn(net, makeConv, cspDarknet(net, makeConv, depth, width), depth, width);
  const outputs = decoupledHead(net, makeConv, pyramid, width, classCount);
  return { name, classCount, image: net.image, layers: net.layers, pyramid, outputs };
}

function darknetNetwork(name: Variant, classCount: number): Network {
  const net = new NetworkBuilder('leaky-relu');
  const pyramid = yoloFpn(net, darknet53(net));
  const outputs = decoupledHead(net, (...layer) => net.conv(...layer), pyramid, 1, classCount);
  return { name, classCount, image: net.image, layers: net.layers, pyramid, outputs };
}
