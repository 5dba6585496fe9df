import { parentPort, workerData, type Transferable } from 'node:worker_threads';
import { InternalError, NowcastError } from '../../src/core/errors.js';
import type { FromThread, ToThread } from './messages.js';

/** The work of a thread. */
export type Service<Request, Answer> = {
  answer(request: Request): Promise<Answer>;
  /** The parts of an answer that are transferred instead of copied. */
  transfer?(answer: Answer): Transferable[];
  close?(): Promise<void>;
};

/**
 * Runs in the thread of a `Thread`: opens a service and answers until it is closed.
 * @param open receives the thread's start message
 */
export async function serve<Request, Answer>(
  open: (start: never) => Service<Request, Answer> | Promise<Service<Request, Answer>>,
): Promise<void> {
  const port = parentPort!;
  const send = (message: FromThread<Answer>, transfer?: Transferable[]): void => port.postMessage(message, transfer);
  const fail = (error: unknown): void => send({ type: 'failed', ...describe(error) });
  let service: Service<Request, Answer>;
  try {
    service = await open(workerData as never);
  } catch (error) {
    fail(error);
    return;
  }
  const follow = async (message: ToThread<Request>): Promise<void> => {
    if (message.type === 'close') {
      try {
        await service.close?.();
      } finally {
        port.close();
      }
      return;
    }
    const answer = await service.answer(message.request);
    send({ type: 'answer', answer }, service.transfer?.(answer));
  };
  // One after the other: a session that is released while it runs would crash the process.
  let last = Promise.resolve();
  port.on('message', (message: ToThread<Request>) => {
    last = last.then(() => follow(message)).catch(fail);
  });
  send({ type: 'ready' });
}

function describe(error: unknown): { readonly code?: string; readonly message: string } {
  if (error instanceof NowcastError && !(error instanceof InternalError))
    return { code: error.code, message: error.message };
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
