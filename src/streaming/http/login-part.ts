import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Admission, User } from './admission.js';
import { pathOf, reply } from './reply.js';
import type { Asker, RouteRule, WebPart } from './web-server.js';

export const LOGIN_PATHS = { login: '/api/login', logout: '/api/logout', session: '/api/session' } as const;

const Login = z.strictObject({ token: z.string().min(1) });

const RULES: Readonly<Record<string, RouteRule>> = {
  [`POST ${LOGIN_PATHS.login}`]: { role: 'anyone', takesBody: true, isLogin: true },
  [`POST ${LOGIN_PATHS.logout}`]: { role: 'anyone', takesBody: true },
  [`GET ${LOGIN_PATHS.session}`]: { role: 'anyone' },
};

/** Logs browsers in and out: a token for a cookie, which scripts of a page cannot read. */
export class LoginPart implements WebPart {
  readonly #admission: Admission;

  constructor(admission: Admission) {
    this.#admission = admission;
  }

  rule(method: string, path: string): RouteRule | undefined {
    return RULES[`${method} ${path}`];
  }

  answer(request: IncomingMessage, response: ServerResponse, { user, body }: Asker): boolean {
    switch (`${request.method} ${pathOf(request)}`) {
      case `POST ${LOGIN_PATHS.login}`:
        this.#logIn(request, response, body);
        return true;
      case `POST ${LOGIN_PATHS.logout}`:
        response.setHeader('set-cookie', this.#admission.logOut(request));
        reply(response, 200, this.#session(this.#admission.isOpen ? user : undefined));
        return true;
      case `GET ${LOGIN_PATHS.session}`:
        response.setHeader('cache-control', 'no-store');
        reply(response, 200, this.#session(user));
        return true;
      default:
        return false;
    }
  }

  #logIn(request: IncomingMessage, response: ServerResponse, body: unknown): void {
    const login = Login.safeParse(body);
    if (!login.success) {
      reply(response, 400, { error: 'the body must be {"token": "TOKEN"}' });
      return;
    }
    const found = this.#admission.logIn(request, login.data.token);
    if (found === undefined) {
      reply(response, 401, { error: 'nobody has this token' });
      return;
    }
    response.setHeader('set-cookie', found.cookie);
    reply(response, 200, this.#session(found.user));
  }

  #session(user: User | undefined): object {
    const { isOpen, isReachable } = this.#admission;
    return {
      auth: isOpen ? 'none' : 'required',
      isOpenToNetwork: isOpen && isReachable,
      user: user === undefined ? null : { name: user.name, role: user.role },
    };
  }
}
