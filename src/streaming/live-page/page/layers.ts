/** The layers over the picture, toggled by buttons and keys: `data-layer` and `data-key`. */
export class Layers<Switch extends string> {
  readonly #buttons = new Map<Switch, HTMLButtonElement>();

  /** @param signal ends its hold on the keyboard */
  constructor(toolbar: HTMLElement, onChange: () => void, signal?: AbortSignal) {
    const byKey = new Map<string, HTMLButtonElement>();
    for (const button of toolbar.querySelectorAll('button')) {
      if (button.dataset['layer'] === undefined) continue;
      this.#buttons.set(button.dataset['layer'] as Switch, button);
      byKey.set(button.dataset['key']!, button);
      button.addEventListener('click', () => {
        button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
        onChange();
      });
    }
    const onKey = (event: KeyboardEvent): void => {
      const button = byKey.get(event.key.toLowerCase());
      const isWriting = event.target instanceof HTMLInputElement;
      if (button !== undefined && !isWriting && !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat)
        button.click();
    };
    document.addEventListener('keydown', onKey, signal === undefined ? {} : { signal });
  }

  readonly isOn = (name: Switch): boolean => this.#buttons.get(name)!.getAttribute('aria-pressed') === 'true';
}
