import type { IncomingMessage } from 'node:http';
import type { NeededRole } from '../../core/role.js';
import type { Admission } from './admission.js';

type OpenRequest = { readonly role: NeededRole; end: () => void };

/**
 * Requests that stay open: WebSockets, and answers that are still being sent. One was let in when it came; it ends when
 * it would be refused today, because its token has gone or its user has logged out.
 */
export class OpenRequests {
  readonly #admission: Pick<Admission, 'userOf' | 'refusal'>;
  readonly #open = new Map<IncomingMessage, OpenRequest>();

  constructor(admission: Pick<Admission, 'userOf' | 'refusal'>) {
    this.#admission = admission;
  }

  /** @param end ends it; another call replaces it */
  add(request: IncomingMessage, role: NeededRole, end: () => void): void {
    this.#open.set(request, { role, end });
  }

  /** The request has ended by itself. */
  delete(request: IncomingMessage): void {
    this.#open.delete(request);
  }

  /** Call it once a second. */
  tick(): void {
    for (const [request, { role, end }] of this.#open) {
      if (this.#admission.refusal(request, this.#admission.userOf(request), role) === undefined) continue;
      this.#open.delete(request);
      end();
    }
  }
}
