import type { SlowedMessage } from '../page-messages.js';
import { newElement } from './page.js';

/** Slows the detector down, to show a larger model or a smaller machine. */
export class SlowSwitch {
  readonly #group: HTMLElement;

  constructor(group: HTMLElement) {
    this.#group = group;
    document.addEventListener('keydown', ({ key, ctrlKey, metaKey, altKey, repeat }) => {
      if (key.toLowerCase() === 's' && !ctrlKey && !metaKey && !altKey && !repeat) this.#next()?.click();
    });
  }

  show({ extraMs, choices }: SlowedMessage): void {
    this.#group.replaceChildren(
      ...choices.map((choiceMs) => {
        const button = newElement('button', '', choiceMs === 0 ? 'as is' : `+${choiceMs}`);
        button.setAttribute('role', 'radio');
        button.setAttribute('aria-checked', String(choiceMs === extraMs));
        button.addEventListener('click', () => void fetch(`slow?ms=${choiceMs}`, { method: 'POST' }));
        return button;
      }),
    );
  }

  #next(): HTMLButtonElement | undefined {
    const buttons = [...this.#group.querySelectorAll('button')];
    const now = buttons.findIndex((button) => button.getAttribute('aria-checked') === 'true');
    return buttons[(now + 1) % buttons.length];
  }
}
