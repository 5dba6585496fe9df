import type { ModelDetectorInfo } from '../../../core/detector.js';
import type { SceneRules } from '../../../core/scene-rules.js';
import type { MeasurementsSnapshot } from '../../../pipeline/measurements.js';
import type { Crossings } from '../../run/scene-tally.js';
import type { RecordState } from '../camera-videos.js';
import type { LatestPicturesSources } from '../latest-pictures.js';
import type { ObjectLog } from '../object-log.js';
import type { PastPictures } from '../past-pictures.js';
import type { Reload } from '../reload.js';
import type { SwitchName, Switches } from '../switches.js';

/** The rules of a camera that a person sees in its picture. */
export type CameraRules = {
  readonly latencyBudgetMs: number | undefined;
  /** Undefined: its objects are not followed. */
  readonly scene: SceneRules | undefined;
};

/** What a service answers from. */
export type ApiSources = LatestPicturesSources & {
  readonly version: string;
  readonly info: ModelDetectorInfo;
  /** Of all detectors: crashes and hangs so far, and whether one of them does not work now. */
  readonly detectors: () => { readonly losses: number; readonly isDown: boolean };
  /** Sources as outputs may show them, by camera: those that there are now. */
  readonly addresses: ReadonlyMap<string, string>;
  /** The position of a camera's switch. */
  readonly isOn: (camera: string, name: SwitchName) => boolean;
  /** Of a camera with a stream of its own for recordings. */
  readonly recordOf?: (camera: string) => RecordState | undefined;
  /** Of the lines of a camera, since its rules are as they are; undefined if its objects are not followed. */
  readonly crossingsOf?: (camera: string) => Crossings | undefined;
  /** Without secrets. */
  readonly config: () => object;
  /** JSON Schema of a configuration file. */
  readonly configSchema: () => object;
  readonly snapshot: () => MeasurementsSnapshot;
  readonly isReady: () => boolean;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  /** Everyone may read the metrics. */
  readonly areMetricsOpen?: boolean;
  readonly startedMs: number;
  /** Absent parts have no paths. */
  readonly rulesOf?: (camera: string) => CameraRules | undefined;
  readonly switches?: Pick<Switches, 'all' | 'set'>;
  readonly reload?: Reload;
  readonly past?: Pick<PastPictures, 'of' | 'jpeg'>;
  readonly objects?: Pick<ObjectLog, 'list' | 'get' | 'snapshot' | 'clip'>;
  /** Receives who has changed what. */
  readonly onChange?: (message: string) => void;
};
