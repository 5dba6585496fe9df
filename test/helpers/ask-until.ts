import { setTimeout } from 'node:timers/promises';

const PAUSE_MS = 20;

/**
 * Asks another process until its answer is right; each question waits for the answer before. The pause leaves the
 * processor to the one that is asked, and the test's time limit ends the wait otherwise.
 */
export async function askUntil<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    await setTimeout(PAUSE_MS);
  }
}
