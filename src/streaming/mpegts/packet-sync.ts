import { joinBytes } from '../join-bytes.js';
import { PACKET_BYTES, SYNC_BYTE } from './packet.js';

export type PacketSyncEvents = {
  /** @param packet 188 bytes from the sync byte on; valid as long as the pushed chunk */
  onPacket(packet: Uint8Array): void;
  /** Skipped bytes that were not packets; never called before the first packet. */
  onLostSync(): void;
};

/** Plain, with a time stamp of 4 bytes before each packet (M2TS), and with 16 bytes of error correction after it. */
const STRIDES = [PACKET_BYTES, 192, 204];
/** The value of a sync byte can occur anywhere: this many must stand one stride apart to count. */
const SYNCS_TO_LOCK = 3;

/** Splits a byte stream, itself cut anywhere, into transport packets; finds them again after missing bytes. */
export class PacketSync {
  readonly #events: PacketSyncEvents;
  #pending: Uint8Array = EMPTY;
  /** Undefined while it searches. */
  #stride: number | undefined;
  /** Number of padding bytes still to come. */
  #fillerBytes = 0;
  #hasLocked = false;
  #searchedBytes = 0;

  constructor(events: PacketSyncEvents) {
    this.#events = events;
  }

  /** Bytes without packets since the last packet. */
  get searchedBytes(): number {
    return this.#searchedBytes;
  }

  push(chunk: Uint8Array): void {
    let bytes = this.#pending.length === 0 ? chunk : joinBytes(this.#pending, chunk);
    this.#pending = EMPTY;
    while (bytes.length > 0) {
      const offset = this.#stride === undefined ? this.#lock(bytes) : 0;
      if (offset === undefined) {
        this.#searchedBytes += chunk.length;
        this.#pending = bytes.slice(Math.max(0, bytes.length - KEPT_BYTES));
        return;
      }
      bytes = this.#cut(bytes.subarray(offset));
      if (this.#stride !== undefined) {
        this.#pending = bytes.slice();
        return;
      }
    }
  }

  /** Finds the first position from which the bytes look like packets. */
  #lock(bytes: Uint8Array): number | undefined {
    for (let offset = 0; offset + PACKET_BYTES <= bytes.length; offset++) {
      const stride = STRIDES.find((candidate) => looksLikePackets(bytes, offset, candidate));
      if (stride === undefined) continue;
      if (this.#hasLocked) this.#events.onLostSync();
      [this.#stride, this.#fillerBytes, this.#hasLocked, this.#searchedBytes] = [stride, 0, true, 0];
      return offset;
    }
    return undefined;
  }

  /**
   * Emits whole packets; returns the remaining bytes. Gives up the lock if a packet does not begin with a sync byte.
   */
  #cut(bytes: Uint8Array): Uint8Array {
    let rest = bytes;
    for (;;) {
      const skipped = Math.min(this.#fillerBytes, rest.length);
      this.#fillerBytes -= skipped;
      rest = rest.subarray(skipped);
      if (rest.length === 0) return EMPTY;
      if (rest[0] !== SYNC_BYTE) {
        this.#stride = undefined;
        return rest;
      }
      if (rest.length < PACKET_BYTES) return rest;
      // The packet is complete before the bytes that pad the stride have arrived.
      this.#events.onPacket(rest.subarray(0, PACKET_BYTES));
      this.#fillerBytes = this.#stride! - PACKET_BYTES;
      rest = rest.subarray(PACKET_BYTES);
    }
  }
}

/** Enough to lock in the widest stride, after any bytes. */
const KEPT_BYTES = SYNCS_TO_LOCK * Math.max(...STRIDES);
const EMPTY = new Uint8Array(0);

function looksLikePackets(bytes: Uint8Array, offset: number, stride: number): boolean {
  for (let i = 0; i < SYNCS_TO_LOCK; i++) if (bytes[offset + i * stride] !== SYNC_BYTE) return false;
  return true;
}
