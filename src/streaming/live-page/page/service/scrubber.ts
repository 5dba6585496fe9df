import { element } from '../page.js';
import { shortDuration } from './health.js';
import type { LiveView } from './live-view.js';

/** Goes back through the last minutes that this page has seen. */
export class Scrubber {
  readonly #view: LiveView;
  readonly #slider = element('scrub') as HTMLInputElement;
  readonly #live = element('live') as HTMLButtonElement;
  readonly #text = element('scrub-text');
  #isLive = true;

  constructor(view: LiveView) {
    this.#view = view;
    this.#slider.oninput = () => {
      this.#isLive = false;
      const span = view.span;
      if (span !== undefined) view.choose(span.toMs + Number(this.#slider.value));
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
    const span = this.#view.span;
    const lengthMs = span === undefined ? 0 : Math.max(0, span.toMs - span.fromMs);
    this.#slider.parentElement!.hidden = span === undefined;
    this.#slider.min = String(-Math.round(lengthMs));
    if (this.#isLive) this.#slider.value = '0';
    else if (span !== undefined && this.#view.shownMs !== undefined)
      this.#slider.value = String(Math.round(this.#view.shownMs - span.toMs));
    this.#show();
  }

  #show(): void {
    const backMs = -Number(this.#slider.value);
    this.#live.setAttribute('aria-pressed', String(this.#isLive));
    this.#text.textContent = this.#isLive ? 'live' : `${shortDuration(backMs)} ago`;
    this.#slider.setAttribute('aria-valuetext', this.#text.textContent);
  }
}
