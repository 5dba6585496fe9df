import type { MakeConv } from './blocks.js';
import type { NetworkBuilder, Value } from './description.js';

/**
 * The decoupled head: one branch for the class, one for the box and the objectness. Source: YOLOX
 * `yolox/models/yolo_head.py`, `YOLOXHead`.
 * @returns for each level [4 + 1 + classCount] channels
 */
export function decoupledHead(
  net: NetworkBuilder,
  makeConv: MakeConv,
  pyramid: readonly Value[],
  width: number,
  classCount: number,
): Value[] {
  const channels = Math.floor(256 * width);
  return pyramid.map((feature, level) => {
    const stem = net.conv(feature, `head.stems.${level}`, channels, 1);
    const branch = (name: string): Value => {
      const once = makeConv(stem, `head.${name}.${level}.0`, channels, 3);
      return makeConv(once, `head.${name}.${level}.1`, channels, 3);
    };
    const classes = net.predict(branch('cls_convs'), [{ name: `head.cls_preds.${level}`, channels: classCount }]);
    const boxes = net.predict(branch('reg_convs'), [
      { name: `head.reg_preds.${level}`, channels: 4 },
      { name: `head.obj_preds.${level}`, channels: 1 },
    ]);
    return net.concat([boxes, classes]);
  });
}
