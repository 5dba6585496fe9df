import type { NetworkBuilder, Value } from './description.js';

/** Makes a k x k convolution: a plain one, or a separable one in the depthwise variant. */
export type MakeConv = (input: Value, name: string, channels: number, kernel: number, stride?: 1 | 2) => Value;

/**
 * Cross-stage partial block: half of the channels pass through `bottlenecks` residual blocks, the other half bypass
 * them. Source: YOLOX `yolox/models/network_blocks.py`, `CSPLayer`.
 */
export function cspLayer(
  net: NetworkBuilder,
  makeConv: MakeConv,
  input: Value,
  name: string,
  channels: number,
  bottlenecks: number,
  shortcut: boolean,
): Value {
  const hidden = Math.floor(channels / 2);
  let main = net.conv(input, `${name}.conv1`, hidden, 1);
  const around = net.conv(input, `${name}.conv2`, hidden, 1);
  for (let i = 0; i < bottlenecks; i++) {
    const squeezed = net.conv(main, `${name}.m.${i}.conv1`, hidden, 1);
    const convolved = makeConv(squeezed, `${name}.m.${i}.conv2`, hidden, 3);
    main = shortcut ? net.add(convolved, main) : convolved;
  }
  return net.conv(net.concat([main, around]), `${name}.conv3`, channels, 1);
}

/**
 * Spatial pyramid pooling over 5, 9 and 13 pixels; the wider maxima are maxima of narrower ones, with the same result.
 * Source: YOLOX `yolox/models/network_blocks.py`, `SPPBottleneck`.
 */
export function spatialPyramidPooling(net: NetworkBuilder, input: Value, name: string, channels: number): Value {
  const squeezed = net.conv(input, `${name}.conv1`, Math.floor(input.channels / 2), 1);
  const over5 = net.maxPool(squeezed);
  const over9 = net.maxPool(over5);
  const over13 = net.maxPool(over9);
  return net.conv(net.concat([squeezed, over5, over9, over13]), `${name}.conv2`, channels, 1);
}
