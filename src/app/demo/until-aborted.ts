/**
 * Waits for work, but not beyond the signal's abort, after which the work's failure is of no interest.
 * @throws the work's error, if it fails before
 */
export async function untilAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) {
    work.catch(() => undefined);
    return;
  }
  let stop = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop);
  });
  const finished = work.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  try {
    await Promise.race([finished, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
