import { wholeNal } from '../nal/nal-unit.js';
import { type NalSink } from './nal-depayloader.js';

/**
 * Takes an aggregation packet apart: NAL units with their lengths in two bytes before each (RFC 6184 §5.7.1, RFC 7798 §4.4.2).
 * @param from where the first length stands
 * @param leastBytes shorter ones hold nothing
 */
export function takeAggregate(payload: Uint8Array, from: number, leastBytes: number, sink: NalSink): void {
  let at = from;
  while (at + 2 < payload.length) {
    const end = at + 2 + payload[at] * 256 + payload[at + 1];
    if (end > payload.length) break;
    if (end - at - 2 >= leastBytes) sink.nal(wholeNal(payload.subarray(at + 2, end)));
    at = end;
  }
  if (at < payload.length) sink.damage();
}
