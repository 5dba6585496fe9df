import type { ServiceObject, ServiceObjects } from '../service.js';

/** A larger picture is for HTTP. */
const MOST_BYTES = 1024 * 1024;

/**
 * Publishes the newest picture of each camera and class. While one is made, only the newest request for the next one
 * waits.
 */
export class Snapshots {
  readonly #objects: Pick<ServiceObjects, 'snapshot'>;
  readonly #publish: (object: ServiceObject, jpeg: Uint8Array) => void;
  /** By camera and class: the object whose turn is next; undefined if there is none. */
  readonly #busy = new Map<string, ServiceObject | undefined>();

  constructor(objects: Pick<ServiceObjects, 'snapshot'>, publish: (object: ServiceObject, jpeg: Uint8Array) => void) {
    this.#objects = objects;
    this.#publish = publish;
  }

  changed(object: ServiceObject): void {
    if (!object.hasSnapshot) return;
    const key = JSON.stringify([object.camera, object.className]);
    if (this.#busy.has(key)) this.#busy.set(key, object);
    else void this.#make(key, object);
  }

  async #make(key: string, first: ServiceObject): Promise<void> {
    let object: ServiceObject | undefined = first;
    while (object !== undefined) {
      this.#busy.set(key, undefined);
      // Without its picture, an object is an object all the same.
      const jpeg = await this.#objects.snapshot(object.id).catch(() => undefined);
      if (jpeg !== undefined && jpeg.length <= MOST_BYTES) this.#publish(object, jpeg);
      object = this.#busy.get(key);
    }
    this.#busy.delete(key);
  }
}
