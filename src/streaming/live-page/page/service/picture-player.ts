import type { LivePictureFacts } from '../../../live-video/live-messages.js';
import { sharp } from '../paint.js';
import { fitted } from './fitted.js';

export type PicturePlayerOptions = {
  /** Whether the percept of the picture is there. */
  readonly isAnswered: (ptsMs: number) => boolean;
  /** Called for each picture that appears. */
  readonly onPicture: (ptsMs: number) => void;
};

type Held = {
  readonly ptsMs: number;
  readonly atMs: number;
  readonly size: LivePictureFacts;
  readonly image: ImageBitmap;
};

/** A percept that takes longer than this will not come. */
const PATIENCE_MS = 3000;

/** Shows JPEGs of the detector, each when its percept is there. */
export class PicturePlayer {
  readonly #canvas: HTMLCanvasElement;
  readonly #options: PicturePlayerOptions;
  /** In the order of arrival. */
  #held: Held[] = [];
  #shown: Held | undefined;
  #isOver = false;

  constructor(canvas: HTMLCanvasElement, options: PicturePlayerOptions) {
    this.#canvas = canvas;
    this.#options = options;
  }

  async push(body: Uint8Array<ArrayBuffer>): Promise<void> {
    const { facts, jpeg } = readPicture(body);
    const image = await createImageBitmap(jpeg);
    if (this.#isOver) image.close();
    else this.#held.push({ ptsMs: facts.ptsMs, atMs: performance.now(), size: facts, image });
    this.answered();
  }

  /** A percept came: shows the newest picture that has one. */
  answered(): void {
    const nowMs = performance.now();
    const at = this.#held.findLastIndex(
      ({ ptsMs, atMs }) => this.#options.isAnswered(ptsMs) || nowMs - atMs > PATIENCE_MS,
    );
    if (at < 0) return;
    const next = this.#held[at];
    for (const { image } of this.#held.slice(0, at)) image.close();
    this.#held = this.#held.slice(at + 1);
    this.#shown?.image.close();
    this.#shown = next;
    this.paint();
    this.#options.onPicture(next.ptsMs);
  }

  /** Draws the shown picture again, because the window has changed. */
  paint(): void {
    if (this.#shown === undefined) return;
    const { image, size } = this.#shown;
    const { context, width, height } = sharp(this.#canvas);
    const { left, top, scale } = fitted(size, { width, height });
    context.fillStyle = '#10151c';
    context.fillRect(0, 0, width, height);
    context.drawImage(image, left, top, size.width * scale, size.height * scale);
  }

  stop(): void {
    this.#isOver = true;
    for (const { image } of this.#held.splice(0)) image.close();
    this.#shown?.image.close();
    this.#shown = undefined;
  }
}

function readPicture(body: Uint8Array<ArrayBuffer>): { readonly facts: LivePictureFacts; readonly jpeg: Blob } {
  const length = new DataView(body.buffer, body.byteOffset).getUint32(0);
  const facts = JSON.parse(new TextDecoder().decode(body.subarray(4, 4 + length))) as LivePictureFacts;
  return { facts, jpeg: new Blob([body.subarray(4 + length)], { type: 'image/jpeg' }) };
}
