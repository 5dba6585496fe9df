import { wholeNal } from '../../nal/nal-unit.js';
import { Fragments } from './fragments.js';
import type { NalSink } from './nal-sink.js';

/**
 * Extracts NAL units from RTP payloads: whole ones, fragments and aggregates. H.264 and H.265 use different headers for
 * these.
 */
export abstract class NalDepayloader {
  protected readonly sink: NalSink;
  protected readonly fragments: Fragments;

  /** @param typeMask the bits of a NAL unit header's first byte that hold its type */
  constructor(sink: NalSink, typeMask: number) {
    this.sink = sink;
    this.fragments = new Fragments(sink, typeMask);
  }

  abstract push(payload: Uint8Array): void;

  /** Packets are missing before the next payload: an unfinished NAL unit is dropped. */
  lost(): void {
    this.fragments.drop();
  }

  /** An unfinished NAL unit waits for its end. */
  get isOpen(): boolean {
    return this.fragments.isOpen;
  }

  protected single(nal: Uint8Array): void {
    this.fragments.drop();
    if (nal.length > 0) this.sink.nal(wholeNal(nal));
  }

  /**
   * NAL units, each preceded by its length in two bytes (RFC 6184 §5.7.1, RFC 7798 §4.4.2).
   * @param from position of the first length
   * @param leastBytes shorter units are empty
   */
  protected aggregate(payload: Uint8Array, from: number, leastBytes: number): void {
    this.fragments.drop();
    let at = from;
    while (at + 2 < payload.length) {
      const end = at + 2 + payload[at] * 256 + payload[at + 1];
      if (end > payload.length) break;
      if (end - at - 2 >= leastBytes) this.sink.nal(wholeNal(payload.subarray(at + 2, end)));
      at = end;
    }
    if (at < payload.length) this.sink.damage();
  }

  protected damaged(): void {
    this.fragments.drop();
    this.sink.damage();
  }
}
