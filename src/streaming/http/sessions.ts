import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../core/clock.js';

const COOKIE = 'nowcast-session';
const LIFETIME_MS = 7 * 24 * 3600 * 1000;
/** One more ends the oldest. */
const MOST_SESSIONS = 256;

type Session<U> = { readonly user: U; readonly untilMs: number };

/** Logins of browsers. They end with the server. */
export class Sessions<U> {
  readonly #clock: Clock;
  /** By the hash of their id, so that a comparison tells nothing about an id. */
  readonly #sessions = new Map<string, Session<U>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Begins a session.
   * @returns the value of `Set-Cookie`
   */
  open(user: U, isSecure: boolean): string {
    const id = randomBytes(32).toString('base64url');
    this.#sessions.set(keyOf(id), { user, untilMs: this.#clock.now() + LIFETIME_MS });
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MOST_SESSIONS) this.#sessions.delete(oldest);
    return cookie(id, LIFETIME_MS / 1000, isSecure);
  }

  /** The user of the request's session. */
  find(request: Pick<IncomingMessage, 'headers'>): U | undefined {
    const key = keyIn(request);
    const session = key === undefined ? undefined : this.#sessions.get(key);
    return session === undefined || session.untilMs <= this.#clock.now() ? undefined : session.user;
  }

  /**
   * Ends the request's session.
   * @returns the value of `Set-Cookie`
   */
  close(request: Pick<IncomingMessage, 'headers'>, isSecure: boolean): string {
    const key = keyIn(request);
    if (key !== undefined) this.#sessions.delete(key);
    return cookie('', 0, isSecure);
  }

  /** Forgets sessions that are over. Call it once a second. */
  tick(): void {
    const nowMs = this.#clock.now();
    for (const [key, { untilMs }] of this.#sessions) {
      // All last equally long, and the oldest comes first.
      if (untilMs > nowMs) return;
      this.#sessions.delete(key);
    }
  }
}

function cookie(id: string, maxAgeS: number, isSecure: boolean): string {
  return `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeS}${isSecure ? '; Secure' : ''}`;
}

function keyIn({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const cookies = headers.cookie?.split(';').map((each) => each.trim()) ?? [];
  const id = cookies.find((each) => each.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  return id === undefined || id === '' ? undefined : keyOf(id);
}

function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}
