import type { FeedKind, FeedMessage } from '../../feed/protocol.js';

export type Percept = Extract<FeedMessage, { type: 'percept' }>;
export type Stats = Extract<FeedMessage, { type: 'stats' }>;
export type Drop = Extract<FeedMessage, { type: 'drop' }>;

export type FeedListener = {
  readonly onMessage: (message: FeedMessage) => void;
  readonly onClose: () => void;
};

const RETRY_MS = 1000;

export type Wanted = { readonly kinds: readonly FeedKind[]; readonly minScore: number };

/** Subscribes to the result feed of this address, like every other client. Ends with the signal. */
export function subscribe(wanted: Wanted, signal: AbortSignal, { onMessage, onClose }: FeedListener): void {
  const socket = new WebSocket(`${location.protocol.replace('http', 'ws')}//${location.host}/`, 'nowcast.feed.v1');
  signal.addEventListener('abort', () => socket.close(), { once: true });
  socket.onopen = () => socket.send(JSON.stringify({ type: 'subscribe', ...wanted }));
  socket.onmessage = ({ data }) => onMessage(JSON.parse(String(data)) as FeedMessage);
  socket.onclose = () => {
    if (signal.aborted) return;
    onClose();
    setTimeout(() => {
      if (!signal.aborted) subscribe(wanted, signal, { onMessage, onClose });
    }, RETRY_MS);
  };
}
