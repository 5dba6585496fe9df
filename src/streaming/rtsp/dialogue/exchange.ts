import type { SchedulerLike, Subscription } from 'rxjs';
import type { Clock } from '../../../core/clock.js';
import type { Authenticator } from './authentication.js';
import { strongestChallenge } from './challenge.js';
import { timeoutFailure, type SessionFailure } from '../failure.js';
import { headerOf, type RtspReply } from './message.js';

export type ExchangeOptions = {
  readonly write: (text: string) => void;
  readonly authenticator: Authenticator;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly scheduler: SchedulerLike;
  /** Called with the time between a request and its reply, in milliseconds. */
  readonly onRoundTrip: (roundTripMs: number) => void;
};

type Pending = {
  readonly sentAtMs: number;
  readonly timer: Subscription;
  readonly resolve: (reply: RtspReply) => void;
  readonly reject: (failure: SessionFailure) => void;
};

const USER_AGENT = 'Nowcast';
/** Allows a first 401, one for a nonce that is too old, and one more if that came with a wrong nonce. */
const MOST_ATTEMPTS = 3;

/** Requests and their replies on one connection. */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #pending = new Map<number, Pending>();
  #sequence = 0;
  #failure: SessionFailure | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /**
   * Sends a request, with the answer to the last challenge if there was one, and sends it again if a 401 requires that.
   * @returns the reply, whatever its status; rejects with a {@link SessionFailure} without one
   */
  async request(method: string, url: string, headers: Readonly<Record<string, string>> = {}): Promise<RtspReply> {
    for (let attempt = 1; ; attempt++) {
      const authorization = this.#options.authenticator.authorize(method, url);
      const reply = await this.#send(method, url, {
        ...headers,
        ...(authorization === undefined ? {} : { Authorization: authorization }),
      });
      if (reply.status !== 401) {
        if (authorization !== undefined) this.#options.authenticator.accept();
        return reply;
      }
      const challenge = strongestChallenge(reply.headers.get('www-authenticate') ?? []);
      if (!this.#options.authenticator.meet(challenge, authorization !== undefined) || attempt === MOST_ATTEMPTS)
        return reply;
    }
  }

  /** A reply belongs to the request of its number; without a number, or with an unknown one, to the oldest request. */
  onReply(reply: RtspReply, arrivedAtMs: number): void {
    // 100 Continue and similar replies precede the actual reply.
    if (reply.status < 200) return;
    const written = headerOf(reply.headers, 'cseq');
    const sequence =
      written !== undefined && /^\d+$/.test(written) && Number(written) <= this.#sequence
        ? Number(written)
        : this.#pending.keys().next().value;
    const pending = sequence === undefined ? undefined : this.#take(sequence);
    if (pending === undefined) return;
    this.#options.onRoundTrip(Math.max(0, arrivedAtMs - pending.sentAtMs));
    pending.resolve(reply);
  }

  /** Rejects all pending requests, and all later ones. */
  fail(failure: SessionFailure): void {
    this.#failure ??= failure;
    for (const sequence of [...this.#pending.keys()]) this.#take(sequence)?.reject(this.#failure);
  }

  #send(method: string, url: string, headers: Readonly<Record<string, string>>): Promise<RtspReply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const { write, clock, scheduler, timeoutMs } = this.#options;
    const sequence = ++this.#sequence;
    return new Promise((resolve, reject) => {
      const timer = scheduler.schedule(() => this.#take(sequence)?.reject(timeoutFailure()), timeoutMs);
      this.#pending.set(sequence, { sentAtMs: clock.now(), timer, resolve, reject });
      write(requestText(method, url, { CSeq: String(sequence), 'User-Agent': USER_AGENT, ...headers }));
    });
  }

  #take(sequence: number): Pending | undefined {
    const pending = this.#pending.get(sequence);
    pending?.timer.unsubscribe();
    this.#pending.delete(sequence);
    return pending;
  }
}

function requestText(method: string, url: string, headers: Readonly<Record<string, string>>): string {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]/g, ' ')}\r\n`);
  return `${method} ${url} RTSP/1.0\r\n${fields.join('')}\r\n`;
}
