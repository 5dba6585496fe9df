import type { IncomingMessage, ServerResponse } from 'node:http';

/** The path without its query. Without `URL`, which throws on input that any client can send, such as `//`. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0];
}

/** Sends an object as JSON. */
export function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, JSON_HEADERS);
  response.end(response.req.method === 'HEAD' ? undefined : json(body));
}

export const JSON_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'x-content-type-options': 'nosniff',
} as const;

/** An object as the text of an answer. */
export function json(body: object): string {
  return `${JSON.stringify(body, null, 2)}\n`;
}
