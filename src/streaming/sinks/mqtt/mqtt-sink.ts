import { randomUUID } from 'node:crypto';
import type { After } from '../../../core/after.js';
import type { Clock, WallClock } from '../../../core/clock.js';
import type { PerceptEvent, PipelineEvent } from '../../../core/events.js';
import type { SceneEvent } from '../../../core/scene-events.js';
import type { FeedStats } from '../../feed/protocol.js';
import { toFeedMessage } from '../../feed/server-messages.js';
import type { ServiceObjects, ServiceRecords, ServiceSwitches } from '../service.js';
import type { SinkHealth } from '../sink-kind.js';
import { readCameras, type CameraFacts } from './camera-facts.js';
import { handleCommand } from './commands.js';
import { BrokerLink, type OpenSession } from './link.js';
import { ObjectMessages } from './object-messages.js';
import { Outbox } from './outbox.js';
import { PublishedCameras } from './published-cameras.js';
import { Snapshots } from './snapshots.js';
import { statsMessage } from './stats-message.js';
import { topicsUnder, type Topics } from './topics.js';

export type MqttOptions = {
  readonly prefix: string;
  readonly cameras: readonly CameraFacts[];
  /** Every class that objects of a camera may have. */
  readonly possibleLabels: (camera: string) => readonly string[];
  /** Percepts that are published for each camera; 0 for none. */
  readonly perceptsPerSecond: number;
  readonly statsIntervalMs: number;
  /** Prefix of Home Assistant's discovery; absent: it learns nothing. */
  readonly discoveryPrefix?: string | undefined;
  readonly version: string;
  /** The broker as people know it. */
  readonly broker: string;
  readonly open: OpenSession;
  readonly switches?: ServiceSwitches | undefined;
  readonly objects?: ServiceObjects | undefined;
  readonly records?: ServiceRecords | undefined;
  readonly clock: Clock & WallClock;
  readonly after: After;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly onInfo: (message: string) => void;
  readonly onWarning: (message: string) => void;
};

/** A broker has sent the list of the last start within this time, if it has one. */
const PAST_MS = 2_000;
/** A restarted Home Assistant gets everything within this time, so that not all services send at once. */
const BIRTH_JITTER_MS = 5_000;
/** Home Assistant has taken up a message of discovery after this time. */
const INTRODUCE_AFTER_MS = 5_000;
/** The first numbers come sooner than the interval. */
const FIRST_STATS_MS = 5_000;

/** Publishes the results of a service to an MQTT broker, and takes commands for its switches from there. */
export class MqttSink {
  readonly #options: MqttOptions;
  readonly #topics: Topics;
  readonly #outbox: Outbox;
  readonly #link: BrokerLink;
  readonly #objects: ObjectMessages;
  readonly #cameras: PublishedCameras;
  readonly #instance = randomUUID();
  readonly #startedAtMs: number;
  readonly #perceptAtMs = new Map<string, number>();
  #statsBefore: FeedStats | undefined;
  #statsDueMs: number;
  #latestStats: string | undefined;
  #willIntroduce = false;
  #lastProblem: string | undefined;
  readonly #subscriptions: { unsubscribe(): void }[] = [];
  readonly #timers = new Set<() => void>();

  constructor(options: MqttOptions) {
    this.#options = options;
    const { prefix, discoveryPrefix, version, switches, objects, records, clock } = options;
    this.#topics = topicsUnder(prefix);
    this.#outbox = new Outbox(this.#topics.available);
    this.#objects = new ObjectMessages((ms) => clock.toUnixMs(ms));
    this.#startedAtMs = clock.now();
    this.#statsDueMs = this.#startedAtMs + Math.min(FIRST_STATS_MS, options.statsIntervalMs);
    this.#cameras = new PublishedCameras({
      outbox: this.#outbox,
      topics: this.#topics,
      prefix,
      discovery: discoveryPrefix === undefined ? undefined : { discoveryPrefix, prefix, topics: this.#topics, version },
      instance: this.#instance,
      possibleLabels: options.possibleLabels,
    });
    this.#link = new BrokerLink({
      ...options,
      outbox: this.#outbox,
      filters: [
        this.#topics.cameras,
        ...(switches === undefined ? [] : this.#topics.commands),
        ...(discoveryPrefix === undefined ? [] : [birthTopic(discoveryPrefix)]),
      ],
      onUp: () => {
        if (!this.#cameras.knowsPast) this.#later(PAST_MS, () => this.#remember({ cameras: [] }));
      },
      onMessage: (topic, payload, isRetained) => this.#received(topic, payload, isRetained),
    });
    this.setCameras(options.cameras);
    if (switches !== undefined)
      this.#subscriptions.push(
        switches.changes.subscribe((one) => {
          this.#cameras.switched(one);
          this.#link.flush();
        }),
      );
    if (records !== undefined)
      this.#subscriptions.push(
        records.changes.subscribe((one) => {
          this.#cameras.recordChanged(one);
          this.#link.flush();
        }),
      );
    if (objects !== undefined) {
      const pictures = new Snapshots(objects, ({ camera, className }, jpeg) => this.#picture(camera, className, jpeg));
      this.#subscriptions.push(objects.changes.subscribe((object) => pictures.changed(object)));
    }
    this.#link.start();
  }

  write(event: PipelineEvent): void {
    if (event.type === 'percept') this.#percept(event);
    if (event.type !== 'status' || event.streamId === undefined) return;
    this.#cameras.stateChanged(event.streamId, event.state);
    this.#link.flush();
  }

  writeScene(event: SceneEvent): void {
    const { streamId } = event;
    if (!this.#cameras.has(streamId)) return;
    switch (event.type) {
      case 'object': {
        this.#learn(streamId, [event.className]);
        const kept = this.#options.objects?.get(event.id) ?? { hasSnapshot: false, hasClip: false };
        const message = JSON.stringify(this.#objects.next(event, kept));
        this.#outbox.event(this.#topics.events, message, this.#options.clock.now());
        break;
      }
      case 'count': {
        const { counts } = event;
        this.#learn(
          streamId,
          counts.map(({ className }) => className),
        );
        this.#cameras.count(streamId, counts);
        break;
      }
      case 'crossing':
        this.#cameras.crossed(event);
        break;
    }
    this.#link.flush();
  }

  writeStats(stats: FeedStats): void {
    const { clock, statsIntervalMs, version } = this.#options;
    this.#statsBefore ??= stats;
    if (stats.atMs < this.#statsDueMs) return;
    this.#statsDueMs = stats.atMs + statsIntervalMs;
    const service = { startedAtMs: this.#startedAtMs, version, unixMs: clock.toUnixMs(stats.atMs) };
    this.#latestStats = JSON.stringify(statsMessage(stats, this.#statsBefore, service));
    this.#statsBefore = stats;
    this.#sendStats();
  }

  /**
   * The cameras of the service are these now.
   * @param anew those whose crossings are counted anew
   */
  setCameras(cameras: readonly CameraFacts[], anew: readonly string[] = []): void {
    for (const gone of this.#cameras.set(cameras)) {
      this.#objects.forget(gone);
      this.#perceptAtMs.delete(gone);
    }
    for (const camera of anew) this.#cameras.countAnew(camera);
    for (const one of this.#options.switches?.all() ?? []) this.#cameras.switched(one);
    for (const one of this.#options.records?.all() ?? []) this.#cameras.recordChanged(one);
    this.#introduceLater();
    this.#link.flush();
  }

  health(): SinkHealth {
    return { isConnected: this.#link.isUp, lost: { ...this.#outbox.lost, refused: this.#link.refusals } };
  }

  async close(): Promise<void> {
    this.#leave();
    this.#cameras.end();
    await this.#link.close();
  }

  /** Ends, and has the broker forget all that it keeps of this service. */
  async retire(): Promise<void> {
    this.#leave();
    this.#cameras.vanish();
    await this.#link.close();
  }

  #leave(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe();
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #received(topic: string, payload: Buffer, isRetained: boolean): void {
    const { discoveryPrefix, switches } = this.#options;
    if (topic === this.#topics.cameras) {
      const message = readCameras(payload.toString());
      if (message === undefined || message.instance === this.#instance) return;
      if (!this.#cameras.knowsPast) this.#remember(message);
      else if (!isRetained) this.#sharesPrefix();
    } else if (discoveryPrefix !== undefined && topic === birthTopic(discoveryPrefix)) {
      if (payload.toString() === 'online' && !isRetained)
        this.#later(this.#options.random() * BIRTH_JITTER_MS, () => this.#repeatAll());
    } else if (switches !== undefined) {
      const onSwitched = (one: Parameters<PublishedCameras['switched']>[0]): void => {
        this.#cameras.switched(one);
        this.#link.flush();
      };
      const onProblem = (message: string): void => this.#problem(message);
      handleCommand({ switches, topics: this.#topics, onSwitched, onProblem }, topic, payload, isRetained);
    }
  }

  #learn(camera: string, labels: readonly string[]): void {
    this.#cameras.learn(camera, labels);
    this.#introduceLater();
  }

  #introduceLater(): void {
    if (this.#willIntroduce || !this.#cameras.hasNews) return;
    this.#willIntroduce = true;
    this.#later(INTRODUCE_AFTER_MS, () => {
      this.#willIntroduce = false;
      this.#cameras.introduce();
      this.#link.flush();
    });
  }

  #remember(past: Parameters<PublishedCameras['remember']>[0]): void {
    this.#cameras.remember(past);
    this.#link.flush();
  }

  #sharesPrefix(): void {
    const { prefix, broker } = this.#options;
    this.#problem(
      `another Nowcast publishes under ${prefix} at ${broker}, and each overwrites the states of the other; give each its own mqtt.topic_prefix`,
    );
  }

  #picture(camera: string, label: string, jpeg: Uint8Array): void {
    // A picture may come after a reload by which its class has gone, and its topic would stay.
    if (!this.#cameras.has(camera) || !this.#cameras.hasLabel(camera, label)) return;
    this.#learn(camera, [label]);
    this.#outbox.state(this.#topics.snapshot(camera, label), jpeg);
    this.#link.flush();
  }

  #percept(event: PerceptEvent): void {
    const { perceptsPerSecond, clock } = this.#options;
    const { streamId, times } = event;
    // A percept that waits is of no use to anybody.
    if (perceptsPerSecond === 0 || !this.#link.isUp || !this.#cameras.has(streamId)) return;
    if (times.emittedAtMs - (this.#perceptAtMs.get(streamId) ?? -Infinity) < 1000 / perceptsPerSecond) return;
    this.#perceptAtMs.set(streamId, times.emittedAtMs);
    this.#outbox.fleeting(this.#topics.percept(streamId), JSON.stringify(toFeedMessage(event, clock)));
    this.#link.flush();
  }

  /** All that a restarted Home Assistant needs. */
  #repeatAll(): void {
    this.#outbox.repeatAll();
    this.#sendStats();
    this.#link.flush();
  }

  #sendStats(): void {
    if (this.#latestStats === undefined || !this.#link.isUp) return;
    this.#outbox.fleeting(this.#topics.stats, this.#latestStats);
    this.#link.flush();
  }

  #later(ms: number, action: () => void): void {
    const cancel = this.#options.after(ms, () => {
      this.#timers.delete(cancel);
      action();
    });
    this.#timers.add(cancel);
  }

  /** Clients may repeat a mistake for ever. */
  #problem(message: string): void {
    if (message === this.#lastProblem) return;
    this.#lastProblem = message;
    this.#options.onWarning(message);
  }
}

/** Where Home Assistant says that it has started. */
function birthTopic(discoveryPrefix: string): string {
  return `${discoveryPrefix}/status`;
}
