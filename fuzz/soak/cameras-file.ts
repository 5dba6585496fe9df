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
  /** Addresses of streams for recordings, by the names of their cameras. */
  readonly records: ReadonlyMap<string, string>;
  /** Lowest scores, by the names of cameras that have one of their own. */
  readonly conf?: ReadonlyMap<string, number>;
  /** A broker on this machine. */
  readonly mqttPort?: number | undefined;
  /** A folder for clips, which may be too small. */
  readonly clips: string;
  readonly webhookUrl: string;
};

export const RECORDING = 'soak.jsonl';
export const EVENTS = 'events.jsonl';
export const RECORDINGS = { folder: 'recordings', cameras: ['camera-1', 'camera-2'], megabytes: 1 } as const;
/** Events of these kinds are posted. */
export const POSTED = ['start', 'end', 'crossing'] as const;
/** The receiver hangs for longer. */
const WEBHOOK_TIMEOUT = '1s';

/** A configuration of the service, as the text of its file. JSON is YAML. */
export function camerasFile({ cameras, records, conf, mqttPort, clips, webhookUrl }: CamerasFile): string {
  const camera = (name: string, detect: string): object => ({
    source: records.has(name) ? { detect, record: records.get(name) } : detect,
    ...SCENE,
    ...(conf?.has(name) === true && { detect: { conf: conf.get(name) } }),
  });
  return JSON.stringify(
    {
      cameras: Object.fromEntries(Array.from(cameras, ([name, source]) => [name, camera(name, source)])),
      model: { path: 'nowcast-nano', provider: 'cpu' },
      detect: { budget: '1s', track: true },
      output: { record: RECORDING, events: EVENTS },
      webhook: { url: webhookUrl, events: [...POSTED], timeout: WEBHOOK_TIMEOUT },
      record: {
        folder: RECORDINGS.folder,
        cameras: RECORDINGS.cameras,
        segment: '10s',
        retain_mb: RECORDINGS.megabytes,
      },
      clips: { folder: clips, pre_roll: '1s', post_roll: '1s', max_length: '5s' },
      ...(mqttPort !== undefined && { mqtt: { host: '127.0.0.1', port: mqttPort, discovery: true } }),
    },
    undefined,
    2,
  );
}
