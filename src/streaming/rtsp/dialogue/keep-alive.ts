import { exhaustMap, ignoreElements, interval, type Observable, type SchedulerLike } from 'rxjs';
import { SessionFailure } from '../failure.js';
import type { RtspReply } from './message.js';

export type KeepAliveOptions = {
  /** The server may end the session after this time without a request. */
  readonly timeoutS: number;
  readonly hasGetParameter: boolean;
  readonly scheduler: SchedulerLike;
  /** Sends a request that names the session. */
  readonly request: (method: 'GET_PARAMETER' | 'OPTIONS') => Promise<RtspReply>;
};

const LEAST_INTERVAL_MS = 1_000;
/** Routers can forget a connection sooner than some cameras' stated timeout. */
const MOST_INTERVAL_MS = 60_000;

/** Interval between requests: half the server's timeout. */
function keepAliveIntervalMs(timeoutS: number): number {
  return Math.min(Math.max(timeoutS * 500, LEAST_INTERVAL_MS), MOST_INTERVAL_MS);
}

/**
 * Keeps a session alive until unsubscribed: with GET_PARAMETER if the server lists and accepts it, else with OPTIONS.
 * Emits nothing. Errors with a {@link SessionFailure} if the server no longer has the session. A missing answer is no
 * error: packets show whether the camera is there.
 */
export function keepAlive({ timeoutS, hasGetParameter, scheduler, request }: KeepAliveOptions): Observable<never> {
  let method: 'GET_PARAMETER' | 'OPTIONS' = hasGetParameter ? 'GET_PARAMETER' : 'OPTIONS';
  const ask = async (): Promise<void> => {
    let reply: RtspReply;
    try {
      reply = await request(method);
    } catch {
      return;
    }
    if (reply.status === 454)
      throw new SessionFailure('lost', '454 session not found: the camera has forgotten this connection');
    if (reply.status !== 200) method = 'OPTIONS';
  };
  return interval(keepAliveIntervalMs(timeoutS), scheduler).pipe(exhaustMap(ask), ignoreElements());
}
