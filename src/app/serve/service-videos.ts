import type { RunConfig } from '../../config/run-config.js';
import type { SceneEvent } from '../../core/scene-events.js';
import type { KeptFolder, KeptUse } from '../../files/kept-folder.js';
import type { Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { UnitFollower } from '../../streaming/originals/answer.js';
import type { Originals } from '../../streaming/originals/originals.js';
import type { AppContext } from '../context.js';
import { CameraClips, type CameraClipsOptions } from './camera-clips.js';
import { CameraRecording } from './camera-recording.js';
import type { KeptClip } from './object-log.js';
import { openKept } from './open-kept.js';

export type ServiceVideosOptions = {
  readonly config: Pick<RunConfig, 'clips' | 'record'>;
  readonly originals: Pick<Originals, 'follow' | 'since'>;
  /** Absent: there are no videos. */
  readonly ffmpeg: Ffmpeg | undefined;
  /** Called once a clip of these objects is complete. */
  readonly onClip: (objects: readonly string[], clip: KeptClip) => void;
};

export type RecordedCamera = {
  readonly id: string;
  /** Its coded pictures pass through this program. */
  readonly hasCodedVideo: boolean;
};

const NOBODY: UnitFollower = { onUnit: () => undefined, onNone: () => undefined };

type Folders = { readonly clips: KeptFolder | undefined; readonly record: KeptFolder | undefined };

/** The videos that a service keeps: clips of objects, and recordings. */
export class ServiceVideos {
  readonly #options: ServiceVideosOptions;
  readonly #context: Pick<AppContext, 'clock' | 'log'>;
  readonly #folders: Folders;
  readonly #clips = new Map<string, CameraClips>();
  readonly #recordings = new Map<string, CameraRecording>();
  /** Ends the following of cameras whose pictures have to be there before an object is. */
  readonly #awaited = new Map<string, () => void>();
  /** Cameras without coded pictures, by the reason. */
  readonly #told = new Map<string, string>();

  private constructor(options: ServiceVideosOptions, context: Pick<AppContext, 'clock' | 'log'>, folders: Folders) {
    this.#options = options;
    this.#context = context;
    this.#folders = folders;
  }

  /** @throws OutputError if a folder cannot be used */
  static async open(options: ServiceVideosOptions, context: Pick<AppContext, 'clock' | 'log'>): Promise<ServiceVideos> {
    const { clips, record } = options.config;
    return new ServiceVideos(options, context, {
      clips: clips && (await openKept('clips', clips, context)),
      record: record && (await openKept('record', record, context)),
    });
  }

  /** The cameras that run from now on; recordings of others end. */
  async onCameras(cameras: readonly RecordedCamera[]): Promise<void> {
    const { config, originals } = this.#options;
    const ending: Promise<void>[] = [];
    for (const [id, recording] of this.#recordings) {
      if (cameras.some((camera) => camera.id === id)) continue;
      this.#recordings.delete(id);
      ending.push(recording.close());
    }
    this.#await(cameras);
    const folder = this.#folders.record;
    const { ffmpeg } = this.#options;
    if (config.record !== undefined && folder !== undefined && ffmpeg !== undefined) {
      const { cameras: chosen, segmentMs } = config.record;
      for (const { id: camera, hasCodedVideo } of cameras) {
        if (this.#recordings.has(camera) || chosen?.includes(camera) === false) continue;
        const onNone = (why: string): void => this.#none('record', camera, why);
        if (!hasCodedVideo) {
          onNone('its source has no coded video');
          continue;
        }
        const { clock } = this.#context;
        this.#recordings.set(
          camera,
          new CameraRecording({ camera, originals, ffmpeg, folder, segmentMs, clock, onNone }),
        );
      }
    }
    await Promise.all(ending);
  }

  seen(event: SceneEvent): void {
    if (event.type === 'object') this.#clipsOf(event.streamId)?.seen(event);
  }

  /** How full its folders are. */
  get uses(): Readonly<Partial<Record<'clips' | 'record', KeptUse>>> {
    const { clips, record } = this.#folders;
    return { ...(clips && { clips: clips.use }), ...(record && { record: record.use }) };
  }

  /** Whether this clip, of an earlier run too, is still there. */
  hasClip(path: string): boolean {
    return this.#folders.clips?.has(path) === true;
  }

  /** Completes every file. */
  async close(): Promise<void> {
    this.#await([]);
    await Promise.all([...this.#clips.values(), ...this.#recordings.values()].map((one) => one.close()));
    await this.#folders.clips?.close();
    await this.#folders.record?.close();
  }

  #clipsOf(camera: string): CameraClips | undefined {
    const { config, originals, ffmpeg } = this.#options;
    const folder = this.#folders.clips;
    const { clips: times } = config;
    if (times === undefined || folder === undefined || ffmpeg === undefined) return undefined;
    if (times.cameras?.includes(camera) === false) return undefined;
    let clips = this.#clips.get(camera);
    if (clips === undefined) {
      const onNone = (why: string): void => this.#none('clips', camera, why);
      const { clock } = this.#context;
      const onClip: CameraClipsOptions['onClip'] = (objects, { path, codec }) =>
        this.#options.onClip(objects, { path, codec, isKept: () => folder.has(path) });
      clips = new CameraClips({ camera, originals, ffmpeg, folder, times, clock, onClip, onNone });
      this.#clips.set(camera, clips);
    }
    return clips;
  }

  /** A stream that nobody follows may be disconnected. */
  #await(cameras: readonly RecordedCamera[]): void {
    const { clips } = this.#options.config;
    const awaited = clips === undefined ? [] : cameras.filter(({ id }) => clips.cameras?.includes(id) !== false);
    for (const [id, stop] of this.#awaited) {
      if (awaited.some((camera) => camera.id === id)) continue;
      this.#awaited.delete(id);
      stop();
    }
    for (const { id } of awaited)
      if (!this.#awaited.has(id)) this.#awaited.set(id, this.#options.originals.follow(id, NOBODY));
  }

  #none(section: 'clips' | 'record', camera: string, why: string): void {
    const key = `${section} ${camera}`;
    if (this.#told.get(key) === why) return;
    this.#told.set(key, why);
    this.#context.log.warn(`${section}: no video of ${camera}: ${why}`);
  }
}
