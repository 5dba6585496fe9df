import { element } from '../page.js';

/** An answer of the service; see docs/api.md. */
type Session = { readonly isOpenToNetwork: boolean; readonly isLoggedIn: boolean; readonly user: object | null };

const PROBLEMS: Readonly<Record<number, string>> = {
  401: 'Nobody has this token.',
  429: 'Too many tries; wait ten seconds.',
};

/** Asks for a token where the service wants one. Resolves when the page may show the cameras. */
export async function logIn(): Promise<void> {
  const session = await fetch('api/session')
    .then((response) => (response.ok ? (response.json() as Promise<Session>) : undefined))
    .catch(() => undefined);
  if (session === undefined) return;
  element('open').hidden = !session.isOpenToNetwork;
  if (session.user === null) await tokenGiven();
  const logout = element('logout');
  logout.hidden = session.user !== null && !session.isLoggedIn;
  logout.addEventListener('click', () => void post('api/logout').finally(() => location.reload()));
}

/** Resolves when a token that was typed in has been taken. */
function tokenGiven(): Promise<void> {
  const form = element('login') as HTMLFormElement;
  const token = element('token') as HTMLInputElement;
  form.hidden = false;
  token.focus();
  return new Promise((resolve) => {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      post('api/login', { token: token.value })
        .then(({ ok, status }) => {
          element('login-problem').textContent = ok ? '' : (PROBLEMS[status] ?? `The service answers ${status}.`);
          if (!ok) return;
          form.hidden = true;
          token.value = '';
          resolve();
        })
        .catch(() => (element('login-problem').textContent = 'The service does not answer.'));
    });
  });
}

function post(path: string, body?: object): Promise<Response> {
  if (body === undefined) return fetch(path, { method: 'POST' });
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
