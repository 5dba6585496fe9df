import { cspLayer, spatialPyramidPooling, type MakeConv } from './blocks.js';
import type { NetworkBuilder, Value } from './description.js';

/** The output of a backbone: values at strides 8, 16 and 32. */
export type Features = { readonly dark3: Value; readonly dark4: Value; readonly dark5: Value };

/** Source: YOLOX `yolox/models/darknet.py`, `CSPDarknet`. */
export function cspDarknet(net: NetworkBuilder, makeConv: MakeConv, depth: number, width: number): Features {
  const name = 'backbone.backbone';
  const channels = Math.floor(64 * width);
  const blocks = Math.max(Math.round(depth * 3), 1);

  const stem = net.conv(net.focus(net.image), `${name}.stem.conv`, channels, 3);
  const stage = (input: Value, stageName: string, outChannels: number, bottlenecks: number): Value =>
    cspLayer(
      net,
      makeConv,
      makeConv(input, `${stageName}.0`, outChannels, 3, 2),
      `${stageName}.1`,
      outChannels,
      bottlenecks,
      true,
    );
  const dark2 = stage(stem, `${name}.dark2`, channels * 2, blocks);
  const dark3 = stage(dark2, `${name}.dark3`, channels * 4, blocks * 3);
  const dark4 = stage(dark3, `${name}.dark4`, channels * 8, blocks * 3);

  const reduced = makeConv(dark4, `${name}.dark5.0`, channels * 16, 3, 2);
  const pooled = spatialPyramidPooling(net, reduced, `${name}.dark5.1`, channels * 16);
  const dark5 = cspLayer(net, makeConv, pooled, `${name}.dark5.2`, channels * 16, blocks, false);
  return { dark3, dark4, dark5 };
}
