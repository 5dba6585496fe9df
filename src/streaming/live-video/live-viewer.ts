import type { LiveFragment, LiveInit } from './fragmenter.js';
import { LIVE_BYTES, LIVE_HEAD_BYTES, type LiveText } from './live-messages.js';

/** The part of a WebSocket that a viewer needs. */
export type ViewerSocket = {
  /** Bytes accepted by `send` that the operating system has not taken yet. */
  readonly bufferedAmount: number;
  send(data: string | Uint8Array): void;
};

/** A viewer with more than this unsent gets nothing until it has caught up: about half a second of a large camera. */
const MOST_UNSENT_BYTES = 512 * 1024;

/** One viewer of one camera. Nothing is queued for it beyond what its connection has accepted. */
export class LiveViewer {
  readonly #socket: ViewerSocket;
  /** The beginning that it has. */
  #init: LiveInit | undefined;
  #needsKey = true;

  constructor(socket: ViewerSocket) {
    this.#socket = socket;
  }

  say(message: LiveText): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** The pictures from the last key picture on, for a start without a wait. */
  begin(group: readonly LiveFragment[]): void {
    for (const fragment of group) this.#send(fragment);
  }

  /** Sends the fragment, or nothing up to the next key picture once the viewer has caught up. */
  offer(fragment: LiveFragment): void {
    if (this.#isBehind) this.#needsKey = true;
    else if (!this.#needsKey || fragment.isKey) this.#send(fragment);
  }

  /** @param message with its head */
  offerPicture(message: Uint8Array): void {
    if (!this.#isBehind) this.#socket.send(message);
  }

  /** A fragment before the next one is missing. */
  lost(): void {
    this.#needsKey = true;
  }

  get #isBehind(): boolean {
    return this.#socket.bufferedAmount > MOST_UNSENT_BYTES;
  }

  #send({ init, ptsUs, isKey, bytes }: LiveFragment): void {
    if (this.#init !== init) {
      this.say({ type: 'video', codec: init.codec });
      this.#socket.send(Buffer.concat([liveHead('init', ptsUs), init.bytes]));
      this.#init = init;
    }
    this.#needsKey = false;
    this.#socket.send(Buffer.concat([liveHead(isKey ? 'key' : 'fragment', ptsUs), bytes]));
  }
}

export function liveHead(kind: keyof typeof LIVE_BYTES, ptsUs: number): Uint8Array {
  const head = Buffer.alloc(LIVE_HEAD_BYTES);
  head.writeUInt8(LIVE_BYTES[kind]);
  head.writeDoubleBE(ptsUs, 1);
  return head;
}
