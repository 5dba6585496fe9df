import type { Features } from './csp-darknet.js';
import type { NetworkBuilder, Value } from './description.js';

/**
 * The neck of YOLOv3: features go down from coarse to fine. Source: YOLOX `yolox/models/yolo_fpn.py`, `YOLOFPN`.
 * @returns values at strides 8, 16, 32
 */
export function yoloFpn(net: NetworkBuilder, { dark3, dark4, dark5 }: Features): Value[] {
  const name = 'backbone';
  /** Five convolutions, alternately narrow 1x1 and wide 3x3. */
  const embedding = (input: Value, embeddingName: string, channels: number): Value => {
    let value = input;
    for (let i = 0; i < 5; i++)
      value = net.conv(value, `${embeddingName}.${i}`, i % 2 === 0 ? channels : channels * 2, i % 2 === 0 ? 1 : 3);
    return value;
  };
  const down4 = net.upsample(net.conv(dark5, `${name}.out1_cbl`, 256, 1));
  const out16 = embedding(net.concat([down4, dark4]), `${name}.out1`, 256);
  const down3 = net.upsample(net.conv(out16, `${name}.out2_cbl`, 128, 1));
  const out8 = embedding(net.concat([down3, dark3]), `${name}.out2`, 128);
  return [out8, out16, dark5];
}
