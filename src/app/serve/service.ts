import type { RunConfig } from '../../config/run-config.js';
import type { SourceConfig } from '../../config/run-sources.js';
import { aboutKeys } from '../../core/error-key.js';
import { UsageError } from '../../core/errors.js';
import type { AppContext } from '../context.js';
import type { RunParts } from '../parts.js';
import type { Detectors } from '../run/detectors.js';
import type { OpenRun } from '../run/open-run.js';
import { sinkSources } from '../run/sinks.js';
import type { Prepared } from './kept-place.js';
import { ACCESS_KEYS, serviceAccess } from './listen.js';
import { changesOf, type Reloaded } from './reload.js';
import type { StoredSwitches } from './stored-switches.js';

export type ServiceSetup = {
  readonly run: OpenRun;
  readonly config: RunConfig;
  readonly switches: StoredSwitches;
  readonly context: AppContext;
  readonly parts: RunParts;
  /** Called when a camera has come, or has gone for good. */
  readonly onCamera: (source: SourceConfig, isThere: boolean) => void;
  /** Called with each configuration that is taken over, before its cameras start, and when one is switched. */
  readonly onSources: (config: RunConfig) => Promise<void>;
  /**
   * Opens what another configuration needs besides the detectors and the outputs.
   * @throws OutputError if it cannot be opened
   */
  readonly prepare: (config: RunConfig) => Promise<Prepared>;
  /** Called when a camera runs. @returns called when it has ended */
  readonly onRun: (source: SourceConfig) => () => Promise<void>;
  /** Called if a camera ends by a fault of the program. */
  readonly onFault: (error: unknown) => void;
};

/** The cameras of a service: those that run are those of the configuration whose switches say so. */
export class Service {
  readonly #setup: ServiceSetup;
  #config: RunConfig;
  /** Cameras that were asked to end. */
  readonly #ending = new Set<string>();
  /** Resolves for each when nothing of it is left. */
  readonly #ended = new Map<string, Promise<void>>();
  #isOver = false;
  /** One change after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(setup: ServiceSetup) {
    this.#setup = setup;
    this.#config = setup.config;
  }

  get config(): RunConfig {
    return this.#config;
  }

  get detectors(): Detectors {
    return this.#setup.run.detectors;
  }

  /** Starts the cameras, and follows the switches from now on. @returns ends that, and waits for a change under way */
  start(): () => Promise<void> {
    const { switches } = this.#setup;
    for (const source of this.#config.sources) this.#follow(source);
    const subscription = switches.changes.subscribe(({ camera, name }) => {
      if (name === 'enabled') void this.#inTurn(() => this.#switched(camera)).catch(this.#setup.onFault);
    });
    return async () => {
      this.#isOver = true;
      subscription.unsubscribe();
      await this.#turn;
    };
  }

  /**
   * Takes over a configuration.
   * @param read called when it is this one's turn
   * @throws what `read` throws, and UsageError or ModelError for what cannot be taken over; nothing has changed then
   */
  reload(read: () => Promise<RunConfig>): Promise<Reloaded> {
    return this.#inTurn(async () => {
      this.#refuseAtEnd();
      return this.#takeOver(await read());
    });
  }

  async #takeOver(after: RunConfig): Promise<Reloaded> {
    const { run, switches, parts, onCamera, onSources } = this.#setup;
    const before = this.#config;
    const former = run.detectors;
    const next = await run.prepare(after);
    try {
      this.#refuseAtEnd();
      this.#refuseOtherClasses(next, after);
      const access = aboutKeys(ACCESS_KEYS, () => serviceAccess(after));
      const prepared = await this.#setup.prepare(after);
      try {
        await run.sinks.change(after, access);
      } catch (error) {
        await prepared.discard();
        throw error;
      }
      prepared.commit();
    } catch (error) {
      await next.closeUnused(former);
      throw error;
    }
    const hasOtherDetector = (old: SourceConfig, source: SourceConfig): boolean => former.of(old) !== next.of(source);
    const changes = changesOf({ first: this.#setup.config, before, after }, parts, hasOtherDetector);
    const { added, removed, restarted } = changes;
    await Promise.all([...removed, ...restarted].map((id) => this.#stop(id)));
    for (const source of before.sources) if (removed.includes(source.id)) onCamera(source, false);
    this.#config = after;
    run.detectors = next;
    await switches.configure(after.sources);
    await onSources(after);
    run.sinks.onSources(sinkSources(after, next.classNames, parts));
    for (const source of after.sources) {
      if (added.includes(source.id)) onCamera(source, true);
      if (added.includes(source.id) || restarted.includes(source.id)) this.#follow(source);
    }
    await former.closeUnused(next);
    return changes;
  }

  /** @throws UsageError once the service ends: what a change begins then would not end with it */
  #refuseAtEnd(): void {
    if (this.#isOver) throw new UsageError('the service ends; the configuration is read again at its next start');
  }

  /**
   * Outputs have learned the names of the classes when they were opened.
   * @throws UsageError if there are others
   */
  #refuseOtherClasses(next: Detectors, { sources }: RunConfig): void {
    const known = this.#setup.run.classNames;
    const others = (names: readonly string[]): string[] => names.filter((name) => !known.includes(name));
    const missing = others(next.classNames);
    if (missing.length > 0)
      throw new UsageError(
        `a camera has a model with classes that none had at the start (${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', …' : ''}); restart the service for it`,
        {
          keys: sources
            .filter((source) => others(next.of(source).detector.info.classNames).length > 0)
            .flatMap(({ id }) => [`cameras.${id}.detect.model`, 'model.path']),
        },
      );
  }

  async #switched(camera: string): Promise<void> {
    const source = this.#config.sources.find(({ id }) => id === camera);
    if (source === undefined || this.#isOver) return;
    const { run, switches, onSources } = this.#setup;
    const isRunning = run.cameras.running.includes(camera);
    if (switches.isOn(camera, 'enabled')) {
      await onSources(this.#config);
      if (!isRunning) this.#follow(source);
      return;
    }
    await this.#stop(camera);
    await onSources(this.#config);
    this.#sayOff(source);
  }

  /** Lets a camera that does not run be as its switch says. */
  #follow(source: SourceConfig): void {
    const { run, switches, context, onRun, onFault } = this.#setup;
    const { id } = source;
    if (!switches.isOn(id, 'enabled')) {
      this.#sayOff(source);
      return;
    }
    const running = run.cameras.start(source, this.#config, run.detectors);
    const ended = running.finally(onRun(source));
    this.#ended.set(id, ended);
    ended.then(() => {
      if (this.#ending.delete(id) || this.#isOver || run.cameras.running.length > 0) return;
      context.log.warn('every source has ended; the service answers until it is stopped');
    }, onFault);
  }

  async #stop(id: string): Promise<void> {
    const { cameras } = this.#setup.run;
    if (!cameras.running.includes(id)) return;
    this.#ending.add(id);
    await cameras.pause(id);
    // Whoever started it hears of its failure.
    await this.#ended.get(id)?.catch(() => undefined);
  }

  #sayOff({ id }: SourceConfig): void {
    const { run, context } = this.#setup;
    run.cameras.publish({
      type: 'status',
      streamId: id,
      atMs: context.clock.now(),
      state: 'ended',
      message: 'switched off',
    });
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(change);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
