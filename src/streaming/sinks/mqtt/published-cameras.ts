import type { StatusState } from '../../../core/events.js';
import type { CountEvent, CrossingEvent } from '../../../core/scene-events.js';
import type { ServiceRecord, ServiceSwitch } from '../service.js';
import {
  countsByTopic,
  countTopics,
  retainedTopics,
  withLabels,
  type CameraFacts,
  type CamerasMessage,
} from './camera-facts.js';
import { cameraDevice, cameraDeviceTopic, serverDevice, serverDeviceTopic, type DiscoverySetup } from './discovery.js';
import type { Outbox } from './outbox.js';
import type { Topics } from './topics.js';

export type PublishedCamerasOptions = {
  readonly outbox: Outbox;
  readonly topics: Topics;
  readonly prefix: string;
  /** Absent: Home Assistant learns nothing. */
  readonly discovery: DiscoverySetup | undefined;
  /** Distinguishes our own list of cameras from that of another process. */
  readonly instance: string;
  /** Every class that objects of a camera may have. */
  readonly possibleLabels: (camera: string) => readonly string[];
};

/**
 * The retained topics of a service's cameras. They hold from the start, and what a camera or a class that is gone has
 * left at the broker is removed: a list that the broker keeps says what the last start published.
 */
export class PublishedCameras {
  readonly #options: PublishedCamerasOptions;
  readonly #cameras = new Map<string, CameraFacts>();
  readonly #disabled = new Set<string>();
  /** Cameras that Home Assistant does not know as they are, as it knows them. */
  readonly #news = new Map<string, CameraFacts | undefined>();
  /** The list of the last start was read, or does not exist. */
  #knowsPast = false;

  constructor(options: PublishedCamerasOptions) {
    this.#options = options;
    options.outbox.state(options.topics.available, 'online');
  }

  has(camera: string): boolean {
    return this.#cameras.has(camera);
  }

  get knowsPast(): boolean {
    return this.#knowsPast;
  }

  /** Home Assistant does not know all. */
  get hasNews(): boolean {
    return this.#knowsPast && this.#news.size > 0;
  }

  /**
   * Makes new and changed cameras known. Call it seconds apart: Home Assistant drops a part of a message that comes
   * while it takes up the one before.
   */
  introduce(): void {
    const { discovery, outbox } = this.#options;
    for (const [name, before] of this.#news) {
      const facts = this.#cameras.get(name);
      if (discovery === undefined || facts === undefined) continue;
      const { topic, payload } = cameraDevice(discovery, facts, before);
      outbox.state(topic, payload);
    }
    this.#news.clear();
  }

  /**
   * The cameras are these now. One that was there keeps the classes that were seen.
   * @returns the names of those that are gone
   */
  set(cameras: readonly CameraFacts[]): readonly string[] {
    const names = new Set(cameras.map(({ name }) => name));
    const gone = [...this.#cameras.values()].filter(({ name }) => !names.has(name));
    for (const facts of gone) this.#remove(facts);
    for (const facts of cameras) {
      const before = this.#cameras.get(facts.name);
      this.#put(before === undefined ? facts : this.#withSeen(facts, before), before);
    }
    return gone.map(({ name }) => name);
  }

  /** Removes what the last start left behind, and takes over the classes that it knew. */
  remember({ cameras, discoveryPrefix }: Pick<CamerasMessage, 'cameras' | 'discoveryPrefix'>): void {
    if (this.#knowsPast) return;
    this.#knowsPast = true;
    const { discovery, prefix, outbox } = this.#options;
    for (const before of cameras) {
      const now = this.#cameras.get(before.name);
      if (now === undefined) this.#remove(before);
      else this.#put(this.#withSeen(now, before), before);
    }
    if (discoveryPrefix !== undefined && discoveryPrefix !== discovery?.discoveryPrefix) {
      const place = { discoveryPrefix, prefix };
      outbox.state(serverDeviceTopic(place), '');
      for (const { name } of cameras) outbox.state(cameraDeviceTopic(place, name), '');
    }
    if (discovery !== undefined) {
      const { topic, payload } = serverDevice(discovery);
      outbox.state(topic, payload);
    }
    this.introduce();
    this.#list();
  }

  /** Takes up classes that have no topics yet. News of one that the camera has no more may come late. */
  learn(camera: string, labels: readonly string[]): void {
    const facts = this.#cameras.get(camera);
    if (facts === undefined) return;
    const learnt = withLabels(facts, this.#possible(camera, labels));
    if (learnt !== facts) this.#put(learnt, facts);
  }

  /** True if objects of the camera may have this class. */
  hasLabel(camera: string, label: string): boolean {
    return this.#possible(camera, [label]).length > 0;
  }

  /** The lines of a camera have other rules, so their crossings are counted anew. */
  countAnew(camera: string): void {
    const { topics, outbox } = this.#options;
    for (const { name, directions } of this.#cameras.get(camera)?.lines ?? [])
      for (const direction of directions) outbox.state(topics.crossings(camera, name, direction), '0');
  }

  count(camera: string, counts: CountEvent['counts']): void {
    const facts = this.#cameras.get(camera);
    if (facts === undefined) return;
    const { topics, outbox } = this.#options;
    for (const [topic, count] of countsByTopic(facts, topics, counts)) outbox.state(topic, String(count));
  }

  crossed({ streamId, line, direction, total }: CrossingEvent): void {
    const { topics, outbox } = this.#options;
    // One of a line that is gone would leave a topic that nobody removes.
    const isThere = this.#cameras
      .get(streamId)
      ?.lines.some(({ name, directions }) => name === line && directions.includes(direction));
    if (isThere === true) outbox.state(topics.crossings(streamId, line, direction), String(total));
  }

  stateChanged(camera: string, state: StatusState): void {
    if (state === 'detector-lost' || state === 'detector-ready') return;
    if (state === 'streaming') this.#status(camera, 'online');
    else this.#away(camera);
  }

  switched({ camera, name, isOn }: ServiceSwitch): void {
    const { topics, outbox } = this.#options;
    if (this.#cameras.get(camera)?.hasSwitches !== true) return;
    const topic = topics.switchState(camera, name);
    outbox.state(topic, isOn ? 'ON' : 'OFF');
    // Whoever sent the command waits for an answer, even if nothing has changed.
    outbox.repeat(topic);
    if (name === 'detect' && !isOn) this.count(camera, []);
    if (name !== 'enabled' || isOn === !this.#disabled.has(camera)) return;
    if (isOn) this.#disabled.delete(camera);
    else this.#disabled.add(camera);
    this.#away(camera);
  }

  recordChanged({ camera, state }: ServiceRecord): void {
    const { topics, outbox } = this.#options;
    if (this.#cameras.get(camera)?.hasRecord !== true) return;
    const isWanted = state !== undefined && state !== 'idle';
    const status = state === 'streaming' ? 'online' : isWanted ? 'offline' : 'disabled';
    outbox.state(topics.status(camera, 'record'), status);
  }

  /** The last states: nobody is seen, and nobody looks. */
  end(): void {
    const { topics, outbox } = this.#options;
    for (const [camera, { hasRecord }] of this.#cameras) {
      this.count(camera, []);
      this.#status(camera, 'offline');
      if (hasRecord) outbox.state(topics.status(camera, 'record'), 'offline');
    }
    outbox.state(topics.available, 'stopped');
  }

  /** Nothing of the service is left at the broker. */
  vanish(): void {
    const { topics, outbox, discovery } = this.#options;
    for (const facts of [...this.#cameras.values()]) this.#remove(facts);
    if (discovery !== undefined) outbox.state(serverDeviceTopic(discovery), '');
    outbox.state(topics.cameras, '');
    outbox.state(topics.available, '');
  }

  #status(camera: string, status: 'online' | 'offline' | 'disabled'): void {
    const { topics, outbox } = this.#options;
    if (this.#cameras.has(camera)) outbox.state(topics.status(camera), status);
  }

  #away(camera: string): void {
    this.#status(camera, this.#disabled.has(camera) ? 'disabled' : 'offline');
    this.count(camera, []);
  }

  #withSeen(facts: CameraFacts, { labels }: CameraFacts): CameraFacts {
    return withLabels(facts, this.#possible(facts.name, labels));
  }

  #possible(camera: string, labels: readonly string[]): readonly string[] {
    const possible = this.#options.possibleLabels(camera);
    return labels.filter((label) => possible.includes(label));
  }

  #put(facts: CameraFacts, before: CameraFacts | undefined): void {
    const { topics, outbox, discovery } = this.#options;
    this.#cameras.set(facts.name, facts);
    if (discovery !== undefined && !this.#news.has(facts.name)) this.#news.set(facts.name, before);
    const now = new Set(retainedTopics(facts, topics));
    for (const topic of before === undefined ? [] : retainedTopics(before, topics))
      if (!now.has(topic)) outbox.state(topic, '');
    const first = (topic: string, payload: string): void => {
      if (!outbox.has(topic)) outbox.state(topic, payload);
    };
    for (const topic of countTopics(facts, topics)) first(topic, '0');
    first(topics.status(facts.name), 'offline');
    if (facts.hasRecord) first(topics.status(facts.name, 'record'), 'disabled');
    this.#list();
  }

  #remove(facts: CameraFacts): void {
    const { topics, outbox, discovery } = this.#options;
    this.#cameras.delete(facts.name);
    this.#disabled.delete(facts.name);
    this.#news.delete(facts.name);
    for (const topic of retainedTopics(facts, topics)) outbox.state(topic, '');
    if (discovery !== undefined) outbox.state(cameraDeviceTopic(discovery, facts.name), '');
    this.#list();
  }

  /** The list of the last start is read before this one replaces it. */
  #list(): void {
    const { topics, outbox, discovery, instance } = this.#options;
    if (!this.#knowsPast) return;
    const message: CamerasMessage = {
      instance,
      ...(discovery !== undefined && { discoveryPrefix: discovery.discoveryPrefix }),
      cameras: [...this.#cameras.values()],
    };
    outbox.state(topics.cameras, JSON.stringify(message));
  }
}
