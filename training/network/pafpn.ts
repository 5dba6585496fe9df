import { cspLayer, type MakeConv } from './blocks.js';
import type { Features } from './csp-darknet.js';
import type { NetworkBuilder, Value } from './description.js';

/**
 * Path aggregation: features go down from coarse to fine, then up again.
 * Source: YOLOX `yolox/models/yolo_pafpn.py`, `YOLOPAFPN`.
 * @returns values at strides 8, 16, 32
 */
export function pafpn(
  net: NetworkBuilder,
  makeConv: MakeConv,
  { dark3, dark4, dark5 }: Features,
  depth: number,
  width: number,
): Value[] {
  const name = 'backbone';
  const fine = Math.floor(256 * width);
  const middle = Math.floor(512 * width);
  const coarse = Math.floor(1024 * width);
  const block = (inputs: readonly Value[], blockName: string, channels: number): Value =>
    cspLayer(net, makeConv, net.concat(inputs), `${name}.${blockName}`, channels, Math.round(3 * depth), false);

  const lateral0 = net.conv(dark5, `${name}.lateral_conv0`, middle, 1);
  const down4 = block([net.upsample(lateral0), dark4], 'C3_p4', middle);
  const lateral1 = net.conv(down4, `${name}.reduce_conv1`, fine, 1);
  const out8 = block([net.upsample(lateral1), dark3], 'C3_p3', fine);
  const out16 = block([makeConv(out8, `${name}.bu_conv2`, fine, 3, 2), lateral1], 'C3_n3', middle);
  const out32 = block([makeConv(out16, `${name}.bu_conv1`, middle, 3, 2), lateral0], 'C3_n4', coarse);
  return [out8, out16, out32];
}
