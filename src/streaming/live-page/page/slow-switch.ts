import type { SlowedMessage } from '../page-messages.js';
import { newElement } from './page.js';

/** Steps of the keys in a group of radio buttons, as the ARIA Authoring Practices state them. */
const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Slows the detector down, to show a larger model or a smaller machine. */
export class SlowSwitch {
  readonly #group: HTMLElement;

  constructor(group: HTMLElement) {
    this.#group = group;
    group.addEventListener('keydown', (event) => this.#move(event));
    document.addEventListener('keydown', ({ key, ctrlKey, metaKey, altKey, repeat }) => {
      if (key.toLowerCase() === 's' && !ctrlKey && !metaKey && !altKey && !repeat) this.#at(this.#checked + 1)?.click();
    });
  }

  show({ extraMs, choices }: SlowedMessage): void {
    // A button that has the focus stays.
    if (this.#buttons.length === 0) this.#group.append(...choices.map(choiceButton));
    for (const button of this.#buttons) {
      const isChecked = button.value === String(extraMs);
      button.setAttribute('aria-checked', String(isChecked));
      button.tabIndex = isChecked ? 0 : -1;
    }
  }

  /** After the run there is nothing to slow down. */
  hide(): void {
    this.#group.hidden = true;
  }

  get #buttons(): readonly HTMLButtonElement[] {
    return [...this.#group.querySelectorAll('button')];
  }

  get #checked(): number {
    return this.#buttons.findIndex((button) => button.getAttribute('aria-checked') === 'true');
  }

  /** The button at an index, counted around. */
  #at(index: number): HTMLButtonElement | undefined {
    const buttons = this.#buttons;
    return buttons.at(index % buttons.length);
  }

  #move(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    const next =
      event.key === 'Home'
        ? this.#at(0)
        : event.key === 'End'
          ? this.#at(-1)
          : step === undefined
            ? undefined
            : this.#at(this.#buttons.indexOf(document.activeElement as HTMLButtonElement) + step);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
    next.click();
  }
}

function choiceButton(choiceMs: number): HTMLButtonElement {
  const button = newElement('button', '', choiceMs === 0 ? 'as is' : `+${choiceMs}`);
  button.type = 'button';
  button.value = String(choiceMs);
  button.setAttribute('role', 'radio');
  button.addEventListener('click', () => {
    // The notice tells that the connection is lost.
    fetch(`slow?ms=${choiceMs}`, { method: 'POST' }).catch(() => undefined);
  });
  return button;
}
