import type { Detection } from '../../src/core/detection.js';
import type { Size } from '../../src/core/size.js';
import { CLASS_NAMES, type Scene } from './moving-scenes.js';
import { randomSource } from './random.js';

/** The errors of a synthetic detector. */
export type Flaws = {
  /** Standard deviation of the box's centre and of its sides, as fractions of the side. */
  readonly centreNoise: number;
  readonly sideNoise: number;
  /** By class: factor on both. */
  readonly noiseOfClass: readonly number[];
  /** Correlation of an error from one frame to the next, 0 to 1. */
  readonly persistence: number;
  /** Probability to miss an object of 40 px; larger ones are missed less. */
  readonly missRate: number;
  /** False alarms a frame, on average; some of them stay for a while. */
  readonly falseAlarms: number;
  /** Standard deviation of the score's logit from frame to frame. */
  readonly scoreNoise: number;
};

/** Flaws between those of a good detector on good video and of a small one on bad video. */
export function drawFlaws(seed: number): Flaws {
  const { uniform } = randomSource(seed);
  const spread = (low: number, high: number): number => low * (high / low) ** uniform();
  return {
    centreNoise: spread(0.004, 0.08),
    sideNoise: spread(0.006, 0.07),
    noiseOfClass: CLASS_NAMES.map(() => spread(0.6, 1.7)),
    persistence: 0.6 * uniform(),
    missRate: spread(0.03, 0.3),
    falseAlarms: spread(0.03, 2),
    scoreNoise: spread(0.2, 0.8),
  };
}

/** The detections of a detector with these flaws on every frame of a scene. */
export function detect(scene: Scene, flaws: Flaws, seed: number): Detection[][] {
  const { uniform, gaussian } = randomSource(seed);
  const errors = new Map<number, { values: number[]; doubt: number }>();
  const fresh = Math.sqrt(1 - flaws.persistence ** 2);
  let ghosts: { detection: Detection; framesLeft: number }[] = [];

  return scene.frames.map((objects) => {
    const detections: Detection[] = [];
    for (const { id, classId, box } of objects) {
      const error = errors.get(id) ?? { values: Array.from({ length: 4 }, gaussian), doubt: gaussian() };
      errors.set(id, error);
      error.values = error.values.map((value) => flaws.persistence * value + fresh * gaussian());
      error.doubt = 0.9 * error.doubt + 0.44 * gaussian();
      const [width, height] = [box.x2 - box.x1, box.y2 - box.y1];
      const ease = Math.log(Math.sqrt(width * height) / 40);
      const missed = 1 / (1 + (1 / flaws.missRate - 1) * Math.exp(0.7 * ease - 0.7 * error.doubt));
      if (uniform() < missed) continue;
      const score = sigmoid(0.8 + 0.6 * ease - 0.7 * error.doubt + flaws.scoreNoise * gaussian());
      detections.push(
        shaken({ box, score, classId, className: CLASS_NAMES[classId] }, error.values, flaws, scene.size),
      );
    }

    ghosts = ghosts.filter((ghost) => ghost.framesLeft-- > 0);
    for (let alarms = flaws.falseAlarms; uniform() < alarms; alarms--) {
      const [x1, y1, width, height] = [
        uniform() * scene.size.width,
        uniform() * scene.size.height,
        20 * Math.exp(2.5 * uniform()),
        20 * Math.exp(2.5 * uniform()),
      ];
      const classId = Math.floor(uniform() * CLASS_NAMES.length);
      const detection = {
        box: { x1, y1, x2: x1 + width, y2: y1 + height },
        score: 0,
        classId,
        className: CLASS_NAMES[classId],
      };
      ghosts.push({ detection, framesLeft: uniform() < 0.3 ? Math.floor(20 * uniform()) : 0 });
    }
    for (const { detection } of ghosts) {
      if (uniform() < 0.7)
        detections.push(
          shaken(
            { ...detection, score: sigmoid(-1.2 + 0.8 * gaussian()) },
            Array.from({ length: 4 }, gaussian),
            flaws,
            scene.size,
          ),
        );
    }
    return detections.sort((a, b) => b.score - a.score);
  });
}

/** Adds errors by the flaws; an edge of the picture itself is more accurate than one of the object. */
function shaken(
  detection: Detection,
  [dx, dy, dw, dh]: readonly number[],
  { centreNoise, sideNoise, noiseOfClass }: Flaws,
  { width, height }: Size,
): Detection {
  const { x1, y1, x2, y2 } = detection.box;
  const edge = (at: number, length: number, centre: number, side: number, limit: number): number =>
    at +
    length *
      noiseOfClass[detection.classId] *
      (centreNoise * centre + (sideNoise * side) / 2) *
      (at <= 0 || at >= limit ? 0.2 : 1);
  return {
    ...detection,
    box: {
      x1: edge(x1, x2 - x1, dx, -dw, width),
      y1: edge(y1, y2 - y1, dy, -dh, height),
      x2: edge(x2, x2 - x1, dx, dw, width),
      y2: edge(y2, y2 - y1, dy, dh, height),
    },
  };
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
