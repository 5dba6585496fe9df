/** The owner's answer to a request. */
export type Answer = {
  readonly status: number;
  readonly contentType?: string;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

/**
 * Answers a request by its method and path, such as `GET /api/stats`.
 *
 * @returns undefined if there is no such path
 */
export type AnswerTo = (what: string, query: URLSearchParams) => Answer | Promise<Answer> | undefined;

export type ApiSettings = {
  /** Beginnings of the paths that the owner answers: `/api/`, `/livez`. */
  readonly prefixes: readonly string[];
};

/** What the owner of a server answers over HTTP. */
export type Api = { readonly settings: ApiSettings; readonly answer: AnswerTo };

export function jsonAnswer(body: object, status = 200): Answer {
  return { status, contentType: 'application/json; charset=utf-8', body: `${JSON.stringify(body, null, 2)}\n` };
}

export function textAnswer(body: string, status = 200, contentType = 'text/plain; charset=utf-8'): Answer {
  return { status, contentType, body: body.endsWith('\n') ? body : `${body}\n` };
}
