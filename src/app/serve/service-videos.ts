import { isDeepStrictEqual } from 'node:util';
import type { RunConfig } from '../../config/run-config.js';
import type { SceneEvent } from '../../core/scene-events.js';
import type { KeptUse } from '../../files/kept-folder.js';
import type { Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { UnitFollower } from '../../streaming/originals/answer.js';
import type { Originals } from '../../streaming/originals/originals.js';
import type { AppContext } from '../context.js';
import { CameraClips, type CameraClipsOptions } from './camera-clips.js';
import { CameraRecording } from './camera-recording.js';
import { KeptPlace, type Prepared } from './kept-place.js';
import type { KeptClip } from './object-log.js';

type VideosConfig = Pick<RunConfig, 'clips' | 'record'>;

export type ServiceVideosOptions = {
  readonly config: VideosConfig;
  readonly originals: Pick<Originals, 'follow' | 'since'>;
  /** Undefined: there are no videos. */
  readonly ffmpeg: () => Ffmpeg | undefined;
  /** Called once a clip of these objects is complete. */
  readonly onClip: (objects: readonly string[], clip: KeptClip) => void;
};

export type RecordedCamera = {
  readonly id: string;
  /** Its coded pictures pass through this program. */
  readonly hasCodedVideo: boolean;
};

const NOBODY: UnitFollower = { onUnit: () => undefined, onNone: () => undefined };

/** The videos that a service keeps: clips of objects, and recordings. */
export class ServiceVideos {
  readonly #options: ServiceVideosOptions;
  readonly #context: Pick<AppContext, 'clock' | 'log'>;
  readonly #places: Readonly<Record<'clips' | 'record', KeptPlace>>;
  #config: VideosConfig;
  /** Videos of a former configuration that are being completed. */
  readonly #completing = new Set<Promise<unknown>>();
  readonly #clips = new Map<string, CameraClips>();
  readonly #recordings = new Map<string, CameraRecording>();
  /** Ends the following of cameras whose pictures have to be there before an object is. */
  readonly #awaited = new Map<string, () => void>();
  /** Cameras without coded pictures, by the reason. */
  readonly #told = new Map<string, string>();

  private constructor(options: ServiceVideosOptions, context: Pick<AppContext, 'clock' | 'log'>) {
    this.#options = options;
    this.#context = context;
    this.#config = options.config;
    this.#places = { clips: new KeptPlace('clips', context), record: new KeptPlace('record', context) };
  }

  /** @throws OutputError if a folder cannot be used */
  static async open(options: ServiceVideosOptions, context: Pick<AppContext, 'clock' | 'log'>): Promise<ServiceVideos> {
    const videos = new ServiceVideos(options, context);
    try {
      (await videos.prepare(options.config)).commit();
    } catch (error) {
      await videos.close();
      throw error;
    }
    return videos;
  }

  /**
   * Opens the folders that another configuration needs besides. Call `onCameras` after it is taken over.
   * @throws OutputError if one cannot be used
   */
  async prepare(config: VideosConfig): Promise<Prepared> {
    const clips = await this.#places.clips.prepare(config.clips);
    let record: Prepared;
    try {
      record = await this.#places.record.prepare(config.record);
    } catch (error) {
      await clips.discard();
      throw error;
    }
    return {
      commit: () => {
        const before = this.#config;
        this.#config = config;
        // What is being written is completed in its own place.
        if (isOther(before.clips, config.clips)) this.#completeAll(this.#clips);
        if (isOther(before.record, config.record)) this.#completeAll(this.#recordings);
        clips.commit();
        record.commit();
      },
      discard: async () => {
        await clips.discard();
        await record.discard();
      },
    };
  }

  /** The cameras that run from now on; recordings of others end. */
  async onCameras(cameras: readonly RecordedCamera[]): Promise<void> {
    const { originals } = this.#options;
    const config = this.#config;
    const ending: Promise<void>[] = [];
    for (const [id, recording] of this.#recordings) {
      if (cameras.some((camera) => camera.id === id)) continue;
      this.#recordings.delete(id);
      ending.push(recording.close());
    }
    this.#await(cameras);
    const folder = this.#places.record.folder;
    const ffmpeg = this.#options.ffmpeg();
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

  /** A camera has ended, for now at least: its times begin anew when it comes back. */
  ended(camera: string): void {
    const clips = this.#clips.get(camera);
    if (clips === undefined) return;
    this.#clips.delete(camera);
    this.#complete([clips]);
  }

  /** How full its folders are. */
  get uses(): Readonly<Partial<Record<'clips' | 'record', KeptUse>>> {
    const { clips, record } = this.#places;
    return { ...(clips.use && { clips: clips.use }), ...(record.use && { record: record.use }) };
  }

  /** Whether this clip, of an earlier run too, is still there. */
  hasClip(path: string): boolean {
    return this.#places.clips.has(path);
  }

  /** Completes every file. */
  async close(): Promise<void> {
    this.#await([]);
    await Promise.all([...this.#clips.values(), ...this.#recordings.values()].map((one) => one.close()));
    await Promise.all(this.#completing);
    await this.#places.clips.close();
    await this.#places.record.close();
  }

  #clipsOf(camera: string): CameraClips | undefined {
    const { originals } = this.#options;
    const ffmpeg = this.#options.ffmpeg();
    const { folder } = this.#places.clips;
    const { clips: times } = this.#config;
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
    const { clips } = this.#config;
    const awaited = clips === undefined ? [] : cameras.filter(({ id }) => clips.cameras?.includes(id) !== false);
    for (const [id, stop] of this.#awaited) {
      if (awaited.some((camera) => camera.id === id)) continue;
      this.#awaited.delete(id);
      stop();
    }
    for (const { id } of awaited)
      if (!this.#awaited.has(id)) this.#awaited.set(id, this.#options.originals.follow(id, NOBODY));
  }

  #completeAll(videos: Map<string, CameraClips | CameraRecording>): void {
    this.#complete(videos.values());
    videos.clear();
  }

  #complete(videos: Iterable<CameraClips | CameraRecording>): void {
    for (const one of videos) {
      const completed = one.close().finally(() => this.#completing.delete(completed));
      this.#completing.add(completed);
    }
  }

  #none(section: 'clips' | 'record', camera: string, why: string): void {
    const key = `${section} ${camera}`;
    if (this.#told.get(key) === why) return;
    this.#told.set(key, why);
    this.#context.log.warn(`${section}: no video of ${camera}: ${why}`);
  }
}

/** True if videos have to begin anew: a retention holds for those that there are. */
function isOther(before: VideosConfig['clips'] | VideosConfig['record'], after: typeof before): boolean {
  const { retention: _before, ...old } = before ?? {};
  const { retention: _after, ...next } = after ?? {};
  return !isDeepStrictEqual(old, next);
}
