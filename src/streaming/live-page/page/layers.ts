import type { LayerName } from './paint.js';

type Switch = LayerName | 'hold';

/** The layers over the picture, toggled by buttons and keys. */
export class Layers {
  readonly #buttons = new Map<Switch, HTMLButtonElement>();

  constructor(toolbar: HTMLElement, onChange: () => void) {
    const byKey = new Map<string, HTMLButtonElement>();
    for (const button of toolbar.querySelectorAll('button')) {
      this.#buttons.set(button.dataset['layer'] as Switch, button);
      byKey.set(button.dataset['key']!, button);
      button.addEventListener('click', () => {
        button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
        onChange();
      });
    }
    document.addEventListener('keydown', (event) => {
      const button = byKey.get(event.key.toLowerCase());
      if (button !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat) button.click();
    });
  }

  readonly isOn = (name: Switch): boolean => this.#buttons.get(name)!.getAttribute('aria-pressed') === 'true';
}
