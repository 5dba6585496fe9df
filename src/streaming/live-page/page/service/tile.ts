import { newElement } from '../page.js';
import type { CameraModel } from './camera-model.js';
import { healthTexts, isAway } from './health.js';
import { LiveView } from './live-view.js';
import { sparkline } from './sparkline.js';

/** A minute of the past is for the page of one camera. */
const KEPT_MS = 6000;

/** One camera in the grid: a link to its page. Plays only while it can be seen. */
export class Tile {
  readonly element: HTMLAnchorElement;
  readonly view: LiveView;
  readonly #model: CameraModel;
  readonly #state = newElement('i', 'dot');
  readonly #why = newElement('span', 'why');
  readonly #figures = {
    fps: newElement('b', ''),
    age: newElement('b', ''),
    latency: newElement('b', ''),
  };
  readonly #foot = newElement('p', 'foot');
  readonly #spark = newElement('div', 'spark');
  readonly #observer: IntersectionObserver;
  #isVisible = false;
  #isAwake = true;

  constructor(model: CameraModel) {
    this.#model = model;
    this.view = new LiveView({ model, keptMs: KEPT_MS, isShown: (layer) => layer === 'boxes' });
    const figure = (value: HTMLElement, name: string): HTMLElement => newElement('span', 'value', value, ` ${name}`);
    this.element = newElement(
      'a',
      'tile card',
      newElement('div', 'title', this.#state, newElement('b', '', model.name), this.#why),
      this.view.element,
      newElement(
        'div',
        'numbers',
        figure(this.#figures.fps, 'percepts/s'),
        figure(this.#figures.age, 'old'),
        figure(this.#figures.latency, 'p50/p99'),
      ),
      this.#spark,
      this.#foot,
    );
    this.element.href = `#/camera/${encodeURIComponent(model.name)}`;
    this.#observer = new IntersectionObserver(([entry]) => {
      this.#isVisible = entry.isIntersecting;
      this.#play();
    });
    this.#observer.observe(this.element);
  }

  /** @param isAwake false while nobody looks at the page */
  wake(isAwake: boolean): void {
    this.#isAwake = isAwake;
    this.#play();
  }

  remove(): void {
    this.#observer.disconnect();
    this.view.stop();
    this.element.remove();
  }

  update(nowMs: number): void {
    const texts = healthTexts(this.#model, nowMs);
    for (const name of ['fps', 'age', 'latency'] as const) this.#figures[name].textContent = texts[name];
    this.#figures.latency.classList.toggle('over', texts.isOverBudget);
    const { facts } = this.#model;
    const isDown = isAway(this.#model);
    this.#state.className = `dot ${isDown ? 'down' : facts?.isUp === true ? 'up' : ''}`;
    const how = this.view.element.dataset['form'] === 'pictures' ? "the detector's pictures" : '';
    const isIdle = facts?.isUp === true && !facts.isDetecting;
    this.#why.textContent = isDown ? 'away' : isIdle ? 'detection off' : how;
    this.element.title = facts?.why ?? '';
    this.view.say(sayOf(this.#model, this.view));
    const { size } = this.#model.percepts.newest ?? {};
    if (size !== undefined) this.view.element.style.setProperty('--ratio', ratioOf(size).toFixed(4));
    this.#foot.textContent = [texts.budget, texts.drops, texts.losses].filter(Boolean).join(' · ');
    this.#spark.replaceChildren(sparkline(this.#model, nowMs));
  }

  #play(): void {
    if (this.#isVisible && this.#isAwake) this.view.start();
    else this.view.stop();
  }
}

/** Of a tile's picture; pictures of other shapes get bars, so that tiles stay alike. */
function ratioOf({ width, height }: { readonly width: number; readonly height: number }): number {
  return Math.min(16 / 9, Math.max(4 / 3, width / height));
}

/** What a person has to know instead of a picture. */
export function sayOf({ facts }: CameraModel, view: LiveView): string {
  if (facts !== undefined && !facts.isUp) return facts.why;
  return view.shownMs === undefined ? 'waiting for the first picture' : '';
}
