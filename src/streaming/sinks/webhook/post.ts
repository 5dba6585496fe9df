import { abortWith } from '../../../core/abort-with.js';
import { retryAfterMs } from './retry-delay.js';

/** The result of one attempt. */
export type Posted =
  | { readonly outcome: 'taken' }
  /** The server may take it later. */
  | { readonly outcome: 'failed'; readonly why: string; readonly retryAfterMs?: number }
  /** The server takes it at no time. */
  | { readonly outcome: 'refused'; readonly why: string };

export type PostTarget = {
  readonly url: string;
  /** All of them, those of the content left out. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Unix time. */
  readonly nowMs: () => number;
};

/** Answers that ask for another attempt, besides those of 500 and more. */
const LATER = new Set([408, 425, 429]);

/** Aborts a request; never reaches a caller. */
const TOO_LATE = new Error('no answer in time');

/**
 * Posts a JSON text once. Redirects are not followed, because the events and the token would go to an address that
 * nobody chose.
 */
export async function post(
  { url, headers, timeoutMs, nowMs }: PostTarget,
  body: string,
  deliveryId: string,
  signal: AbortSignal,
): Promise<Posted> {
  const ending = new AbortController();
  const unlink = abortWith(ending, [signal]);
  const timer = setTimeout(() => ending.abort(TOO_LATE), timeoutMs);
  try {
    const {
      status,
      headers: answered,
      body: rest,
    } = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json; charset=utf-8', 'nowcast-delivery': deliveryId },
      body,
      redirect: 'manual',
      signal: ending.signal,
    });
    // Frees the connection; the text is for nobody.
    await rest?.cancel();
    return judged(status, answered, nowMs());
  } catch (error) {
    const isLate = ending.signal.reason === TOO_LATE;
    return { outcome: 'failed', why: isLate ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error) };
  } finally {
    clearTimeout(timer);
    unlink();
  }
}

function judged(status: number, headers: Headers, nowMs: number): Posted {
  if (status >= 200 && status < 300) return { outcome: 'taken' };
  if (status >= 300 && status < 400)
    return { outcome: 'refused', why: `it answers ${status}, a redirect; set webhook.url to the final address` };
  if (status < 500 && !LATER.has(status)) return { outcome: 'refused', why: `it answers ${status}` };
  const askedMs = retryAfterMs(headers.get('retry-after'), nowMs);
  return {
    outcome: 'failed',
    why: `it answers ${status}`,
    ...(askedMs !== undefined && { retryAfterMs: askedMs }),
  };
}

/** The cause of a failed request, which says more than `fetch failed`. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: because } = (cause ?? {}) as NodeJS.ErrnoException;
  return code ?? because ?? message;
}
