/**
 * Lets a controller abort with any of some signals, for the same reason. `AbortSignal.any` leaks: in Node 20, each call
 * adds to its signals an entry that stays as long as they do, which for a signal of the whole run is for ever.
 * @returns unlinks it; call it when the work has ended
 */
export function abortWith(controller: AbortController, signals: readonly (AbortSignal | undefined)[]): () => void {
  const unlinks = signals.map((signal) => {
    const abort = (): void => controller.abort(signal?.reason);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
    return () => signal?.removeEventListener('abort', abort);
  });
  return () => {
    for (const unlink of unlinks) unlink();
  };
}
