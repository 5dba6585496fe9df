import { CLOSE, type FeedSocket } from './feed-client.js';

/** How long a client may take to answer a close. */
const CLOSE_GRACE_MS = 1000;

/** The part of a WebSocket of `ws` that the feed uses. */
type Socket = {
  readonly bufferedAmount: number;
  send(data: Buffer, options: { readonly binary: boolean }, written: () => void): void;
  once(event: 'close', listener: () => void): unknown;
  close(code: number, reason: string): void;
  pause(): void;
  terminate(): void;
};

/**
 * The client's view of a WebSocket.
 * @param brokeLimit called when the client is closed because it broke a limit
 */
export function feedSocket(socket: Socket, brokeLimit: () => void): FeedSocket {
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (text, written) => socket.send(text, { binary: false }, written),
    close: (code, reason) => {
      // A client that does not read never sees the close frame either.
      const cutOff = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS);
      socket.once('close', () => clearTimeout(cutOff));
      socket.close(code, reason);
      if (code !== CLOSE.policyViolation) return;
      // The rest of a flood stays in the system's buffers.
      socket.pause();
      brokeLimit();
    },
  };
}
