import type { Figure } from '../figure.js';
import { SYNTH_CLASSES } from '../classes.js';
import { Sketch, type Point } from '../sketch.js';
import type { Camera, Pose } from '../camera.js';
import { across, type PersonLook } from './person.js';

/** Points where a rider touches the machine, metres in its frame. */
export type Seat = {
  readonly hip: Point;
  readonly neck: Point;
  readonly hands: Point;
  /** Right foot and left foot at this moment. */
  readonly feet: readonly [Point, Point];
  readonly helmet: number | undefined;
};

/** Draws the person on a bicycle or motorcycle: the same person as on foot, bent to the seat. */
export function drawRider(
  camera: Camera,
  look: PersonLook,
  pose: Pose,
  trackId: number,
  { hip, neck, hands, feet, helmet }: Seat,
): Figure {
  const sketch = new Sketch(camera, pose);
  const nearSide = Math.sign(sketch.eye.v) || 1;
  const leg = (side: number): void => {
    const foot = feet[side > 0 ? 0 : 1];
    const v = side * 0.1;
    const knee: Point = [(hip[0] + foot[0]) / 2 + 0.2, v * 1.25, (hip[2] + foot[2]) / 2 + 0.13];
    const shade = side === nearSide ? 1 : 0.8;
    sketch.stroke([[hip[0], v, hip[2]], knee, foot], 0.135, { color: look.legs, shade });
    sketch.stroke([foot, [foot[0] + 0.13, foot[1], foot[2] - 0.02]], 0.09, { color: look.shoes, shade });
  };
  const arm = (side: number): void => {
    const shoulder: Point = [neck[0] - 0.02, side * 0.19, neck[2] - 0.06];
    const hand: Point = [hands[0], side * hands[1], hands[2]];
    const elbow: Point = [
      (shoulder[0] + hand[0]) / 2 - 0.05,
      side * (0.5 * (0.19 + hands[1]) + 0.07),
      (shoulder[2] + hand[2]) / 2 - 0.06,
    ];
    sketch.stroke([shoulder, elbow, hand], 0.1, { color: look.top, shade: side === nearSide ? 0.9 : 0.72 });
    sketch.balls([[hand, 0.05]], { color: look.skin, shade: 1 });
  };
  leg(-nearSide);
  arm(-nearSide);
  leg(nearSide);
  drawTrunk(sketch, look, hip, neck);
  arm(nearSide);
  const head: Point = [neck[0] + 0.07, 0, neck[2] + 0.16];
  const fromBehind = sketch.eye.u < 0;
  sketch.balls([[head, 0.115]], { color: fromBehind ? look.hair : look.skin, shade: 1 });
  const shell: Point = [head[0] - 0.02, 0, head[2] + (helmet === undefined ? 0.035 : 0.05)];
  sketch.balls([[shell, helmet === undefined ? 0.115 : 0.128]], { color: helmet ?? look.hair, shade: 1.02 });
  return sketch.figure({ trackId, classId: SYNTH_CLASSES.indexOf('person') }, sketch.depth - 0.05);
}

function drawTrunk(sketch: Sketch, { top }: PersonLook, hip: Point, neck: Point): void {
  const { u, v } = sketch.eye;
  const fromSide = Math.abs(v) / Math.hypot(u, v);
  if (fromSide > 0.5) {
    sketch.stroke(
      [
        [hip[0], 0, hip[2] + 0.04],
        [neck[0] - 0.06, 0, neck[2] - 0.1],
      ],
      0.25,
      { color: top, shade: 1 },
    );
    return;
  }
  const rows = [
    [0, 0.16],
    [0.35, 0.17],
    [0.85, 0.21],
    [1, 0.1],
  ] as const;
  const outline = across(
    sketch,
    rows.map(([share, half]) => [hip[2] - 0.05 + share * (neck[2] - hip[2] + 0.05), half] as const),
    (hip[0] + neck[0]) / 2,
  );
  sketch.polygon(outline, { color: top, shade: 1 });
}
