import type { RunConfig } from '../../config/run-config.js';
import type { SourceConfig } from '../../config/run-sources.js';
import type { KeptUse } from '../../files/kept-folder.js';
import type { LivePictures } from '../../streaming/live-video/live-pictures.js';
import { createOriginals, type Originals } from '../../streaming/originals/originals.js';
import type { AppContext } from '../context.js';
import { objectsFile } from '../paths.js';
import type { RunParts } from '../parts.js';
import { CameraStates } from './camera-states.js';
import { CameraVideos } from './camera-videos.js';
import { keepMsOf } from './keep-time.js';
import { KeptPlace } from './kept-place.js';
import type { ServiceMetrics } from './metrics/service-metrics.js';
import type { LoggedObjects } from './object-log.js';
import { openObjects, pictureFolder } from './open-objects.js';
import type { PastPictures } from './past-pictures.js';
import type { Service } from './service.js';
import type { ServiceVideos } from './service-videos.js';
import { StoredSwitches } from './stored-switches.js';

export type ServicePartsOptions = {
  /** That of the start. */
  readonly config: RunConfig;
  readonly context: AppContext;
  readonly runParts: RunParts;
  /** File of switches where the configuration names none. Absent: they last as long as the service. */
  readonly stateFile: string | undefined;
};

type Memory = {
  readonly switches: StoredSwitches;
  readonly originals: Originals;
  /** Of the objects. */
  readonly pictures: KeptPlace;
  readonly objects: LoggedObjects;
};

/** What a service remembers, and those of its parts that know each other. Close it last. */
export class ServiceParts implements Memory {
  readonly first: RunConfig;
  readonly context: AppContext;
  readonly runParts: RunParts;
  readonly switches: StoredSwitches;
  readonly originals: Originals;
  readonly pictures: KeptPlace;
  readonly objects: LoggedObjects;
  /** Coded video for people: of streams for recordings, and of the others. */
  readonly coded: CameraVideos;
  readonly startedMs: number;
  readonly states: CameraStates;
  /** Sources as outputs may show them, by camera. */
  readonly addresses = new Map<string, string>();
  /** Absent until they are open. */
  metrics: ServiceMetrics | undefined;
  live: LivePictures | undefined;
  past: PastPictures | undefined;
  videos: ServiceVideos | undefined;
  service: Service | undefined;
  /** Resolves when the service is open. */
  readonly opened: Promise<void>;
  onOpened: () => void = () => undefined;
  isReady = false;

  private constructor(
    { config, context, runParts }: ServicePartsOptions,
    { switches, originals, pictures, objects }: Memory,
  ) {
    this.first = config;
    this.context = context;
    this.runParts = runParts;
    this.switches = switches;
    this.originals = originals;
    this.coded = new CameraVideos(originals, context);
    this.pictures = pictures;
    this.objects = objects;
    this.opened = new Promise((resolve) => (this.onOpened = resolve));
    this.startedMs = context.clock.now();
    this.states = new CameraStates(
      config.sources.map(({ id }) => id),
      this.startedMs,
    );
    for (const source of config.sources) this.addresses.set(source.id, this.#shownAddress(source));
  }

  /** @throws OutputError if a file or folder of the service cannot be used */
  static async open(options: ServicePartsOptions): Promise<ServiceParts> {
    const { config, context, stateFile } = options;
    const state = config.stateFile ?? stateFile;
    const switches = await StoredSwitches.open(state, (message) => context.log.warn(message));
    await switches.configure(config.sources);
    const originals = createOriginals({ keepMs: keepMsOf(config) });
    let parts: ServiceParts | undefined;
    const pictures = new KeptPlace('snapshots', context);
    (await pictures.prepare(pictureFolder(config))).commit();
    const objects = await openObjects(
      {
        config: () => parts?.config ?? config,
        originals,
        pictures,
        file: state && objectsFile(state),
        hasClip: (path) => parts?.videos?.hasClip(path) === true,
      },
      context,
    );
    return (parts = new ServiceParts(options, { switches, originals, pictures, objects }));
  }

  /** The configuration in use. */
  get config(): RunConfig {
    return this.service?.config ?? this.first;
  }

  /** The folders of files that are kept, by their section. */
  get kept(): Readonly<Record<string, KeptUse>> {
    const { use } = this.objects;
    return { ...(use && { snapshots: use }), ...this.videos?.uses };
  }

  /** A camera has come. */
  add(source: SourceConfig): void {
    const { id } = source;
    this.addresses.set(id, this.#shownAddress(source));
    this.states.add(id, this.context.clock.now());
    this.metrics?.begin(id);
  }

  /** A camera has gone for good. */
  remove({ id }: SourceConfig): void {
    this.addresses.delete(id);
    this.states.remove(id);
    this.coded.forget(id);
    this.metrics?.forget(id);
    this.past?.forget(id);
  }

  async close(): Promise<void> {
    this.metrics?.close();
    await this.videos?.close();
    await this.objects.close();
    await this.coded.close();
    await this.originals.close();
  }

  #shownAddress({ address }: SourceConfig): string {
    return String(this.context.redact(address));
  }
}
