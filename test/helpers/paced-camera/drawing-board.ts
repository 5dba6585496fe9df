import type { CameraClock } from './camera-clock.js';
import type { LoopPicture, PictureLoop } from './loop.js';
import type { CameraCommand } from './messages.js';

/** One captured picture. */
export type DrawnPicture = { readonly picture: LoopPicture; readonly drawnAtMs: number; readonly mediaMs: number };

export type DrawingBoardOptions = {
  readonly loop: PictureLoop;
  readonly fps: number;
  readonly clock: CameraClock;
  readonly now: () => number;
  /** Called for each picture when it is encoded, before it is sent. */
  readonly onDrawn: (drawn: DrawnPicture) => void;
  /** Called for each picture when it leaves the camera. */
  readonly onSend: (drawn: DrawnPicture) => void;
};

/**
 * Captures the pictures of a loop at a frame rate. If a timer or the machine is late, a picture's capture time is the
 * actual one, not the planned one.
 */
export class DrawingBoard {
  readonly #options: DrawingBoardOptions;
  readonly #intervalMs: number;
  #loop: PictureLoop;
  /** Pictures of this loop, over all repetitions. */
  #takenCount = 0;
  /** Pictures that the encoder holds because their references come first: the capture time of each, by its number. */
  readonly #held = new Map<number, Pick<DrawnPicture, 'drawnAtMs' | 'mediaMs'>>();
  #dueAtMs: number;
  #freeze:
    | { readonly kind: 'clock-on' | 'backlog' | 'lost-time'; readonly untilMs: number; readonly sinceMs: number }
    | undefined;
  readonly #backlog: DrawnPicture[] = [];
  #timer: NodeJS.Timeout;

  constructor(options: DrawingBoardOptions) {
    this.#options = options;
    this.#loop = options.loop;
    this.#intervalMs = 1000 / options.fps;
    this.#dueAtMs = options.now();
    this.#timer = setTimeout(() => this.#tick(), 0);
  }

  freeze({ kind, ms }: Extract<CameraCommand, { do: 'freeze' }>): void {
    this.#thaw();
    const sinceMs = this.#options.now();
    this.#freeze = { kind, sinceMs, untilMs: sinceMs + ms };
    if (kind === 'lost-time') this.#options.clock.standMedia(sinceMs);
  }

  /** Continues with the pictures of another loop, from its first one. Pictures that the encoder holds are not sent. */
  change(loop: PictureLoop): void {
    this.#loop = loop;
    this.#takenCount = 0;
    this.#held.clear();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #tick(): void {
    const now = this.#options.now();
    if (this.#freeze !== undefined && now >= this.#freeze.untilMs) this.#thaw();
    if (this.#freeze === undefined || this.#freeze.kind === 'backlog') this.#draw(now);
    this.#dueAtMs += this.#intervalMs;
    // The process was suspended or starved: it never captured the missed pictures.
    if (this.#dueAtMs < now) this.#dueAtMs = now + this.#intervalMs;
    this.#timer = setTimeout(() => this.#tick(), this.#dueAtMs - this.#options.now());
  }

  #draw(now: number): void {
    const { pictures, delay } = this.#loop;
    this.#held.set(this.#takenCount, { drawnAtMs: now, mediaMs: this.#options.clock.mediaMs(now) });
    // The reference of B-pictures is sent first but captured last.
    const sentCount = this.#takenCount - delay;
    this.#takenCount += 1;
    if (sentCount < 0) return;
    const place = sentCount % pictures.length;
    const number = sentCount - place + pictures[place].index;
    const drawn = { picture: pictures[place], ...this.#held.get(number)! };
    this.#held.delete(number);
    this.#options.onDrawn(drawn);
    if (this.#freeze === undefined) this.#options.onSend(drawn);
    else this.#backlog.push(drawn);
  }

  #thaw(): void {
    this.#options.clock.releaseMedia(this.#options.now());
    this.#freeze = undefined;
    for (const drawn of this.#backlog.splice(0)) this.#options.onSend(drawn);
  }
}
