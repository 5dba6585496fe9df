import { type NalUnit, wholeNal } from '../nal/nal-unit.js';
import { Fragments } from './fragments.js';

/** Takes the results of a depayloader in the order in which they happen. */
export type NalSink = {
  /** A whole NAL unit. */
  nal(nal: NalUnit): void;
  /** NAL units were lost here. */
  damage(): void;
  /** Something that the camera's owner should know. */
  notice(text: string): void;
};

/** Takes NAL units out of RTP payloads: whole ones, fragments and aggregates, which H.264 and H.265 put into other envelopes. */
export abstract class NalDepayloader {
  protected readonly sink: NalSink;
  protected readonly fragments: Fragments;

  /** @param typeMask the bits of a NAL unit header's first byte that hold its type */
  constructor(sink: NalSink, typeMask: number) {
    this.sink = sink;
    this.fragments = new Fragments(sink, typeMask);
  }

  abstract push(payload: Uint8Array): void;

  /** Packets are missing before the next payload: a NAL unit that was begun is dropped. */
  lost(): void {
    this.fragments.drop();
  }

  /** A NAL unit was begun and waits for its end. */
  get isOpen(): boolean {
    return this.fragments.isOpen;
  }

  protected single(nal: Uint8Array): void {
    this.fragments.drop();
    if (nal.length > 0) this.sink.nal(wholeNal(nal));
  }

  /**
   * NAL units with their lengths in two bytes before each (RFC 6184 §5.7.1, RFC 7798 §4.4.2).
   * @param from where the first length stands
   * @param leastBytes shorter ones hold nothing
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
