import { LIVE_BYTES, LIVE_HEAD_BYTES, LIVE_PATH, LIVE_SUBPROTOCOL } from '../../../live-video/live-messages.js';
import type { LiveForm, LiveText } from '../../../live-video/live-messages.js';

export type LiveListener = {
  readonly onText: (message: LiveText) => void;
  readonly onBytes: (kind: keyof typeof LIVE_BYTES, ptsMs: number, bytes: Uint8Array<ArrayBuffer>) => void;
  readonly onClose: () => void;
};

const KINDS = Object.keys(LIVE_BYTES) as (keyof typeof LIVE_BYTES)[];

/** Receives live pictures of a camera until the signal. The caller decides whether to try again. */
export function openLive(camera: string, form: LiveForm, signal: AbortSignal, listener: LiveListener): void {
  const query = new URLSearchParams({ camera, as: form }).toString();
  const address = `${location.protocol.replace('http', 'ws')}//${location.host}${LIVE_PATH}?${query}`;
  const socket = new WebSocket(address, LIVE_SUBPROTOCOL);
  socket.binaryType = 'arraybuffer';
  signal.addEventListener('abort', () => socket.close(), { once: true });
  socket.onmessage = ({ data }) => {
    if (signal.aborted) return;
    if (typeof data === 'string') listener.onText(JSON.parse(data) as LiveText);
    else {
      const head = new DataView(data as ArrayBuffer);
      const kind = KINDS.find((name) => LIVE_BYTES[name] === head.getUint8(0));
      if (kind !== undefined)
        listener.onBytes(kind, head.getFloat64(1) / 1000, new Uint8Array(data as ArrayBuffer, LIVE_HEAD_BYTES));
    }
  };
  socket.onclose = () => {
    if (!signal.aborted) listener.onClose();
  };
}
