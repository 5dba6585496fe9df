import type { LabelledBox } from '../boxes.js';
import { get } from './api.js';

/** A picture that the service kept, with the boxes in it. */
export type PastPicture = {
  readonly seq: number;
  /** Capture, in Unix milliseconds of the server. */
  readonly atMs: number;
  readonly path: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly boxes: readonly LabelledBox[];
};

type Listed = {
  readonly pictures: readonly {
    readonly seq: number;
    readonly capturedAt: string;
    readonly size: PastPicture['size'];
    readonly detections: readonly LabelledBox[];
  }[];
};

/** The pictures that the service kept of a camera, for the time before this page saw it. */
export class Past {
  readonly #path: string;
  /** The oldest first. */
  #pictures: readonly PastPicture[] = [];
  #asking: Promise<void> | undefined;

  constructor(camera: string) {
    this.#path = `api/cameras/${encodeURIComponent(camera)}/past`;
  }

  /** Capture of the oldest picture. */
  get fromMs(): number | undefined {
    return this.#pictures.at(0)?.atMs;
  }

  /** Asks the service for them; once at a time. */
  refresh(signal: AbortSignal): Promise<void> {
    return (this.#asking ??= this.#ask(signal)
      // The health of the service is shown elsewhere.
      .catch(() => undefined)
      .finally(() => (this.#asking = undefined)));
  }

  /** The newest picture up to a moment, or else the oldest of all. */
  at(atMs: number): PastPicture | undefined {
    return this.#pictures.findLast((picture) => picture.atMs <= atMs) ?? this.#pictures.at(0);
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const listed = await get<Listed>(this.#path, signal);
    this.#pictures = (listed?.pictures ?? []).map(({ seq, capturedAt, size, detections }) => ({
      seq,
      atMs: Date.parse(capturedAt),
      path: `${this.#path}/${seq}/picture.jpg`,
      size,
      boxes: detections,
    }));
  }
}
