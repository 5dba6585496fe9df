import type { FeedMessage } from '../../feed/protocol.js';

export type Percept = Extract<FeedMessage, { type: 'percept' }>;
export type Stats = Extract<FeedMessage, { type: 'stats' }>;
export type Drop = Extract<FeedMessage, { type: 'drop' }>;

export type FeedListener = {
  readonly onMessage: (message: FeedMessage) => void;
  readonly onClose: () => void;
};

const RETRY_MS = 1000;

/** Subscribes to the result feed of this address, like every other client. */
export function subscribe(minScore: number, signal: AbortSignal, { onMessage, onClose }: FeedListener): void {
  const socket = new WebSocket(`${location.protocol.replace('http', 'ws')}//${location.host}/`, 'nowcast.feed.v1');
  socket.onopen = () =>
    socket.send(JSON.stringify({ type: 'subscribe', kinds: ['percept', 'drop', 'stats'], minScore }));
  socket.onmessage = ({ data }) => onMessage(JSON.parse(String(data)) as FeedMessage);
  socket.onclose = () => {
    if (signal.aborted) return;
    onClose();
    setTimeout(() => subscribe(minScore, signal, { onMessage, onClose }), RETRY_MS);
  };
}
