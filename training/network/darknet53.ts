import { spatialPyramidPooling } from './blocks.js';
import type { Features } from './csp-darknet.js';
import type { NetworkBuilder, Value } from './description.js';

/** DarkNet53 with spatial pyramid pooling. Source: YOLOX `yolox/models/darknet.py`, `Darknet`. */
export function darknet53(net: NetworkBuilder): Features {
  const name = 'backbone.backbone';
  /** A strided convolution at `{group}.{first}`, then residual blocks at the numbers after it. */
  const group = (input: Value, groupName: string, first: number, channels: number, blocks: number): Value => {
    let value = net.conv(input, `${groupName}.${first}`, channels, 3, 2);
    for (let i = 1; i <= blocks; i++) value = residual(net, value, `${groupName}.${first + i}`);
    return value;
  };
  const stem = group(net.conv(net.image, `${name}.stem.0`, 32, 3), `${name}.stem`, 1, 64, 1);
  const dark2 = group(stem, `${name}.dark2`, 0, 128, 2);
  const dark3 = group(dark2, `${name}.dark3`, 0, 256, 8);
  const dark4 = group(dark3, `${name}.dark4`, 0, 512, 8);

  let dark5 = group(dark4, `${name}.dark5`, 0, 1024, 4);
  dark5 = net.conv(dark5, `${name}.dark5.5`, 512, 1);
  dark5 = net.conv(dark5, `${name}.dark5.6`, 1024, 3);
  dark5 = spatialPyramidPooling(net, dark5, `${name}.dark5.7`, 512);
  dark5 = net.conv(dark5, `${name}.dark5.8`, 1024, 3);
  dark5 = net.conv(dark5, `${name}.dark5.9`, 512, 1);
  return { dark3, dark4, dark5 };
}

function residual(net: NetworkBuilder, input: Value, name: string): Value {
  const squeezed = net.conv(input, `${name}.layer1`, input.channels / 2, 1);
  return net.add(input, net.conv(squeezed, `${name}.layer2`, input.channels, 3));
}
