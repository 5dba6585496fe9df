import { newElement } from '../page.js';
import { get } from './api.js';

type SwitchState = { readonly name: string; readonly isOn: boolean; readonly configured: boolean };

/** In updates. Someone else may turn a switch. */
const ASK_EVERY = 4;
const TITLES: Readonly<Record<string, string>> = { enabled: 'camera', detect: 'detection' };

/** The switches of a camera as the service has them, for those who may turn them. */
export class CameraSwitches {
  readonly #path: string;
  readonly #role: string | undefined;
  readonly #buttons = new Map<string, HTMLButtonElement>();
  readonly #note = newElement('p', 'note');
  readonly #failure = newElement('p', 'failure');
  #states: readonly SwitchState[] = [];
  /** An answer that was asked for before a turn began or ended is out of date. */
  #turns = 0;
  #updates = 0;
  #hasSwitches = true;

  /** @param role of whoever looks at the page */
  constructor(host: HTMLElement, camera: string, role: string | undefined) {
    this.#path = `api/cameras/${encodeURIComponent(camera)}/switches`;
    this.#role = role;
    this.#note.id = 'switches-note';
    this.#failure.setAttribute('role', 'alert');
    host.replaceChildren(this.#note, this.#failure);
  }

  async update(signal: AbortSignal): Promise<void> {
    if (!this.#hasSwitches || this.#updates++ % ASK_EVERY !== 0) return;
    const turns = this.#turns;
    const answer = await get<{ readonly switches: readonly SwitchState[] }>(this.#path, signal);
    this.#hasSwitches = answer !== undefined;
    if (turns === this.#turns && !signal.aborted) this.#show(answer?.switches ?? []);
  }

  #show(states: readonly SwitchState[]): void {
    this.#states = states;
    for (const { name, isOn } of states) this.#button(name).setAttribute('aria-checked', String(isOn));
    this.#note.textContent = states.length === 0 ? '' : this.#mayTurn ? differences(states) : this.#refusal;
  }

  get #refusal(): string {
    return `Switches need the role operator; you are a ${this.#role ?? 'guest'}.`;
  }

  get #mayTurn(): boolean {
    return this.#role === 'operator' || this.#role === 'admin';
  }

  #button(name: string): HTMLButtonElement {
    let button = this.#buttons.get(name);
    if (button !== undefined) return button;
    button = newElement('button', 'switch', newElement('i', ''), titleOf(name));
    button.type = 'button';
    button.setAttribute('role', 'switch');
    button.setAttribute('aria-describedby', this.#note.id);
    button.disabled = !this.#mayTurn;
    button.onclick = () => void this.#turn(name);
    this.#buttons.set(name, button);
    this.#note.before(button);
    return button;
  }

  async #turn(name: string): Promise<void> {
    const button = this.#button(name);
    if (button.ariaBusy === 'true') return;
    this.#turns += 1;
    button.ariaBusy = 'true';
    this.#failure.textContent = '';
    const answer = await fetch(`${this.#path}/${name}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ on: button.getAttribute('aria-checked') !== 'true' }),
    }).catch(() => undefined);
    const body = (await answer?.json().catch(() => undefined)) as
      (SwitchState & { readonly error: string }) | undefined;
    this.#turns += 1;
    button.ariaBusy = null;
    if (answer?.ok === true && body !== undefined)
      this.#show(this.#states.map((state) => (state.name === name ? body : state)));
    else this.#failure.textContent = body?.error ?? 'The service does not answer.';
  }
}

function differences(states: readonly SwitchState[]): string {
  const others = states
    .filter(({ isOn, configured }) => isOn !== configured)
    .map(({ name, configured }) => `${titleOf(name)} ${configured ? 'on' : 'off'}`);
  return others.length === 0 ? '' : `The configuration says: ${others.join(', ')}.`;
}

function titleOf(name: string): string {
  return TITLES[name] ?? name;
}
