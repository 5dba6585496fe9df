import type { NeededRole, Role } from '../../core/role.js';
import type { ProxySettings } from './proxies.js';

/** The owner's answer to a request. */
export type Answer = {
  readonly status: number;
  readonly contentType?: string;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Path of a file in place of a body. The server reads it by itself, and sends the part that the client asks for. */
  readonly file?: string;
};

/** What the owner learns of a request that changes something. */
export type Write = {
  /** Parsed JSON; undefined without a body. */
  readonly body?: unknown;
  /** The name of the user. */
  readonly by: string;
};

/**
 * Answers a request by its method and path, such as `GET /api/stats`.
 *
 * @param write absent for a request that changes nothing
 * @returns undefined if there is no such path
 */
export type AnswerTo = (what: string, query: URLSearchParams, write?: Write) => Answer | Promise<Answer> | undefined;

/** A path that the owner answers. */
export type ApiRoute = {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** With its variable parts in braces: `/api/cameras/{camera}`. */
  readonly path: string;
  /** The one that a request needs. What `anyone` may read needs a viewer as soon as the request has a query. */
  readonly role: NeededRole;
};

export type ApiSettings = { readonly routes: readonly ApiRoute[] };

/** What the owner of a server answers over HTTP. */
export type Api = {
  readonly settings: ApiSettings;
  readonly answer: AnswerTo;
  /** Who may ask, beside those that the server knows by itself. */
  readonly access?: ApiAccess;
};

export type ApiAccess = {
  readonly users: readonly ApiUser[];
  readonly proxies: ProxySettings;
};

export type ApiUser = {
  readonly name: string;
  readonly role: Role;
  /** Any of them; `sha256:` with 64 hexadecimal digits stands for the token with this hash. */
  readonly tokens: readonly string[];
};

export function jsonAnswer(body: object, status = 200): Answer {
  return { status, contentType: 'application/json; charset=utf-8', body: `${JSON.stringify(body, null, 2)}\n` };
}

export function textAnswer(body: string, status = 200, contentType = 'text/plain; charset=utf-8'): Answer {
  return { status, contentType, body: body.endsWith('\n') ? body : `${body}\n` };
}
