import type { LiveForm } from '../../../live-video/live-messages.js';
import { paintBox, paintNames, sharp, type LayerName, type View } from '../paint.js';
import type { LabelledBox } from '../boxes.js';
import { newElement } from '../page.js';
import type { CameraModel } from './camera-model.js';
import { fitted } from './fitted.js';
import { openLive } from './live-socket.js';
import type { PastPicture } from './past.js';
import { PastScreen } from './past-screen.js';
import { PicturePlayer } from './picture-player.js';
import { PlayClock } from './play-clock.js';
import { canPlay, VideoPlayer } from './video-player.js';

/** What may be drawn over a picture: its own boxes, or those that a program had when it was taken. */
export type BoxLayer = 'boxes' | 'forecast' | 'observed';

export type LiveViewOptions = {
  readonly model: CameraModel;
  /** How much of the past can be looked at, in milliseconds. */
  readonly keptMs: number;
  readonly isShown: (layer: BoxLayer) => boolean;
  /** Called for each picture that appears. */
  readonly onPicture?: (ptsMs: number) => void;
};

const RETRY_MS = 1000;
/** No B-picture goes back as far. */
const ANEW_MS = 2000;
/** A camera whose first video does not come within this time is shown as pictures. */
const VIDEO_PATIENCE_MS = 6000;

/** One camera's live picture with its boxes, in an element of its own. */
export class LiveView {
  readonly element: HTMLElement;
  readonly #options: LiveViewOptions;
  readonly #video = newElement('video', '');
  readonly #canvas = newElement('canvas', 'picture');
  readonly #overlay = newElement('canvas', 'overlay');
  readonly #hint = newElement('p', 'hint');
  readonly #past = new PastScreen(() => this.paint());
  #clock = new PlayClock();
  #watching: AbortController | undefined;
  /** Of the large video, which is away, while the small one is shown. */
  #awaiting: AbortController | undefined;
  #player: VideoPlayer | undefined;
  #pictures: PicturePlayer | undefined;
  #shownMs: number | undefined;
  #best: LiveForm = 'video';

  constructor(options: LiveViewOptions) {
    this.#options = options;
    const { name } = options.model;
    this.#overlay.setAttribute('role', 'img');
    this.#overlay.setAttribute('aria-label', `${name}, live, with the boxes of objects`);
    this.#video.playsInline = true;
    this.#video.tabIndex = -1;
    this.#video.setAttribute('aria-hidden', 'true');
    this.element = newElement(
      'div',
      'screen',
      this.#video,
      this.#canvas,
      this.#past.element,
      this.#overlay,
      this.#hint,
    );
    this.#hint.setAttribute('role', 'status');
    new ResizeObserver(() => {
      this.#pictures?.paint();
      this.paint();
    }).observe(this.element);
  }

  get isOn(): boolean {
    return this.#watching !== undefined;
  }

  start(): void {
    if (!this.isOn) this.#watch(this.#best);
  }

  stop(): void {
    this.#awaiting?.abort();
    this.#awaiting = undefined;
    this.#leave();
  }

  /** Shows nothing more. */
  #leave(): void {
    this.#watching?.abort();
    this.#watching = undefined;
    this.#player?.stop();
    this.#pictures?.stop();
    [this.#player, this.#pictures] = [undefined, undefined];
  }

  /** The span of video that can be looked at: captures, in Unix milliseconds of the server. */
  get span(): VideoPlayer['span'] {
    const span = this.#player?.span;
    const lead = span && this.#leadOf(span.toMs);
    return lead === undefined ? undefined : { fromMs: span!.fromMs + lead, toMs: span!.toMs + lead };
  }

  /** Capture of what is live. */
  get newestMs(): number | undefined {
    return this.span?.toMs ?? this.#options.model.percepts.newest?.times.capturedAt;
  }

  /** Shows video of the past, by its capture; a picture that the service kept; or what is live. */
  choose(chosen: number | PastPicture | undefined): void {
    this.#past.show(typeof chosen === 'object' ? chosen : undefined);
    const span = this.#player?.span;
    const lead = span && this.#leadOf(span.toMs);
    if (typeof chosen !== 'number') this.#player?.choose(undefined);
    else if (lead !== undefined) this.#player?.choose(chosen - lead);
  }

  /** From presentation to capture, by the percept of that time. */
  #leadOf(ptsMs: number): number | undefined {
    const capturedAt = this.#options.model.percepts.capturedAt(ptsMs);
    return capturedAt === undefined ? undefined : capturedAt - ptsMs;
  }

  /** How far behind the newest picture the shown one is. */
  get delayMs(): number {
    return this.#clock.delayMs;
  }

  /** Presentation time of the shown picture. */
  get shownMs(): number | undefined {
    return this.#shownMs;
  }

  /** A percept of this camera came. */
  answered(ptsMs: number): void {
    this.#clock.answered(ptsMs, performance.now());
    this.#pictures?.answered();
  }

  /** Shows the video at full size, if the camera has one of its own. */
  set isFull(isFull: boolean) {
    const best = isFull ? 'full' : 'video';
    if (this.#best === best) return;
    this.#best = best;
    this.#again();
  }

  /** The camera delivers anew: what it could not do before, it may be able to do now. */
  restarted(): void {
    if (this.element.dataset['form'] !== this.#best && this.#awaiting === undefined) this.#again();
  }

  #again(): void {
    if (!this.isOn) return;
    this.stop();
    this.start();
  }

  /** Says something over the picture; empty for nothing. */
  say(text: string): void {
    if (this.#hint.textContent !== text) this.#hint.textContent = text;
    this.#hint.hidden = text === '';
  }

  /** Draws the boxes of the shown picture. */
  paint(): void {
    const { context, width, height } = sharp(this.#overlay, false);
    context.clearRect(0, 0, width, height);
    const { model, isShown } = this.#options;
    const ptsMs = this.#shownMs;
    const past = this.#past.shown;
    this.element.dataset['past'] = String(past?.seq ?? '');
    if (ptsMs === undefined && past === undefined) return;
    const own = past ?? model.percepts.boxesOf(ptsMs!);
    const size = own?.size ?? model.percepts.newest?.size;
    this.element.dataset['seq'] = String(own?.seq ?? '');
    this.element.dataset['pts'] = String(ptsMs ?? '');
    if (size === undefined) return;
    const { left, top, scale } = fitted(size, { width, height });
    const view: View = { x: -left / scale, y: -top / scale, scale };
    const draw = (boxes: readonly LabelledBox[], layer: LayerName, hasNames: boolean): void => {
      for (const { box } of boxes) paintBox(context, view, box, layer);
      if (hasNames) paintNames(context, view, boxes, layer);
    };
    const capturedAt = past === undefined ? model.percepts.capturedAt(ptsMs!) : undefined;
    const known = capturedAt === undefined ? undefined : model.answers.at(capturedAt);
    if (isShown('observed')) draw(known?.objects.flatMap(({ observed }) => observed ?? []) ?? [], 'observed', false);
    if (isShown('forecast'))
      draw(known?.objects.flatMap(({ forecast, observed }) => forecast ?? observed ?? []) ?? [], 'expected', false);
    if (isShown('boxes')) draw(own?.boxes ?? [], 'forecast', true);
  }

  #watch(form: LiveForm, why = ''): void {
    const watching = new AbortController();
    this.#watching = watching;
    this.#clock = new PlayClock();
    this.element.dataset['form'] = form;
    this.element.dataset['why'] = why;
    const instead = (reason: string, isForNow = false): void => {
      this.stop();
      this.#watch(form === 'full' ? 'video' : 'pictures', reason);
      if (form === 'full' && isForNow) this.#await();
    };
    if (form === 'pictures')
      this.#pictures = new PicturePlayer(this.#canvas, {
        isAnswered: (ptsMs) => this.#options.model.percepts.of(ptsMs) !== undefined,
        onPicture: this.#appeared,
      });
    else
      setTimeout(() => {
        if (!watching.signal.aborted && this.#player === undefined) instead('no video has come', true);
      }, VIDEO_PATIENCE_MS);
    let codec = '';
    let newestMs = -Infinity;
    openLive(this.#options.model.name, form, watching.signal, {
      onText: (message) => {
        if (form === 'pictures') return;
        if (message.type === 'none') instead(message.why, message.isForNow);
        else if (!canPlay(message.codec)) instead(`this browser does not play ${message.codec}`);
        else codec = message.codec;
      },
      onBytes: (kind, ptsMs, bytes) => {
        // The camera was started anew, and counts its times from the beginning.
        if (ptsMs < newestMs - ANEW_MS) {
          this.stop();
          this.start();
          return;
        }
        newestMs = Math.max(newestMs, ptsMs);
        if (form === 'full') this.#awaiting?.abort();
        if (kind === 'picture') void this.#pictures?.push(bytes);
        else if (kind === 'init') this.#begin(codec, bytes, instead);
        else this.#player?.append(ptsMs, bytes, kind === 'key');
      },
      onClose: () => {
        this.stop();
        const next = new AbortController();
        this.#watching = next;
        setTimeout(() => {
          if (next.signal.aborted) return;
          if (form === 'pictures') this.#watch(form, why);
          else this.#watch(this.#best);
        }, RETRY_MS);
      },
    });
  }

  /** Waits for the large video. As the service connects it for those who follow it, it goes on trying. */
  #await(): void {
    const awaiting = new AbortController();
    this.#awaiting = awaiting;
    let hasCome = false;
    openLive(this.#options.model.name, 'full', awaiting.signal, {
      onText: (message) => {
        if (message.type === 'none' && !message.isForNow) awaiting.abort();
      },
      // This follower stays until the next one has its first bytes: without any, the service disconnects.
      onBytes: () => {
        if (hasCome) return;
        hasCome = true;
        this.#leave();
        this.#watch('full');
      },
      onClose: () => undefined,
    });
  }

  #begin(codec: string, bytes: Uint8Array<ArrayBuffer>, onFailure: (why: string) => void): void {
    const { keptMs } = this.#options;
    this.#player ??= new VideoPlayer(this.#video, codec, {
      clock: this.#clock,
      keptMs,
      onPicture: this.#appeared,
      onFailure,
    });
    this.#player.begin(codec, bytes);
  }

  readonly #appeared = (ptsMs: number): void => {
    this.#shownMs = ptsMs;
    this.paint();
    this.#options.onPicture?.(ptsMs);
  };
}
