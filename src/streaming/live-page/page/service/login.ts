import { element } from '../page.js';
import { get, type Session } from './api.js';

/** Asks for a token where the service wants one, and says who is logged in. */
export class Login {
  readonly #form = element('login') as HTMLFormElement;
  readonly #onAdmitted: () => void;
  #role: string | undefined;

  /** @param onAdmitted called when the service answers this browser */
  constructor(onAdmitted: () => void) {
    this.#onAdmitted = onAdmitted;
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      void this.#logIn();
    };
    element('logout').onclick = () => void this.#logOut();
  }

  /** The role of whoever looks at the page; undefined if the service has not said it. */
  get role(): string | undefined {
    return this.#role;
  }

  /** @returns whether the service answers this browser */
  async check(): Promise<boolean> {
    const session = await get<Session>('api/session', AbortSignal.timeout(PATIENCE_MS)).catch(() => undefined);
    const isAdmitted = session === undefined || session.auth === 'none' || session.user !== null;
    if (session !== undefined) this.#show(session, isAdmitted);
    return isAdmitted;
  }

  #show({ auth, user, isOpenToNetwork }: Session, isAdmitted: boolean): void {
    this.#role = user?.role;
    this.#form.hidden = isAdmitted;
    if (!isAdmitted) element('token').focus();
    element('open').hidden = !isOpenToNetwork;
    element('logout').hidden = auth === 'none' || user === null;
    element('logout').textContent = user === null ? '' : `log out ${user.name}`;
  }

  async #logIn(): Promise<void> {
    const token = element('token') as HTMLInputElement;
    const said = element('login-error');
    const response = await post('api/login', { token: token.value }).catch(() => undefined);
    if (response?.ok === true) {
      token.value = '';
      said.textContent = '';
      if (await this.check()) this.#onAdmitted();
    } else
      said.textContent =
        response === undefined
          ? 'The service does not answer.'
          : ((await response.json()) as { readonly error: string }).error;
  }

  async #logOut(): Promise<void> {
    await post('api/logout', {}).catch(() => undefined);
    location.reload();
  }
}

const PATIENCE_MS = 5000;

function post(path: string, body: object): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
