import type { SceneSettings } from '../../src/config/keys/scene-keys.js';

/** The scene of every camera: the same rules, so that each recording replays by them. */
export const SCENE: SceneSettings = {
  zones: {
    near: {
      points: [
        [0, 0.5],
        [1, 0.5],
        [1, 1],
        [0, 1],
      ],
    },
  },
  lines: {
    middle: {
      points: [
        [0.5, 0],
        [0.5, 1],
      ],
      to_left: 'left',
      to_right: 'right',
    },
  },
  objects: {},
};

export type CamerasFile = {
  /** Addresses by the names of their cameras. */
  readonly cameras: ReadonlyMap<string, string>;
  /** Outputs beside these. */
  readonly more?: object;
};

export const RECORDING = 'soak.jsonl';
export const EVENTS = 'events.jsonl';

/** A configuration of the service, as the text of its file. JSON is YAML. */
export function camerasFile({ cameras, more }: CamerasFile): string {
  return JSON.stringify(
    {
      cameras: Object.fromEntries(Array.from(cameras, ([name, source]) => [name, { source, ...SCENE }])),
      model: { path: 'nowcast-nano', provider: 'cpu' },
      detect: { budget: '1s', track: true },
      output: { record: RECORDING, events: EVENTS },
      ...more,
    },
    undefined,
    2,
  );
}
