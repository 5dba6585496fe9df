import { demoKind, DEFAULT_DEMO_SEED } from '../demo/kind.js';
import type { Settings } from '../../config/run-keys.js';

/** Two cores can draw this for three drives beside a detector. */
const FPS = 10;

/** What a driver looks at: the street ahead, and the middle that others cross. */
const SCENE = {
  zones: {
    ahead: {
      points: [
        [0.42, 0.55],
        [0.58, 0.55],
        [0.85, 1],
        [0.15, 1],
      ],
    },
  },
  lines: {
    middle: {
      points: [
        [0.5, 0.4],
        [0.5, 1],
      ],
      to_left: 'to the left',
      to_right: 'to the right',
    },
  },
} as const;

const NAMES = ['market', 'harbour', 'station'];

/** The settings of a first look at a service, without a camera: three synthetic drives with a zone and a line each. */
export const DEMO_CAMERAS: Settings = {
  cameras: Object.fromEntries(
    NAMES.map((name, i) => [name, { source: `${demoKind.name}:${DEFAULT_DEMO_SEED + i}`, fps: FPS, ...SCENE }]),
  ),
};
