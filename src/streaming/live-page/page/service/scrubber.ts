import { element } from '../page.js';
import { shortDuration } from './health.js';
import type { LiveView } from './live-view.js';
import type { Past } from './past.js';

/** Pictures that the service has kept meanwhile are asked for this often while somebody looks back. */
const ASKED_AFTER_MS = 10_000;

/**
 * Goes back through the last minutes: the video that this page has seen, and before it the pictures that the service
 * kept.
 */
export class Scrubber {
  readonly #view: LiveView;
  readonly #past: Past;
  readonly #signal: AbortSignal;
  readonly #slider = element('scrub') as HTMLInputElement;
  readonly #live = element('live') as HTMLButtonElement;
  readonly #text = element('scrub-text');
  #isLive = true;
  #askedAtMs = -Infinity;
  /** The chosen moment, as capture in Unix milliseconds of the server. */
  #chosenMs = 0;

  constructor(view: LiveView, past: Past, signal: AbortSignal) {
    this.#view = view;
    this.#past = past;
    this.#signal = signal;
    this.#slider.oninput = () => {
      this.#isLive = false;
      const nowMs = view.newestMs;
      if (nowMs !== undefined) this.#choose(nowMs + Number(this.#slider.value));
      this.#show();
    };
    this.#live.onclick = () => {
      this.#isLive = true;
      view.choose(undefined);
      this.update();
    };
    this.update();
  }

  update(): void {
    const nowMs = this.#view.newestMs;
    if (!this.#isLive || this.#askedAtMs === -Infinity) this.#ask();
    const froms = [this.#past.fromMs, this.#view.span?.fromMs].filter((ms) => ms !== undefined);
    const lengthMs = nowMs === undefined || froms.length === 0 ? 0 : Math.max(0, nowMs - Math.min(...froms));
    this.#slider.parentElement!.hidden = nowMs === undefined || froms.length === 0;
    this.#slider.min = String(-Math.round(lengthMs));
    if (this.#isLive) this.#slider.value = '0';
    else if (nowMs !== undefined) this.#slider.value = String(Math.round(this.#chosenMs - nowMs));
    this.#show();
  }

  #ask(): void {
    const nowMs = performance.now();
    if (nowMs - this.#askedAtMs < ASKED_AFTER_MS) return;
    this.#askedAtMs = nowMs;
    void this.#past.refresh(this.#signal);
  }

  #choose(atMs: number): void {
    this.#chosenMs = atMs;
    const { span } = this.#view;
    this.#view.choose(span !== undefined && atMs >= span.fromMs ? atMs : this.#past.at(atMs));
  }

  #show(): void {
    const backMs = -Number(this.#slider.value);
    this.#live.setAttribute('aria-pressed', String(this.#isLive));
    this.#text.textContent = this.#isLive ? 'live' : `${shortDuration(backMs)} ago`;
    this.#slider.setAttribute('aria-valuetext', this.#text.textContent);
  }
}
